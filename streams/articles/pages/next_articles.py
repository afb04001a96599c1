"""Other articles that a page goes on with below its own, each an `article` with its own `h1`."""

from __future__ import annotations

import numpy as np

from streams.articles.pages.head import elements
from streams.articles.pages.html_line_classifier import Judged
from streams.articles.pages.kinds import Mask
from streams.articles.pages.markup import Markup
from streams.articles.pages.page_lines import PageLines
from streams.articles.pages.teaser_lists import is_told

_HEAD_LINES = 3  # of an article above its headline: its section, its time
_LEAST_WORDS = 40  # of the page's own story above it


def drop_next_articles(
    taken: Mask, markup: Markup, headline: int | None, found: Judged, page: PageLines
) -> None:
    """Remove what was taken of such articles; one with the words of the story goes on with it."""
    if headline is None:
        return
    first, end = markup.nodes[5:7, elements(markup, "article")]
    below = (first > headline) & (first < end)
    headings = set(markup.nodes[5, elements(markup, "h1")].tolist())
    told = np.concatenate(([0.0], np.cumsum(found.words * taken)))
    for start, last in zip(first[below].tolist(), end[below].tolist(), strict=True):
        if (
            told[start] >= _LEAST_WORDS
            and told[last] > told[start]
            and not headings.isdisjoint(range(start, min(start + _HEAD_LINES + 1, last)))
            and not is_told(start, last, told, page)
        ):
            taken[start:last] = False
