"""The surroundings of an HTML page's headline: who wrote the story, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from streams.articles.pages.elements import Hashes, Ints, word_hash
from streams.articles.pages.head import attributes, elements, nodes_of, short_text
from streams.articles.pages.lines import Line
from streams.articles.pages.markup import Markup
from streams.articles.pages.page_byline import (
    BY,
    behind_date,
    is_label,
    is_name,
    names_in,
    reporters_in,
)
from streams.articles.pages.tag_loop import ITEMPROP, MARKS
from streams.compiled import kernel

_AUTHOR = ("author", "byline", "authors", "bylines", "autor", "auteur")
_DATE = ("date", "dates", "published", "time", "timestamp", "datum", "fecha", "pubdate", "posted")
_BYLINE_WORDS, _DATE_WORDS = (np.array([word_hash(w) for w in words]) for words in (_AUTHOR, _DATE))
_ABOVE, _BELOW = 8, 4  # lines around headline and beginning of the story
_HEADER_WITHIN_STORY = 8
_AUTHOR_LINKS = (b'rel="author"', b"rel='author'", b"rel=author", b"/author/", b"/authors/")
_LONGEST_NAMES, _INITIALS, _LONGEST_REPORTERS = 110, 2, 40
_FOOT = 6  # lines below its end


@dataclass(frozen=True, slots=True)
class Place:
    """The story's first and last line, and its headline's, if any."""

    first: int
    last: int
    title: int | None

    def around(self, count: int) -> range:
        """The lines in which pages print byline and date."""
        top = self.first if self.title is None else min(self.title, self.first)
        return range(max(0, top - _ABOVE), min(count, self.first + _BELOW))


def _named_alone(line: str) -> list[str]:
    """The names of a line below `Written by`; initials of a picture's place are none."""
    names = names_in(line) if len(line) <= _LONGEST_NAMES else []
    return [] if names and len(names[0]) <= _INITIALS else names


@kernel
def _called(words: Hashes, word_nodes: Ints, wanted: Hashes, found: Ints) -> int:
    """List the elements of all `wanted` words; -> how many there are."""
    count = 0
    for n in range(len(words)):
        for word in wanted:
            if words[n] == word:
                found[count] = word_nodes[n]
                count += 1
    return count


class Surroundings:
    """Elements and lines around the story that name its author and its time."""

    def __init__(self, markup: Markup, lines: Sequence[Line], place: Place | None) -> None:
        self._markup, self._lines, self._place = markup, lines, place
        self._near = place.around(len(lines)) if place else range(min(40, len(lines)))
        self._title = place.title if place and place.title is not None else 0
        self._authored: list[int] | None = None
        self._declared: list[tuple[int, dict[str, str]]] | None = None
        self._stamps: tuple[list[str], list[str]] | None = None

    def _is_above(self, node: int) -> bool:
        """Whether an element stands above the headline."""
        return int(self._markup.nodes[5, node]) < self._title

    def near_lines(self) -> list[str]:
        """Around the headline and the beginning of the story."""
        return [self._lines[at].text for at in self._near]

    def below_lines(self) -> list[str]:
        """Right below the story."""
        if self._place is None:
            return []
        return [
            line.text for line in self._lines[self._place.last + 1 : self._place.last + 1 + _FOOT]
        ]

    def _is_near(self, node: int) -> bool:
        first = int(self._markup.nodes[5, node])
        return first in self._near

    def headings(self) -> list[tuple[str, bool]]:
        """(text, whether it is closely above the story) of each heading of rank 1."""
        found = []
        for node in nodes_of(self._markup, "h1")[:12]:
            text = short_text(self._markup, node, 3_000)
            at = int(self._markup.nodes[5, node])
            close = self._place is not None and at <= self._place.first and at in self._near
            if text:
                found.append((text[:500], close))
        return found

    def _called(self, words: Hashes, *, near: bool = True) -> list[int]:
        markup = self._markup
        found = np.empty(len(markup.words), dtype=np.int32)
        count = _called(markup.words, markup.word_nodes, words, found)
        return [
            node for node in dict.fromkeys(found[:count].tolist()) if self._is_near(node) == near
        ]

    def properties(self, *names: str) -> list[tuple[int, dict[str, str]]]:
        """Elements with one of these `itemprop`s."""
        if self._declared is None:
            nodes = (self._markup.nodes[MARKS] & ITEMPROP).nonzero()[0][:200].tolist()
            self._declared = [(node, attributes(self._markup, node)) for node in nodes]
        return [
            (node, named) for node, named in self._declared
            if not {name.lower() for name in named.get("itemprop", "").split()}.isdisjoint(names)
        ]  # fmt: skip

    def authors(self) -> list[str]:
        """Names in elements that declare a name."""
        markup = self._markup
        for node, named in self.properties("author", "creator"):
            text = named.get("content") or self._inner_name(node) or short_text(markup, node)
            if names := [name for name in names_in(text) if is_name(name)]:
                return names
        for node in self._named_links():
            if self._is_near(node):
                named = attributes(markup, node)
                if "author" in named.get("rel", "").lower().split() and (
                    names := names_in(short_text(markup, node))
                ):
                    return names
        return []

    def _inner_name(self, node: int) -> str:
        """The `itemprop=name` inside an `itemprop=author`."""
        nodes = self._markup.nodes
        inside = np.flatnonzero(
            (nodes[MARKS] & ITEMPROP > 0)
            & (nodes[2] > nodes[2, node])
            & (nodes[2] < nodes[4, node])
        )
        for inner in inside.tolist()[:5]:
            named = attributes(self._markup, inner)
            if named.get("itemprop", "").lower() == "name":
                return named.get("content") or short_text(self._markup, inner)
        return ""

    def called_authors(self) -> list[str]:
        """Names in elements marked as byline or author, near the headline."""
        for node in self._called(_BYLINE_WORDS)[:12]:
            text = short_text(self._markup, node, 1_500)
            names = names_in(text) if 3 < len(text) < 150 else []
            if names and (len(names[0].split()) > 1 or BY.match(text)):
                return names
        return []

    def by_lines(self) -> list[str]:
        """Names in lines like `By Ana Berg`."""
        for lines in (self.near_lines(), self.below_lines()):
            for n, text in enumerate(lines):
                if is_label(text) and (names := _named_alone("".join(lines[n + 1 : n + 2]))):
                    return names
                if len(text) < _LONGEST_REPORTERS and (names := reporters_in(text)):
                    return names
                if (said := behind_date(text)) and (names := names_in(said)):
                    return names
                if len(text) < 150 and (by := BY.match(text)):
                    names = names_in(text)
                    if names and len(text) - by.end() < 110:
                        return names
        return []

    def authors_below(self) -> list[str]:
        """Names in elements marked as author right below the story, and in the only link to an
        author that the page has."""
        below = range(self._place.last + 1, self._place.last + 1 + _FOOT) if self._place else ()
        for node in self._called(_BYLINE_WORDS, near=False)[:30]:
            if int(self._markup.nodes[5, node]) in below:
                names = names_in(short_text(self._markup, node, 1_500))
                if names and len(names[0].split()) > 1:
                    return names[:1]
        linked = {tuple(names_in(text)) for text in self._author_links()} - {()}
        return list(linked.pop()) if len(linked) == 1 else []

    def _author_links(self) -> Iterator[str]:
        for node in self._named_links():
            opening = self._markup.data[self._markup.nodes[2, node] : self._markup.nodes[3, node]]
            if any(mark in opening for mark in _AUTHOR_LINKS):
                yield short_text(self._markup, node)

    def _named_links(self) -> list[int]:
        """Those with `author` in an attribute."""
        if self._authored is None:
            nodes = elements(self._markup, "a")
            starts, ends = self._markup.nodes[2:4, nodes].tolist()
            find = self._markup.data.find
            self._authored = [
                node
                for node, start, end in zip(nodes.tolist(), starts, ends, strict=True)
                if find(b"author", start, end) >= 0
            ]
        return self._authored

    def times(self) -> list[str]:
        """Times in elements that declare a time near the headline, the most certain first."""
        return self._all_stamps()[0]

    def times_elsewhere(self) -> list[str]:
        """Such times of the page if all name the same day: else they belong to other stories."""
        far = self.all_times()
        return far if len({stamp[:10] for stamp in far}) == 1 else []

    def all_times(self) -> list[str]:
        """Such times of the page away from the headline, of this story or others."""
        return self._all_stamps()[1]

    def _all_stamps(self) -> tuple[list[str], list[str]]:
        """-> (those near the headline, those elsewhere)."""
        if self._stamps is None:
            self._stamps = self._read_stamps()
        return self._stamps

    def _read_stamps(self) -> tuple[list[str], list[str]]:
        found: list[str] = []
        for node, named in self.properties("datepublished", "datecreated", "dateline"):
            found += [named.get(name, "") for name in ("content", "datetime", "title")]
            found.append(short_text(self._markup, node, 400))
        certain: list[str] = []
        near: list[str] = []
        above: list[str] = []
        far: list[str] = []
        for node in nodes_of(self._markup, "time", "abbr")[:100]:
            named = attributes(self._markup, node)
            stamp = named.get("datetime") or named.get("title") or ""
            words = f"{named.get('class', '')} {named.get('itemprop', '')}".lower()
            if not stamp or ("updat" in words and "publish" not in words) or "modif" in words:
                continue
            close = self._is_near(node)
            own = close and not self._is_above(node)
            before = self._markup.data[
                max(0, self._markup.nodes[2, node] - 150) : self._markup.nodes[2, node]
            ]
            if b"publish" in before.lower() or (
                close and ("pubdate" in named or "publish" in words or "created" in words)
            ):
                certain.append(stamp)
            else:
                (near if own else above if close else far).append(stamp)
        return [*found, *certain, *near, *above], far

    def dated_lines(self) -> list[str]:
        """Where a page prints the story's date, likeliest first: elements marked as date or time,
        then lines, from the headline on; then those above it, which may be a ticker's."""
        marked = self._called(_DATE_WORDS, near=True)[:12]
        above = [node for node in marked if self._is_above(node)]
        own = self._texts([node for node in marked if node not in above])
        title = self._title
        return [
            *own,
            *(self._lines[at].text for at in self._near if at >= title),
            *self._texts(above),
            *(() if own or above else self._repeated()),
            *(self._lines[at].text for at in self._near if at < title),
        ]

    def lines_of_header(self) -> list[str]:
        """From the headline to the story, and some of the story, whose standfirst may stand above
        its date."""
        start = self._place.first if self._place else 0
        return [line.text for line in self._lines[self._title : start + _HEADER_WITHIN_STORY]]

    def _repeated(self) -> list[str]:
        """The text of elements marked as date or time elsewhere, if it is the same in all."""
        texts = self._texts(self._called(_DATE_WORDS, near=False)[:30])
        return texts if len(set(texts)) == 1 else []

    def _texts(self, nodes: list[int]) -> list[str]:
        return [
            text for node in nodes if 5 < len(text := short_text(self._markup, node, 600)) < 120
        ]
