"""The articles embedded in an HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from streams.articles.outlets import Outlets
from streams.articles.pages.elements import Ints, Vector
from streams.articles.pages.elements_around import ALL_LINK, LEAST_WORDS, TOLD_WORDS, Elements
from streams.articles.pages.embedded_articles import Card, cards_of
from streams.articles.pages.features import column
from streams.articles.pages.html_lines import HtmlLines
from streams.articles.pages.html_taken import Taken
from streams.articles.pages.kinds import Kinds, Mask
from streams.articles.pages.lines import Line
from streams.articles.pages.markup import Markup
from streams.articles.pages.tags import NAMES
from streams.articles.pages.teaser_lists import LEAST_TITLE_WORDS, MOST_TITLE_WORDS
from streams.compiled import kernel

_STRONG = column("strong")
_HEADINGS = np.array([name in "h1 h2 h3 h4 h5 h6 summary dt".split() for name in NAMES])
_CUT = ("...", "…", "[…]", "[...]", "»", "→")
_STORY_SHARE = 0.5
_BESIDE_TEASERS, _LONGEST_TEASER_WORDS = 4, 120
_MOST_TIMES_TOLD = 2.0  # of a text below the page's own title: a longer one is the page's own
_TIMES = frozenset({"ago", "time", "stamped"})
_SOURCES = frozenset({"known_source", "source"})
_APART = frozenset({"boxed", "linked", "section"})
_LISTED = frozenset({"ago", "stamped", "byline"})


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
    kinds = _by_elements(markup, lines, whole)
    elements = Elements(markup, lines, whole, kinds, outlets, address)
    cards = cards_of(lines.lines, kinds, now, outlets, elements)
    return [card for card in cards if _is_embedded(card, lines.lines, whole)]


def _by_elements(markup: Markup, lines: HtmlLines, whole: Taken) -> Kinds:
    """What each line may be where its element says more than its words: a heading, and a line that
    is all link, may be titles even if they read like a sentence or an offer."""
    kinds = whole.kinds
    masks = np.array([kinds.title, kinds.noise, kinds.prose, kinds.paragraph])
    others = (kinds.stories, kinds.comments, kinds.interstitial, kinds.separator)
    strong = np.ascontiguousarray(whole.features[:, _STRONG])
    tags = markup.nodes[0, lines.columns[0]]
    _put_titles(tags, kinds.words, whole.found.links, strong, others, _HEADINGS, masks)
    title, noise, prose, paragraph = masks
    return replace(kinds, title=title, noise=noise, prose=prose, paragraph=paragraph)


@kernel
def _put_titles(
    tags: Ints,
    words: Vector,
    links: Vector,
    strong: Vector,
    others: tuple[Mask, Mask, Mask, Mask],
    headings: Mask,
    masks: NDArray[np.bool_],
) -> None:
    """Change `masks`, the rows title, noise, prose and paragraph, for these lines."""
    stories, comments, interstitial, separator = others
    for at in range(len(tags)):
        heading = headings[tags[at]]
        if not heading and links[at] < ALL_LINK:
            continue
        few = LEAST_TITLE_WORDS <= words[at] <= MOST_TITLE_WORDS
        other = stories[at] or comments[at] or interstitial[at] or separator[at]
        if few and not other and (heading or not masks[2, at] or strong[at] > 0):
            masks[0, at] = True
            masks[1:, at] = False


def _is_embedded(card: Card, lines: Sequence[Line], whole: Taken) -> bool:
    """Whether it is separate from the page's own story: below or above that, in an element or with
    an address of its own, and not among readers' comments."""
    header, body = card.header, list(card.body)
    if not _may_be(card, lines, whole) or not _is_long_enough(card, whole):
        return False
    signs = header.signs
    timed, named = bool(signs & _TIMES), bool(signs & _SOURCES)
    if not timed and "known_source" not in signs:
        return False
    if _is_above(card, whole):  # what a page opens with is its own story, unless all says otherwise
        return timed and "boxed" in signs and (named or signs >= {"name", "linked"})
    words = whole.found.words[body]
    if np.average(whole.taken[body], weights=words + 1) < _STORY_SHARE:
        return bool(signs & _APART)
    # Both forests take it for the page's own story, so it must name its source or its time.
    if "boxed" in signs:
        return named or bool(signs & _LISTED and signs & {"linked", "article"})
    return timed and named


def _is_above(card: Card, whole: Taken) -> bool:
    return whole.headline is not None and card.header.body < whole.headline


def _may_be(card: Card, lines: Sequence[Line], whole: Taken) -> bool:
    """Whether it does not begin with the page's own headline, break off, or hold comments."""
    headline, body = whole.headline, list(card.body)
    if headline is not None and card.header.body <= headline + 1 and body[-1] >= headline:
        return False
    if len(body) == 1 and lines[body[0]].text.endswith(_CUT):
        return False
    return not whole.found.within("comments")[body].any()


def _is_long_enough(card: Card, whole: Taken) -> bool:
    """Whether it has the words of an article, and not so many that it is the page's own, which has
    its story elsewhere; among teasers, more words."""
    header, body = card.header, list(card.body)
    own, told = whole.found.words[body].sum(), whole.found.words * whole.taken
    beside = told[whole.headline :] if _is_above(card, whole) else told[: header.start]
    if beside.sum() < TOLD_WORDS or own < LEAST_WORDS:
        return False
    if whole.evidence.is_title[header.title_at] and own > _MOST_TIMES_TOLD * beside.sum():
        return False
    near = slice(max(header.start - _BESIDE_TEASERS, 0), body[-1] + _BESIDE_TEASERS)
    return bool(own >= _LONGEST_TEASER_WORDS or not whole.teased[near].any())
