"""Evidence from HTML elements about a page's embedded articles: boxes, links, times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from streams.articles.outlets import Outlets
from streams.articles.pages.features import column
from streams.articles.pages.head import elements, short_text, texts_of
from streams.articles.pages.header_forms import BY, is_labelled, may_be_source, trimmed
from streams.articles.pages.headers import TELLING, Header
from streams.articles.pages.html_lines import HtmlLines
from streams.articles.pages.html_taken import Taken
from streams.articles.pages.kinds import Kinds
from streams.articles.pages.markup import Markup
from streams.articles.pages.neighbours import (
    box_of,
    end_of_holder,
    end_of_upper,
    reach_of,
    returns_to,
)
from streams.articles.pages.placed import Placed
from streams.articles.pages.stated_addresses import story_address
from streams.articles.pages.stated_elements import StatedElements
from streams.articles.pages.tags import NUMBER
from streams.articles.printed_time import PrintedTime
from streams.articles.times import parse_time

TOLD_WORDS = 40  # of the page's own story before the first of others
LEAST_WORDS = 75  # of a whole article; teasers have fewer, or break off
ALL_LINK = 0.9  # of a line that is a link
# Lines of an embedded article, of its head, and from its beginning to its foot, at most.
_LONGEST, _HEAD, _FOOT = 100, 12, 40
_HEAD_WORDS, _NAME_WORDS = 45, 5
_DAY, _SECOND = 86_400, 1
_DATE_CHARACTERS = 10
_MOST_LINKS = 12  # examined in one box
_ARTICLE = NUMBER["article"]
_TITLE_WORDS, _HEADING_LINES = 4, 4
_PIECES = re.compile(r"[|·•,()\[\]]|\s[-–—]\s")


class Elements:
    """The elements around the lines of one page. `address` is the page's own."""

    def __init__(
        self,
        markup: Markup,
        lines: HtmlLines,
        whole: Taken,
        kinds: Kinds,
        outlets: Outlets,
        address: str | None,
    ) -> None:
        self._markup, self._lines = markup, lines.lines
        self._line_nodes = np.ascontiguousarray(lines.columns[0])
        self._outlets, self._address = outlets, address
        self._told = np.concatenate(([0.0], np.cumsum(np.where(kinds.prose, kinds.words, 0))))
        self._stated = StatedElements(markup)
        self._comments = whole.found.within("comments")
        self._own = np.concatenate(([0.0], np.cumsum(whole.found.words * whole.taken)))
        self._whole, self._kinds, self._headline = whole, kinds, whole.headline
        self._link_share = whole.found.links
        top, own = whole.headline or 0, self._own
        self._top = top if own[-1] - own[top] >= TOLD_WORDS else 0

    @cached_property
    def _links(self) -> Placed:
        return Placed(self._markup, elements(self._markup, "a"))

    def _signs(self, first: int, end: int) -> NDArray[np.int64]:
        """How many lines before each have a time, or, from line `first` to `end`, the name of a
        source."""
        kinds, features = self._kinds, self._whole.features
        times = (features[:, column("time")] > 0) | (features[:, column("ago")] > 0)
        signed: NDArray[np.bool_] = times & ~kinds.prose & (kinds.words <= _HEAD_WORDS)
        stamped = np.array(self._stated.lines(), dtype=np.int32)
        signed[stamped[stamped < len(signed)]] = True
        short = kinds.words <= _NAME_WORDS
        signed |= short & (features[:, column("digit")] > 0)  # `time13 minutes ago`
        names = self._outlets.domains
        named = ~signed & short & (self._own[1:] >= TOLD_WORDS)
        for at in (named[first:end].nonzero()[0] + first).tolist():
            text = self._lines[at].text
            if text.lower() in names or (":" in text and is_labelled(text)):
                signed[at] = True
        before: NDArray[np.int64] = np.concatenate(([0], np.cumsum(signed)))
        return before

    def may_begin(self, starts: Sequence[int]) -> list[bool]:
        """Whether a text that begins at each of these lines may be an embedded article: with enough
        words, below some of the page's own story, not among comments, with a time or a source
        near."""
        at, count = np.array(starts, dtype=np.int64), len(self._lines)
        words = self._told[np.minimum(at + _LONGEST, count)] - self._told[at]
        told = (words >= LEAST_WORDS) & ~self._comments[at]
        told &= (self._own[at] >= TOLD_WORDS) | (at < self._top)
        if not told.any():
            return [False] * len(starts)
        first, end = np.maximum(at - _HEAD, 0), np.minimum(at + _FOOT, count)
        signs = self._signs(first[told].min(), end[told].max())
        found: list[bool] = (told & (signs[end] > signs[first])).tolist()
        return found

    def may_be_stamped(self, above: int, first: int, start: int) -> bool:
        """Whether an element may state the time of a text: from its head, that begins at line
        `first` at the earliest, to the end of what has nothing of the text that ends at line
        `above`."""
        low, high = reach_of(self._markup.nodes, self._line_nodes, above, first, start)
        return self._stated.time_within(low, high)

    def is_above(self, at: int) -> bool:
        """Whether a line is above the page's headline, with the page's own story below that."""
        return at < self._top

    def first_below(self, upper: int, lower: int) -> int:
        """The first line that may be of the text at line `lower`: lines above belong, by their
        elements, to the one that ends at line `upper`."""
        return int(end_of_upper(self._markup.nodes, self._line_nodes, upper, lower))

    def _is_marked(self, at: int) -> bool:
        """Whether a line is a heading, bold or a link."""
        line = self._lines[at]
        return line.heading or line.strong or bool(self._link_share[at] >= ALL_LINK)

    def is_like(self, at: int, body: int) -> bool:
        """Whether a line is a paragraph like the one at line `body`: one of the same elements, all
        of one."""
        if self._is_marked(at):
            return False
        nodes, data = self._markup.nodes, self._markup.data
        one, other = int(self._line_nodes[at]), int(self._line_nodes[body])
        if nodes[1, one] != nodes[1, other]:
            return False
        opening, like = (data[nodes[2, node] : nodes[3, node]] for node in (one, other))
        return one == other or opening == like

    def pieces_of(self, at: int) -> list[str]:
        """What the elements of a line hold, if it is all of one element."""
        node, nodes = int(self._line_nodes[at]), self._markup.nodes
        if nodes[5, node] != at or nodes[6, node] != at + 1:
            return []
        return texts_of(self._markup, node)

    def foot(self, header: Header) -> range:
        """The lines below the text in the element that contains it and its title, or in that which
        contains the text alone."""
        nodes, end = self._markup.nodes, header.box_end
        if not end:
            end = int(end_of_holder(nodes, int(self._line_nodes[header.body]), header.title_at))
        told = self._told
        last = int(np.searchsorted(told[: end + 1], told[end]))
        return range(max(last, header.body + 1), end)

    def end_of_body(self, header: Header, end: int) -> int:
        """Where the text ends at the latest: at `end`, above the headline, or with its element if
        what follows there goes on with the text above it."""
        if self._headline is not None and header.body < self._headline:
            end = min(end, self._headline)
        box, told = header.box_end, self._told
        if not box or box >= end:
            return end
        following = int(np.searchsorted(told, told[box], side="right")) - 1
        if following >= end:
            return end
        above = int(np.searchsorted(told, told[header.start])) - 1
        nodes, lines = self._markup.nodes, self._line_nodes
        return box if above < 0 or returns_to(nodes, lines, above, header.box, following) else end

    def mark(self, header: Header, above: int, limit: int) -> None:
        """Add what they say about an embedded article: `boxed`, `linked`, its address and its time.

        `above` is the first line below the text above it, `limit` the first line of the next one.
        """
        box = self._box(header, above, limit)
        if box is not None:
            header.signs.add("boxed")
            top, header.box_end = map(int, self._markup.nodes[5:7, box])
            header.box = box
            header.start = max(header.start, top)
            self._take_heading(header, top)
            if self._markup.nodes[0, box] == _ARTICLE:
                header.signs.add("article")
            first, last = map(int, self._markup.nodes[[2, 4], box])
        else:
            first, last = self._bytes(header.start, header.body)
        if not header.signs.isdisjoint(TELLING) or self._may_tell(header, first, last):
            self._take_address(header, first, last)
            self._take_time(header, first, last)

    def _may_tell(self, header: Header, first: int, last: int) -> bool:
        """Whether elements may name a source or a time: most heads are sub-headings, whose links
        and addresses need no look."""
        if self._stated.any_within(first, last):
            return True
        nodes = self._markup.nodes
        return any(
            header.start <= int(nodes[5, node]) < header.body
            for node in self._links.within(first, last)[:_MOST_LINKS]
        )

    def _box(self, header: Header, above: int, limit: int) -> int | None:
        """The outermost element that contains title and text, but nothing of other articles."""
        node = int(self._line_nodes[header.body])
        if self._headline is not None and header.body < self._headline:
            limit = min(limit, self._headline)
        found = box_of(self._markup.nodes, self._told, node, header.title_at, above, limit)
        return found if found >= 0 else None

    def _take_heading(self, header: Header, top: int) -> None:
        """A heading closely above is the title, if the supposed title is not: a paragraph
        that breaks off at an abbreviation reads like a title."""
        if self._is_marked(header.title_at) or "in_title" in header.signs:
            return
        for at in range(header.title_at - 1, max(top, header.title_at - _HEADING_LINES) - 1, -1):
            if self._lines[at].heading:
                header.title, header.title_at = self._lines[at].text, at
                header.start = min(header.start, at)
                return

    def _bytes(self, first: int, end: int) -> tuple[int, int]:
        """Where the lines [first, end) stand in the page."""
        nodes = self._markup.nodes[:, self._line_nodes[[first, end - 1]]]
        return int(nodes[2, 0]), int(max(nodes[4, 1], nodes[4, 0]))

    def _take_address(self, header: Header, first: int, last: int) -> None:
        title = range(header.start, header.body)
        links = self._links.within(first, last)[:_MOST_LINKS]
        own = [node for node in links if int(self._markup.nodes[5, node]) in title]
        for node in (*own, *(node for node in links if node not in own)):
            if found := story_address(self._stated.named(node).get("href"), self._address):
                header.address = found
                if node in own:
                    header.signs.add("linked")
                    self._take_linked_title(header, node)
                return
        node = int(self._line_nodes[header.body])
        header.address = self._stated.address_within(first, last, node, header.start, self._address)
        header.signs |= {"linked"} if header.address else set()

    def _take_linked_title(self, header: Header, node: int) -> None:
        """The link's text is the title, if that is in the title's line; of what else is in
        that line, one piece may be the source."""
        line, text = self._lines[header.title_at].text, short_text(self._markup, node)
        if len(text.split()) < _TITLE_WORDS or text not in line or text == header.title:
            return
        header.title = text
        if "known_source" in header.signs:
            return
        time = header.time
        if time is not None and time.end <= len(line):
            line = f"{line[: time.start]}|{line[time.end :]}"
        pieces = map(trimmed, _PIECES.split(line.replace(text, "|", 1)))
        for name in pieces:
            if may_be_source(name, self._outlets) and not BY.match(name):
                header.source = name
                known = self._outlets.domain(name) is not None
                header.signs.add("known_source" if known else "source")
                return

    def _take_time(self, header: Header, first: int, last: int) -> None:
        """The time that elements declare, if the printed one is less exact."""
        for stated in self._stated.times_within(first, last):
            if self._put_time(header, stated):
                return

    @staticmethod
    def _put_time(header: Header, stated: str) -> bool:
        time: datetime | None = parse_time(stated) if stated else None
        if time is None:
            return False
        precision = _DAY if len(stated.strip()) <= _DATE_CHARACTERS else _SECOND
        if header.time is None or precision < header.time.precision_seconds:
            header.time = PrintedTime(time, precision, 0, 0)
        header.signs.add("stamped")
        return True
