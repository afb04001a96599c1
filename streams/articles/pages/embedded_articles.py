"""Embedded articles of a page: where each begins and ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import compress, pairwise, zip_longest

import numpy as np

from streams.articles.outlets import Outlets
from streams.articles.pages.elements_around import Elements
from streams.articles.pages.header_forms import is_labelled
from streams.articles.pages.headers import ENOUGH, Header, HeaderReader
from streams.articles.pages.kinds import Kinds
from streams.articles.pages.lines import Line
from streams.articles.pages.telling_lines import FOOT_LINES, tells_of_others

# A teaser is a title and a line or two; with fewer words than these it is not an article.
_LEAST_STORY_WORDS = 45  # of prose before the first embedded article
_LEAST_WORDS, _LEAST_WORDS_ALONE, _LEAST_SENTENCES = 30, 60, 3
_LONG_BODY_WORDS = 90
_AFTER_NOISE_WORDS = 12  # shorter sentences below a button are its text
_LEAST_PAIRS = 4  # of paragraphs, to find out how a page separates them
_WIDEST_GAP = 4  # lines between two paragraphs of one embedded article
_TEASER_LIST, _LONGEST_TEASER_WORDS = 2, 120
_DOUBT = 1.0  # a head that falls short by this counts if another of the page has the same form
_FORM = frozenset({"ago", "time", "separator", "marked", "title_again", "byline"})
_COMMENT_ENOUGH = 6.0  # among readers' comments, which also come below names and times
_MORE_OF_ELEMENTS = 1.0  # that elements must contribute, if there are any
_DATELINE = re.compile(
    r"""\W{0,2}(?:[A-ZÀ-ÞА-Я][A-ZÀ-ÞА-Я.'’-]+|[A-Z][\w.'’-]+(?=[^.]{0,40}\())
    (?:[ ,/]+[A-ZÀ-Þ][\w.'’-]*){0,4}\s*(?:\([^)]{2,25}\)\s*)?(?:[:—–]|-{1,2})\s*\S""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Card:
    """One embedded article: its head, and its body's lines by number."""

    header: Header
    body: tuple[int, ...]


def cards_of(
    lines: Sequence[Line],
    kinds: Kinds,
    now: datetime,
    outlets: Outlets,
    elements: Elements | None = None,
) -> list[Card]:
    """The embedded articles of a page, in order. The page's own story is not one of them.

    `elements`: those of an HTML page, which add evidence.
    """
    runs = _prose_runs(kinds)
    if runs and elements is not None and elements.is_above(runs[0][0]):
        runs.insert(0, (0, 0))  # the first of them may be embedded, too
    if len(runs) < 2:
        return []
    reader = HeaderReader(lines, kinds, now, outlets)
    reader.feet = _labelled_feet(lines, kinds)
    if elements is not None:
        reader.is_like, reader.pieces_of = elements.is_like, elements.pieces_of
    heads = _heads(reader, runs, lines, kinds, outlets, elements)
    breaks = _breaks(lines, kinds, heads[-1].body) if heads else frozenset()
    cards = []
    for head, following in zip_longest(heads, heads[1:]):
        end = following.start if following else len(lines)
        if elements is not None:
            end = elements.end_of_body(head, end)
        cards.append(Card(head, _body(kinds, head.body, end, breaks)))
    cards = _without_teasers(cards, lines, kinds)
    if reader.by_names_outlets:
        for card in cards:
            if card.header.source is None:
                card.header.source, card.header.byline = card.header.byline, None
    for card in cards:
        reader.take_foot(card.header, card.body[-1] + 1)
    return _with_footers(cards, reader, len(lines))


def _heads(
    reader: HeaderReader,
    runs: list[tuple[int, int]],
    lines: Sequence[Line],
    kinds: Kinds,
    outlets: Outlets,
    elements: Elements | None,
) -> list[Header]:
    """Heads with enough cues, and those with almost enough in the form of one with enough. None
    of an HTML page on which nothing tells of other articles."""
    found: list[tuple[Header, float]] = []  # and the required score
    above: list[int] = []  # where the text above each ends
    texts = [(end, start, stop) for (_, end), (start, stop) in pairwise(runs)]
    if elements is None:
        may_begin = [True] * len(texts)
    else:
        may_begin = elements.may_begin([start for _, start, _ in texts])
        if not tells_of_others(
            [*compress(texts, may_begin)], lines, kinds, outlets, reader, elements
        ):
            return []
    words = kinds.words.tolist()
    before = sum(words[slice(*runs[0])])
    zone = _Zone(kinds)
    for (end, start, stop), may_be in zip(texts, may_begin, strict=True):
        first = reader.below_foot(end)
        if may_be and elements is not None and start - first > 1 and end:
            first = max(first, elements.first_below(end - 1, start))
        head = reader.read(first, start) if may_be else None
        if head is not None:
            zone.move_to(start)
            if zone.after_section:
                head.signs.add("section")
            _add_body_signs(head, lines, kinds, start, stop)
            reader.take_foot(head, stop)
            _add_foot_signs(head, reader, stop, len(lines))
            if before >= _LEAST_STORY_WORDS or (elements and elements.is_above(start)):
                found.append((head, _COMMENT_ENOUGH if zone.in_comments else ENOUGH))
                above.append(end)
        before += sum(words[start:stop])
    if elements is not None and found:
        following = [head.title_at for head, _ in found[1:]] + [len(lines)]
        for (head, _), end, limit in zip(found, above, following, strict=True):
            elements.mark(head, end, limit)
            _take_inner_foot(head, reader, elements)
        found = [(head, enough + _MORE_OF_ELEMENTS) for head, enough in found]
    forms = {_form(head) for head, enough in found if head.score >= enough}
    return [
        head for head, enough in found
        if head.score >= (enough - _DOUBT if _form(head) in forms else enough)
    ]  # fmt: skip


def _labelled_feet(lines: Sequence[Line], kinds: Kinds) -> dict[int, int]:
    """Ends of texts -> lines like `Source: Reuters` there, or a line below, if the last text has
    one: then the page prints them below its articles."""
    prose = kinds.prose
    texts = np.flatnonzero(prose & (kinds.words >= _LEAST_STORY_WORDS))
    ends = np.flatnonzero(prose[:-1] & ~prose[1:]) + 1
    feet = {
        end: at
        for end in ends.tolist()
        for at in range(min(end + 2, len(lines)) - 1, end - 1, -1)
        if is_labelled(lines[at].text)
    }
    return feet if feet and max(feet.values()) > texts.max(initial=0) else {}


def _add_foot_signs(head: Header, reader: HeaderReader, stop: int, count: int) -> None:
    """Source and time below the text. A date alone may be below anything."""
    if head.time is None and head.source is None:
        signs = reader.below(stop, min(stop + FOOT_LINES, count)).signs
        if signs & {"ago", "known_source", "source"}:
            head.signs |= signs


def _take_inner_foot(head: Header, reader: HeaderReader, elements: Elements) -> None:
    """Source and time below the text, in the element that contains it, where the head has none."""
    if head.time and head.source and "name" not in head.signs:
        return
    foot = elements.foot(head)
    if not foot:
        return
    for first in range(max(foot.start, foot.stop - FOOT_LINES), foot.stop):
        below = reader.below(first, foot.stop)
        if below.source or below.time:
            break
    likely = below.signs & {"known_source", "source"}
    if not (likely or "ago" in below.signs or (below.source and below.time)):
        return  # a date alone may stand below anything
    if below.source and (head.source is None or likely):
        head.source = below.source
        head.signs = (head.signs - {"name"}) | (likely or {"name"})
    if head.time is None and below.time:
        head.time = below.time
        head.signs |= below.signs & {"ago", "time"}
    head.byline = head.byline or below.byline


def _form(head: Header) -> frozenset[str]:
    """What a page prints above each of its embedded articles, whatever their sources."""
    return frozenset(head.signs & _FORM)


class _Zone:
    """What the section headings so far have opened."""

    def __init__(self, kinds: Kinds) -> None:
        self._stories = kinds.stories
        self._ahead = np.flatnonzero(kinds.stories | kinds.comments).tolist()[::-1]
        self.after_section = self.in_comments = False

    def move_to(self, at: int) -> None:
        while self._ahead and self._ahead[-1] < at:
            if self._stories[self._ahead.pop()]:
                self.after_section, self.in_comments = True, False
            else:
                self.in_comments = True


def _prose_runs(kinds: Kinds) -> list[tuple[int, int]]:
    """-> [start, end) of the runs of prose, those of the page's own story included."""
    padded = np.zeros(len(kinds.prose) + 2, dtype=np.bool_)
    padded[1:-1] = kinds.prose
    edges = (padded[1:] != padded[:-1]).nonzero()[0].tolist()
    return [*zip(edges[::2], edges[1::2], strict=True)]


def _add_body_signs(
    head: Header, lines: Sequence[Line], kinds: Kinds, start: int, stop: int
) -> None:
    if _DATELINE.match(lines[start].text[:120]):
        head.signs.add("dateline")
    if max(kinds.words[start:stop]) >= _LONG_BODY_WORDS:
        head.signs.add("long_body")


def _breaks(lines: Sequence[Line], kinds: Kinds, last: int) -> frozenset[int]:
    """Lines of prose after a blank one that follows prose, on a page without blank lines between
    the paragraphs of its stories: those above its `last` embedded text. Something else begins
    there."""
    pairs = np.flatnonzero(kinds.prose[1:] & kinds.prose[:-1]) + 1
    blank = [at for at in map(int, pairs) if lines[at].after_blank]
    if sum(pairs < last) < _LEAST_PAIRS or (blank and blank[0] < last):
        return frozenset()
    return frozenset(blank)


def _body(kinds: Kinds, start: int, end: int, breaks: frozenset[int]) -> tuple[int, ...]:
    body: list[int] = []
    for at in range(start, end):
        if kinds.stories[at] or kinds.comments[at] or at in breaks:
            break
        if kinds.prose[at]:
            if body and at - body[-1] > _WIDEST_GAP:
                break
            if kinds.words[at] >= _AFTER_NOISE_WORDS or not kinds.noise[at - 1]:
                body.append(at)
        elif kinds.paragraph[at] and body and at - body[-1] == 1:
            body.append(at)
    return tuple(body)


def _is_article(body: Sequence[int], lines: Sequence[Line], kinds: Kinds) -> bool:
    """Whether a body is more than a teaser: it has enough words in enough sentences."""
    if not body:
        return False
    words, sentences = kinds.words[list(body)].sum(), kinds.sentences[list(body)].sum()
    if lines[body[-1]].text.endswith(("...", "…")) and len(body) == 1:
        sentences = 1
    least = _LEAST_WORDS if sentences >= _LEAST_SENTENCES else _LEAST_WORDS_ALONE
    return bool(words >= least)


def _without_teasers(cards: list[Card], lines: Sequence[Line], kinds: Kinds) -> list[Card]:
    """Without those that are only a title and a line; in a list of these, without short ones."""
    articles = [card for card in cards if _is_article(card.body, lines, kinds)]
    if len(cards) - len(articles) < max(_TEASER_LIST, len(articles)):
        return articles
    return [
        card for card in articles if kinds.words[list(card.body)].sum() >= _LONGEST_TEASER_WORDS
    ]


def _with_footers(cards: list[Card], reader: HeaderReader, count: int) -> list[Card]:
    """If the first article has its source and time below instead of above, so do all."""
    if not cards or cards[0].header.source or cards[0].header.time:
        return cards
    below = []
    for card, following in zip_longest(cards, cards[1:]):
        first = card.body[-1] + 1
        end = following.header.body if following else min(first + FOOT_LINES, count)
        below.append(reader.below(first, end))
    if below[0].time is None and below[0].source is None:
        return cards
    return [
        replace(card, header=_moved(card.header, foot))
        for card, foot in zip(cards, below, strict=True)
    ]


def _moved(header: Header, foot: Header) -> Header:
    return Header(
        header.start, header.body, header.title, foot.source, header.byline or foot.byline,
        foot.time, header.signs, header.title_at, header.address, header.box, header.box_end,
    )  # fmt: skip
