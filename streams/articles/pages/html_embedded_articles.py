"""The articles embedded in an HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from streams.articles.outlets import Outlets
from streams.articles.pages.elements_around import LEAST_WORDS, TOLD_WORDS, Elements
from streams.articles.pages.embedded_articles import Card, cards_of
from streams.articles.pages.html_lines import HtmlLines
from streams.articles.pages.html_taken import Taken
from streams.articles.pages.lines import Line
from streams.articles.pages.markup import Markup

_CUT = ("...", "…", "[…]", "[...]", "»", "→")
_STORY_SHARE = 0.5
_TIMES = frozenset({"ago", "time", "stamped"})
_SOURCES = frozenset({"known_source", "source"})
_APART = frozenset({"boxed", "linked", "section"})
_LISTED = frozenset({"ago", "stamped", "byline", "section"})


def embedded_in(
    markup: Markup,
    lines: HtmlLines,
    whole: Taken,
    now: datetime,
    outlets: Outlets,
    address: str | None,
) -> list[Card]:
    """The embedded articles of a page, in its order. `whole`: the judgement of all its lines;
    `address`: the page's own."""
    elements = Elements(markup, lines, whole, outlets, address)
    cards = cards_of(lines.lines, whole.kinds, now, outlets, elements)
    return [card for card in cards if _is_embedded(card, lines.lines, whole)]


def _is_embedded(card: Card, lines: Sequence[Line], whole: Taken) -> bool:
    """Whether it is separate from the page's own story: below its headline, after some of it, in an
    element or with an address of its own, and not among readers' comments."""
    header, body = card.header, list(card.body)
    if not _may_be(card, whole) or (len(body) == 1 and lines[body[0]].text.endswith(_CUT)):
        return False
    words = whole.found.words
    told = (words * whole.taken)[: header.start].sum()
    if told < TOLD_WORDS or words[body].sum() < LEAST_WORDS:
        return False
    signs = header.signs
    timed, named = bool(signs & _TIMES), bool(signs & _SOURCES)
    if not timed and "known_source" not in signs:
        return False
    if np.average(whole.taken[body], weights=words[body] + 1) < _STORY_SHARE:
        return bool(signs & _APART)
    # Both forests take it for the page's own story, so it must name its source or its time.
    if "boxed" in signs:
        return named or bool(signs & _LISTED and signs & {"linked", "article"})
    return timed and named


def _may_be(card: Card, whole: Taken) -> bool:
    if whole.headline is not None and card.header.body <= whole.headline + 1:
        return False
    return not whole.found.within("comments")[list(card.body)].any()
