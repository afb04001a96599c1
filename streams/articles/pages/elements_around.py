"""Evidence from HTML elements about a page's embedded articles: boxes, links, times."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from urllib.parse import urljoin, urlsplit

import numpy as np
from numpy.typing import NDArray

from streams.articles.outlets import Outlets
from streams.articles.pages.elements import Ints, Vector
from streams.articles.pages.features import column
from streams.articles.pages.head import attributes, elements, short_text
from streams.articles.pages.header_forms import BY, is_labelled, may_be_source, trimmed
from streams.articles.pages.headers import TELLING, Header
from streams.articles.pages.html_lines import HtmlLines
from streams.articles.pages.html_taken import Taken
from streams.articles.pages.markup import Markup
from streams.articles.pages.tag_loop import ITEMPROP, MARKS
from streams.articles.pages.tags import NUMBER
from streams.articles.printed_time import PrintedTime
from streams.articles.times import parse_time
from streams.compiled import kernel

TOLD_WORDS = 40  # of the page's own story before the first of others
LEAST_WORDS = 75  # of a whole article; teasers have fewer, or break off
# Lines of an embedded article, of its head, and from its beginning to its foot, at most.
_LONGEST, _HEAD, _FOOT = 100, 12, 40
_HEAD_WORDS, _NAME_WORDS = 45, 5
_DAY, _SECOND = 86_400, 1
_DATE_CHARACTERS = 10
_MOST_LINKS = 12  # examined in one box
_ARTICLE = NUMBER["article"]
_TITLE_WORDS, _HEADING_LINES = 4, 4
_PIECES = re.compile(r"[|·•,()\[\]]|\s[-–—]\s")
_ROOM = 1.05  # an element around a box holds no more text than this
_ADDRESSES = ("data-url", "data-href", "data-permalink", "data-canonical-url", "itemid", "cite")
_SHARING = frozenset(
    ("share", "sharer", "sharer.php", "intent", "submit", "login", "signup", "tag", "tags",
     "author", "authors", "category", "topic", "topics", "search", "comments", "print")
)  # fmt: skip
_LEAST_PATH = 8  # characters: shorter ones are sections


@kernel
def _box(nodes: Ints, told: Vector, node: int, title: int, above: int, limit: int) -> int:
    found, held = -1, 0.0
    while node >= 0:
        first, last = nodes[5, node], nodes[6, node]
        words = told[last] - told[first]
        if first < above or last > limit or (found >= 0 and words > _ROOM * held):
            break
        if first <= title:
            found, held = node, words
        node = int(nodes[1, node])
    return found


@kernel
def _reach(nodes: Ints, line_nodes: Ints, above: int, first: int, start: int) -> tuple[int, int]:
    """Where what may be around a text begins and ends in the page: the elements of the lines of its
    head, [first, start), and the outermost one around its own first line that begins at line
    `above` or below."""
    node = line_nodes[start]
    low, high = int(nodes[2, node]), int(nodes[4, node])
    while node >= 0 and nodes[5, node] >= above:
        low, high = min(low, int(nodes[2, node])), max(high, int(nodes[4, node]))
        node = nodes[1, node]
    for line in range(first, start):
        node = line_nodes[line]
        low, high = min(low, int(nodes[2, node])), max(high, int(nodes[4, node]))
    return low, high


class _Placed:
    """Elements in the page's order, found by where they stand."""

    def __init__(self, markup: Markup, nodes: NDArray[np.int32]) -> None:
        self.nodes: list[int] = nodes.tolist()
        self._starts: list[int] = markup.nodes[2, nodes].tolist()

    def within(self, first: int, last: int) -> list[int]:
        """Those that begin in these bytes."""
        return self.nodes[bisect_left(self._starts, first) : bisect_left(self._starts, last)]


def _states_time(named: Mapping[str, str]) -> bool:
    return named.get("itemprop", "").lower() in ("datepublished", "datecreated")


class Elements:
    """The elements around the lines of one page. `address` is the page's own."""

    def __init__(
        self,
        markup: Markup,
        lines: HtmlLines,
        whole: Taken,
        outlets: Outlets,
        address: str | None,
    ) -> None:
        self._markup, self._lines = markup, lines.lines
        self._line_nodes = np.ascontiguousarray(lines.columns[0])
        self._outlets, self._address = outlets, address
        kinds = whole.kinds
        self._told = np.concatenate(([0.0], np.cumsum(np.where(kinds.prose, kinds.words, 0))))
        self._times = _Placed(markup, elements(markup, "time"))
        self._stated = _Placed(markup, (markup.nodes[MARKS] & ITEMPROP).nonzero()[0])
        self._comments = whole.found.within("comments")
        self._own = np.concatenate(([0.0], np.cumsum(whole.found.words * whole.taken)))
        self._whole = whole

    @cached_property
    def _links(self) -> _Placed:
        return _Placed(self._markup, elements(self._markup, "a"))

    def _signs(self, first: int, end: int) -> NDArray[np.int64]:
        """How many lines before each have a time, or, from line `first` to `end`, the name of a
        source."""
        kinds, features, nodes = self._whole.kinds, self._whole.features, self._markup.nodes
        times = (features[:, column("time")] > 0) | (features[:, column("ago")] > 0)
        signed: NDArray[np.bool_] = times & ~kinds.prose & (kinds.words <= _HEAD_WORDS)
        stamped = nodes[5, [*self._times.nodes, *self._stated.nodes]]
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
        told = (words >= LEAST_WORDS) & (self._own[at] >= TOLD_WORDS) & ~self._comments[at]
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
        low, high = _reach(self._markup.nodes, self._line_nodes, above, first, start)
        if self._times.within(low, high):
            return True
        named = (attributes(self._markup, node) for node in self._stated.within(low, high))
        return any(_states_time(own) for own in named)

    def mark(self, header: Header, above: int, limit: int) -> None:
        """Add what they say about an embedded article: `boxed`, `linked`, its address and its time.

        `above` is the first line below the text above it, `limit` the first line of the next one.
        """
        box = self._box(header, above, limit)
        if box is not None:
            header.signs.add("boxed")
            top, header.box_end = map(int, self._markup.nodes[5:7, box])
            header.start = max(header.start, top)
            self._take_heading(header, top)
            if self._markup.nodes[0, box] == _ARTICLE:
                header.signs.add("article")
            first, last = map(int, self._markup.nodes[[2, 4], box])
        else:
            first, last = self._bytes(header.start, header.body)
        if not header.signs.isdisjoint(TELLING) or self._may_tell(header, first, last):
            self._take_address(header, first, last, box)
            self._take_time(header, first, last)

    def _may_tell(self, header: Header, first: int, last: int) -> bool:
        """Whether elements may name a source or a time: most heads are sub-headings, whose links
        and addresses need no look."""
        if self._times.within(first, last) or self._stated.within(first, last):
            return True
        nodes = self._markup.nodes
        return any(
            header.start <= int(nodes[5, node]) < header.body
            for node in self._links.within(first, last)[:_MOST_LINKS]
        )

    def _box(self, header: Header, above: int, limit: int) -> int | None:
        """The outermost element that contains title and text, but nothing of other articles."""
        node = int(self._line_nodes[header.body])
        found = _box(self._markup.nodes, self._told, node, header.title_at, above, limit)
        return found if found >= 0 else None

    def _take_heading(self, header: Header, top: int) -> None:
        """A heading closely above is the title, if the supposed title is not: a paragraph
        that breaks off at an abbreviation reads like a title."""
        if self._lines[header.title_at].heading:
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

    def _take_address(self, header: Header, first: int, last: int, box: int | None) -> None:
        title = range(header.start, header.body)
        links = self._links.within(first, last)[:_MOST_LINKS]
        own = [node for node in links if int(self._markup.nodes[5, node]) in title]
        for node in (*own, *(node for node in links if node not in own)):
            if found := self._story_address(attributes(self._markup, node).get("href")):
                header.address = found
                if node in own:
                    header.signs.add("linked")
                    self._take_linked_title(header, node)
                return
        if box is not None:
            named = attributes(self._markup, box)
            stated = (self._story_address(named.get(name)) for name in _ADDRESSES)
            header.address = next((address for address in stated if address), None)
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

    def _story_address(self, stated: str | None) -> str | None:
        """An absolute address of another page that may be a story."""
        if not stated or stated[0] == "#":
            return None
        try:
            found = urljoin(self._address or "", stated)
            parts, own = urlsplit(found), urlsplit(self._address or "")
        except ValueError:
            return None
        path = parts.path.strip("/")
        if parts.scheme not in ("http", "https", "") or (not parts.netloc and self._address):
            return None
        if len(path) < _LEAST_PATH or not _SHARING.isdisjoint(path.lower().split("/")):
            return None
        if (parts.netloc, path) == (own.netloc, own.path.strip("/")):
            return None
        return found if parts.scheme else None

    def _take_time(self, header: Header, first: int, last: int) -> None:
        """The time that elements declare, if the printed one is less exact."""
        for node in self._times.within(first, last):
            if self._put_time(header, attributes(self._markup, node).get("datetime")):
                return
        for node in self._stated.within(first, last):
            named = attributes(self._markup, node)
            if _states_time(named) and (
                self._put_time(header, named.get("content") or named.get("datetime"))
            ):
                return

    @staticmethod
    def _put_time(header: Header, stated: str | None) -> bool:
        time: datetime | None = parse_time(stated) if stated else None
        if stated is None or time is None:
            return False
        precision = _DAY if len(stated.strip()) <= _DATE_CHARACTERS else _SECOND
        if header.time is None or precision < header.time.precision_seconds:
            header.time = PrintedTime(time, precision, 0, 0)
        header.signs.add("stamped")
        return True
