"""`python -m tests.quality pages`: how well pages are split into articles."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from statistics import mean

from streams.articles.outlets import outlets
from streams.articles.pages import reading
from streams.articles.pages.line_classifier import (
    forests_of,
    probabilities_by,
    story_probabilities,
)
from streams.articles.pages.reading import Part, read_text_page
from tests.quality.kept import compare
from tests.quality.pages import agencies, layouts, newer_layouts, unseen, wider_layouts
from tests.quality.pages import other_layouts as others
from tests.quality.pages.built import Embedded, ingredients
from tests.quality.pages.corpus import NOW, fold_of, missing, stories
from tests.quality.pages.costs import costs
from tests.quality.pages.extraction import shingle_f1, token_f1
from tests.quality.pages.fit import fit, training_pages
from tests.quality.pages.html_built import html_figures
from tests.quality.pages.html_corpus import HtmlPage, zyte_pages
from tests.quality.pages.layouts import Layout
from tests.quality.pages.stripped import WAYS

FOLDS = 3
PAGES_A_LAYOUT = 40


def figures() -> dict[str, float]:
    """All figures of this suite. Raises FileNotFoundError where the data are not there."""
    if why := missing():
        raise FileNotFoundError(why)
    return {
        **unseen_text_f1(zyte_pages()),
        **built_figures("known layouts", layouts.WITH_EMBEDDED, layouts.WITHOUT_EMBEDDED),
        **built_figures("other layouts", others.WITH_EMBEDDED, others.WITHOUT_EMBEDDED),
        **built_figures(
            "newer layouts", newer_layouts.WITH_EMBEDDED, newer_layouts.WITHOUT_EMBEDDED
        ),
        **built_figures(
            "wider layouts", wider_layouts.WITH_EMBEDDED, wider_layouts.WITHOUT_EMBEDDED
        ),
        **built_figures("unseen layouts", unseen.WITH_EMBEDDED, unseen.WITHOUT_EMBEDDED),
        **html_figures(),
        **agencies.figures(),
        **costs(),
    }


def unseen_text_f1(pages: list[HtmlPage]) -> dict[str, float]:
    """Stripped pages, each read by forests that were fitted without its site."""
    training, sites = training_pages(), {page.site() for page in pages}
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    used = vars(reading)  # the name that the reader has imported
    try:
        for fold in range(FOLDS):
            unseen = {site for site in sites if fold_of(site, FOLDS) == fold}
            forests = forests_of(fit([page for page in training if page.site not in unseen]))
            used["story_probabilities"] = partial(probabilities_by, forests)
            for page in pages:
                if page.site() in unseen:
                    for way, strip in WAYS.items():
                        found = read_text_page(strip(page.html), NOW, outlets()).text
                        pairs[way].append((page.body, found))
    finally:
        used["story_probabilities"] = story_probabilities
    each = {f"page text by {way}, body F1": shingle_f1(found) for way, found in pairs.items()}
    return {"page text, body F1, mean of five ways": mean(each.values())} | each


def built_figures(
    name: str, with_embedded: Mapping[str, Layout], without: Mapping[str, Layout]
) -> dict[str, float]:
    """Built pages: the articles are those that no weight was fitted to."""
    scores: dict[str, list[float]] = defaultdict(list)
    for layout, embedded in [(f, True) for f in with_embedded.values()] + [
        (f, False) for f in without.values()
    ]:
        _score(layout, embedded, scores)
    return {f"{name}: {figure}": mean(values) for figure, values in scores.items()}


def _score(layout: Callable[..., str], embedded: bool, scores: dict[str, list[float]]) -> None:
    rng = random.Random(layout.__name__)
    for _ in range(PAGES_A_LAYOUT):
        made_of = ingredients(stories()[1::2], rng, NOW, rng.randint(1, 4) if embedded else 0)
        page = read_text_page(layout(made_of), NOW, outlets())
        wanted = made_of.embedded if embedded else ()
        scores["main text, token F1"].append(token_f1(made_of.main_text(), page.text))
        scores["page title right"].append(page.title == made_of.main.title)
        scores["embedded articles missed or spurious, a page"].append(
            abs(len(page.parts) - len(wanted))
        )
        for item in wanted:
            _score_part(item, page.parts, scores)


def _score_part(item: Embedded, parts: tuple[Part, ...], scores: dict[str, list[float]]) -> None:
    text = " ".join(item.story.sentences())
    part = max(parts, key=lambda part: token_f1(text, part.text), default=Part(""))
    scores["embedded text, token F1"].append(token_f1(text, part.text))
    scores["embedded title right"].append(part.title == item.story.title)
    scores["embedded source right"].append((part.source or "").lower() == item.story.source.lower())
    time = part.time
    scores["embedded time right"].append(
        time is not None
        and abs((time.time - item.at(NOW)).total_seconds()) <= max(60, time.precision_seconds)
    )


def main(*, keep: bool) -> int:
    """Measure and compare; the exit code."""
    try:
        return compare("pages", figures, keep=keep)
    except FileNotFoundError as error:
        print(f"cannot measure: {error}")
        return 0
