"""Built HTML pages: their extraction is scored; that of real pages is counted."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from statistics import mean

from streams.articles.outlets import outlets
from streams.articles.pages.html_reading import HtmlPage, read_html
from streams.articles.pages.reading import Part
from tests.quality.pages import html_further, html_last, html_layouts, html_unseen
from tests.quality.pages.built import Ingredients, ingredients
from tests.quality.pages.corpus import NOW, stories
from tests.quality.pages.extraction import token_f1
from tests.quality.pages.html_corpus import HtmlPage as LabelledHtml
from tests.quality.pages.html_corpus import wcxb_pages, zyte_pages
from tests.quality.pages.html_parts import OWN_ADDRESS, address_of
from tests.quality.pages.layouts import Layout

PAGES_A_LAYOUT = 25
# Pages that do have another whole article below their own, by a look at each that was reported.
_WITH_OTHERS = ("mises.org/friday-philosophy/nagel-reason",)


def html_figures() -> dict[str, float]:
    """Of the layouts that rules were tried on, and of those that changed nothing in them."""
    return {
        **_built("HTML layouts", html_layouts.WITH_EMBEDDED, html_layouts.WITHOUT_EMBEDDED),
        **_built("unseen HTML layouts", html_unseen.WITH_EMBEDDED, html_unseen.WITHOUT_EMBEDDED),
        **_built("further HTML layouts", html_further.WITH_EMBEDDED, html_further.WITHOUT_EMBEDDED),
        **_built("last HTML layouts", html_last.WITH_EMBEDDED, html_last.WITHOUT_EMBEDDED),
        "spurious embedded articles, per 100 real HTML pages": spurious(
            [*wcxb_pages(), *zyte_pages()]
        ),
    }


def spurious(pages: list[LabelledHtml]) -> float:
    """Embedded articles that are found in 100 real pages which have none."""
    without = [page for page in pages if not (page.url or "").endswith(_WITH_OTHERS)]
    found = sum(len(read_html(page.html, NOW, outlets(), page.url).parts) for page in without)
    return 100 * found / len(without)


def _built(
    name: str, with_embedded: Mapping[str, Layout], without: Mapping[str, Layout]
) -> dict[str, float]:
    scores: dict[str, list[float]] = defaultdict(list)
    for layout, most in [(f, 4) for f in with_embedded.values()] + [
        (f, 0) for f in without.values()
    ]:
        rng = random.Random(layout.__name__)
        for _ in range(PAGES_A_LAYOUT):
            made_of = ingredients(stories()[1::2], rng, NOW, rng.randint(1, most) if most else 0)
            page = read_html(layout(made_of), NOW, outlets(), OWN_ADDRESS)
            _score(made_of, page, scores)
    return {f"{name}: {figure}": mean(values) for figure, values in scores.items()}


def _score(made_of: Ingredients, page: HtmlPage, scores: dict[str, list[float]]) -> None:
    scores["main text, token F1"].append(token_f1(made_of.main_text(), page.text))
    scores["page title right"].append(page.metadata.title == made_of.main.title)
    scores["embedded articles missed or spurious, a page"].append(
        abs(len(page.parts) - len(made_of.embedded))
    )
    for item in made_of.embedded:
        text = " ".join(item.story.sentences())
        part = max(page.parts, key=lambda part: token_f1(text, part.text), default=Part(""))
        time, at = part.time, item.at(NOW)
        scores["embedded text, token F1"].append(token_f1(text, part.text))
        scores["embedded title right"].append(part.title == item.story.title)
        scores["embedded source right"].append(
            (part.source or "").lower() == item.story.source.lower()
        )
        scores["embedded address right"].append(part.address == address_of(item.story))
        scores["embedded time right"].append(
            time is not None
            and abs((time.time - at).total_seconds()) <= max(60, time.precision_seconds)
        )
