"""`python -m tests.quality.pages.fit`: fit the forests that read text pages again.

Pages of news and other sites as plain text, and built ones. LightGBM grows the trees, in a few
minutes on one core; the same data give the same forests. Sites are kept together: an opinion that
the second forest learns from is of a site that the first has not seen.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import streams.articles
from streams.articles.outlets import outlets
from streams.articles.pages import line_columns, line_context
from streams.articles.pages.line_classifier import forests_of
from streams.articles.pages.page_lines import page_lines
from tests.quality.pages.built import ingredients
from tests.quality.pages.corpus import NOW, fold_of, stories
from tests.quality.pages.html_corpus import HtmlPage, wcxb_pages, zyte_pages
from tests.quality.pages.labels import LabelledLines, of_built_page, of_real_page
from tests.quality.pages.layouts import WITH_EMBEDDED, WITHOUT_EMBEDDED
from tests.quality.pages.stripped import WAYS
from tests.quality.pages.trees import SETTINGS, grow, rows_in, stored, unseen_opinions

MODEL = Path(streams.articles.__file__).parent / "data" / "story_model.json"
TREES, INNER_FOLDS = 80, 3
BUILT_PAGES_A_LAYOUT = 15
_SETTINGS = SETTINGS | {"feature_fraction": 0.3, "bagging_fraction": 0.5}
# Of a page that is read in one way only, and of a built one.
SINGLE_WEIGHT, BUILT_WEIGHT = 0.6, 0.3


def training_pages() -> list[LabelledLines]:
    """All that is fitted to: the benchmark's pages stripped in every way, others in one each."""
    return [*_real_pages(zyte_pages(), wcxb_pages()), *_built_pages()]


def _real_pages(news: Sequence[HtmlPage], others: Sequence[HtmlPage]) -> Iterator[LabelledLines]:
    ways = list(WAYS.values())
    read = [(page, strip, 1.0) for page in news for strip in ways]
    for n, page in enumerate(others, 1):
        read.append((page, ways[n % len(ways)], SINGLE_WEIGHT))
    for page, strip, factor in read:
        if found := of_real_page(strip(page.html), page.body, page.site(), factor):
            yield found


def _built_pages() -> Iterator[LabelledLines]:
    table, rng = outlets(), random.Random("fit")
    for layout in (*WITH_EMBEDDED.values(), *WITHOUT_EMBEDDED.values()):
        for n in range(BUILT_PAGES_A_LAYOUT):
            embedded = rng.choice((1, 2, 3)) if layout in WITH_EMBEDDED.values() else 0
            made_of = ingredients(stories()[::2], rng, NOW, embedded)
            site = f"{layout.__name__} {n}"
            yield of_built_page(layout(made_of), made_of, table, site, BUILT_WEIGHT)


def fit(pages: Sequence[LabelledLines]) -> dict[str, Any]:
    """-> what the data file holds. The second forest learns from what the first thinks of sites
    that it has not seen."""
    share, weight = [page.share for page in pages], [page.weight for page in pages]
    lines = [page_lines(page.lines) for page in pages]
    columns = [
        line_columns.line_columns(found, page.features)
        for found, page in zip(lines, pages, strict=True)
    ]
    matrices = [rows_in(steps) for steps in columns]
    folds = [fold_of(page.site, INNER_FOLDS, "inner") for page in pages]
    opinions = unseen_opinions(_SETTINGS, TREES, matrices, share, weight, folds)
    whole = [
        rows_in(np.concatenate([line_context.context_of(found, page.features, own, first), own]))
        for found, page, own, first in zip(lines, pages, columns, opinions, strict=True)
    ]
    return {
        "features": [*line_context.NAMES, *line_columns.NAMES],
        "first": stored(grow(_SETTINGS, TREES, matrices, share, weight)),
        "second": stored(grow(_SETTINGS, TREES, whole, share, weight)),
    }


if __name__ == "__main__":
    model = fit(training_pages())
    forests_of(model)
    MODEL.write_text(json.dumps(model, separators=(",", ":")) + "\n", encoding="utf-8")
