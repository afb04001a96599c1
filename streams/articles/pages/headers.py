"""The head of an embedded article: its title, source, time, and how certain they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from streams.articles.outlets import Outlets
from streams.articles.pages.header_forms import (
    BY,
    READING_TIME,
    SOURCE_LABEL,
    TIME_LABEL,
    in_brackets,
    is_ago,
    is_labelled,
    may_be_source,
    opening,
    person_for_outlet,
    stands_aside,
    time_sign,
    title_key,
    trimmed,
    without_label,
)
from streams.articles.pages.kinds import Kinds
from streams.articles.pages.line_times import PIECES, LineTimes
from streams.articles.pages.lines import Line
from streams.articles.pages.title_lines import has_title, title_and_sources, title_in_pieces
from streams.articles.printed_time import PrintedTime

HEADER_LINES, _META_LINES = 12, 3
META_CHARACTERS, META_WORDS = 110, 14

# The weight of each cue that an article begins. Four points are required: no cue is enough alone.
ENOUGH = 4.0
_WEIGHTS = {
    "ago": 2.5, "time": 1.5, "known_source": 2.0, "source": 1.0, "name": 0.0,
    "source_again": 1.0, "title_again": 2.0,
    "byline": 1.0, "section": 1.5, "separator": 1.0, "marked": 1.0,
    "dateline": 1.0, "long_body": 0.5, "copy": 2.5, "in_title": 1.5,
    "boxed": 1.0, "linked": 1.0, "stamped": 1.5, "article": 0.5,
}  # fmt: skip
TELLING = frozenset({"ago", "time", "known_source", "source", "copy", "stamped"})


@dataclass(slots=True)
class Header:
    """The head of a possible embedded article: lines [start, body) of the page."""

    start: int
    body: int
    title: str = ""
    source: str | None = None
    byline: str | None = None
    time: PrintedTime | None = None
    signs: set[str] = field(default_factory=set)
    title_at: int = -1
    address: str | None = None
    box: int = -1  # the element that contains nothing else, if there is one
    box_end: int = 0

    @property
    def score(self) -> float:
        """The sum of its cues; zero without a source or a time among them."""
        return sum(_WEIGHTS[sign] for sign in self.signs) if self.signs & TELLING else 0.0


class HeaderReader:
    """Reads the heads of one page."""

    def __init__(
        self, lines: Sequence[Line], kinds: Kinds, now: datetime, outlets: Outlets
    ) -> None:
        self._lines, self._kinds, self._outlets = lines, kinds, outlets
        self.by_names_outlets = False  # whether this page writes `by Gulf News`
        self.feet: Mapping[int, int] = {}  # ends of texts -> `Source: Reuters`, which is of these
        # Of an HTML page: whether a line is a paragraph like those at another; what elements of a
        # line hold.
        self.is_like: Callable[[int, int], bool] = lambda _at, _body: False
        self.pieces_of: Callable[[int], list[str]] = lambda _at: []
        self.printed = LineTimes(lines, kinds, now, outlets)
        self._titles: dict[int, bool] = {}

    @cached_property
    def _openings(self) -> dict[str, int]:
        """Beginnings of paragraphs -> where they first stand."""
        prose = reversed(self._kinds.prose.nonzero()[0].tolist())
        return {opening(self._lines[at].text): at for at in prose}

    def read(self, first: int, body: int) -> Header | None:
        """The head that ends where the prose at line `body` begins, or None if there is no title.

        `first` is the first line that may belong to it.
        """
        header, sources = Header(body, body), Counter[str]()
        first = max(first, body - HEADER_LINES)
        if (title_at := self._find_title(header, sources, first)) is None:
            return None
        self._look_above(header, sources, title_at, first)
        self._choose_source(header, sources)
        if self._openings.get(opening(self._lines[body].text), body) < header.start:
            header.signs.add("copy")
        return header

    def _find_title(self, header: Header, sources: Counter[str], first: int) -> int | None:
        """Go up from the text to the nearest title; take what is in between."""
        kinds, like_text = self._kinds, None
        for at in range(header.body - 1, first - 1, -1):
            if kinds.stories[at] or kinds.comments[at]:
                break
            if self._is_title(at, least_words=4):
                if not self.is_like(at, header.body):
                    return self._take_title(header, sources, at)
                # The text's first sentence, or a title without marks.
                like_text = at if like_text is None else like_text
            elif not kinds.separator[at]:
                self._take_meta(header, sources, at)
        if like_text is None:
            return None
        return self._take_title(header, sources, like_text)

    def _look_above(self, header: Header, sources: Counter[str], title_at: int, first: int) -> None:
        """Go on up from the title: the title again, source, time, a separator, a section."""
        kinds, key, above = self._kinds, title_key(header.title), 0
        for at in range(title_at - 1, first - 1, -1):
            if kinds.stories[at] or kinds.comments[at] or kinds.separator[at]:
                if kinds.stories[at]:
                    header.signs.add("section")
                if kinds.separator[at]:
                    header.signs.add("separator")
                    header.start = at
                return
            if title_key(self._lines[at].text) == key:
                header.signs.add("title_again")
                header.start, above = at, 0
                continue
            above += 1
            if above > _META_LINES or self._is_title(at, least_words=5):
                return
            if self._take_meta(header, sources, at):
                header.start = at
            elif not kinds.noise[at]:
                return

    def below(self, first: int, end: int) -> Header:
        """Source and time below an article, where a page prints them there: in lines [first, end),
        after what is left of the article."""
        header, sources = Header(first, end), Counter[str]()
        for at in range(first, end):
            if self._kinds.stories[at] or self._kinds.comments[at]:
                break
            if self._is_title(at, least_words=4):
                follows = at + 1 < end and self._kinds.dated[at + 1]
                if header.time or header.source or not follows:
                    break
            elif not self._take_meta(header, sources, at) and header.time:
                break
            self._choose_source(header, sources)
        if header.source and sources[header.source] > 1:  # behind a label
            header.signs = (header.signs - {"name"}) | {"source"}
        return header

    def take_foot(self, header: Header, at: int) -> None:
        """The source below the text, at line `at`: after `Source:` if the head has
        no known one, in brackets or alone if it has no likely one."""
        if "known_source" in header.signs or at == len(self._lines):
            return
        foot = self._lines[self.feet.get(at, at)].text
        name = without_label(foot) if at in self.feet else in_brackets(foot)
        if name is None or not may_be_source(name, self._outlets):
            return
        if at in self.feet or "source" not in header.signs:
            header.signs -= {"source", "name"}
            self._choose_source(header, Counter([name]))

    def below_foot(self, at: int) -> int:
        """The first line that does not belong to the text that ends above line `at`."""
        if at in self.feet:
            return self.feet[at] + 1
        return at + (in_brackets(self._lines[at].text) is not None)

    def _is_title(self, at: int, least_words: int) -> bool:
        kinds = self._kinds
        if not kinds.title[at] or not (kinds.words[at] >= least_words or kinds.marked[at]):
            return False
        if at not in self._titles:  # each text looks at lines above and below it
            self._titles[at] = self._reads_like_title(at)
        return self._titles[at]

    def _reads_like_title(self, at: int) -> bool:
        text, figures = self._lines[at].text, self._kinds.may_time[at]
        if BY.match(text) or is_labelled(text) or (figures and READING_TIME.search(text)):
            return False
        name = without_label(trimmed(text))
        if self._outlets.domain(name) or person_for_outlet(text, self._outlets):
            return False
        if (
            name != trimmed(text)
            and may_be_source(name, self._outlets)
            and (self._outlets.reads_like_outlet(name))
        ):
            return False  # `via Times of Malta`
        time, rest = self.printed.apart(at)
        return time is None or has_title(rest, self._outlets)

    def _take_title(self, header: Header, sources: Counter[str], at: int) -> int:
        """The title of a line that may hold source and time too; -> the line."""
        header.start = header.title_at = at
        text = self._lines[at].text
        if self._kinds.marked[at]:
            header.signs.add("marked")
        pieces = self.pieces_of(at) if self._kinds.may_time[at] else []
        if found := title_in_pieces(pieces, self.printed, self._outlets):
            header.title, header.time, sign, names = found
            header.signs |= {sign, "in_title"}
            sources.update(names)
            return at
        time = self.printed.time(text) if self._kinds.may_time[at] else None
        if time is not None and (is_ago(text, time) or stands_aside(text, time)):
            header.time = time
            header.signs.add(time_sign(text, time))
            text = f"{text[: time.start]}|{text[time.end :]}"
        else:
            time = None
        header.title, names = title_and_sources(text, self._outlets, timed=time is not None)
        sources.update(name for name in names if may_be_source(name, self._outlets))
        if time is not None and any(map(self._outlets.reads_like_outlet, names)):
            header.signs.add("in_title")
        return at

    def _take_meta(self, header: Header, sources: Counter[str], at: int) -> bool:
        """Take source, time and byline of a line; whether it had any."""
        text, kinds = self._lines[at].text, self._kinds
        if len(text) > META_CHARACTERS or kinds.words[at] > META_WORDS:
            return False
        time, rest = self.printed.apart(at)
        if kinds.noise[at] and time is None and not self._names_source(text):
            return False
        if time is not None:
            if header.time is None or time.precision_seconds < header.time.precision_seconds:
                header.time = time
            header.signs.add(time_sign(text, time))
            text = rest
        if kinds.may_time[at]:
            text = READING_TIME.sub(" | ", text)
        if (label := SOURCE_LABEL.match(text)) and label.end() < len(text):
            name = trimmed(TIME_LABEL.sub(" ", PIECES.split(text[label.end() :])[0]))
            if may_be_source(name, self._outlets):
                sources[name] += 2
                return True
        if pair := person_for_outlet(text, self._outlets):
            header.byline = header.byline or pair[0]
            sources[pair[1]] += 1
            return True
        if by := BY.match(text):
            return self._take_names(header, sources, text[by.end() :]) or time is not None
        names = [trimmed(TIME_LABEL.sub(" ", p) if time else p) for p in PIECES.split(text)]
        named = [name for name in names if may_be_source(name, self._outlets)]
        sources.update(named)
        return bool(named) or time is not None

    def _take_names(self, header: Header, sources: Counter[str], text: str) -> bool:
        """Take people and outlets after `by`; whether there were any."""
        names = [name for piece in PIECES.split(text) if (name := trimmed(piece))]
        for name in names:
            if self._outlets.reads_like_outlet(name):
                sources[name] += 1
                self.by_names_outlets = True
            elif header.byline is None:
                header.byline = name
                header.signs.add("byline")
        return bool(names)

    def _names_source(self, text: str) -> bool:
        if (label := SOURCE_LABEL.match(text)) and text[label.end() :].strip():
            return True
        return self._outlets.domain(trimmed(text)) is not None

    def _choose_source(self, header: Header, sources: Counter[str]) -> None:
        if not sources:
            return

        def rank(name: str) -> tuple[bool, bool, int]:
            known = self._outlets.domain(name) is not None
            return known, self._outlets.reads_like_outlet(name), sources[name]

        best = max(sources, key=rank)  # the first of equals: the one nearest to the text
        header.source = best
        known, likely, times = rank(best)
        header.signs.add("known_source" if known else "source" if likely else "name")
        if times > 1 and likely:
            header.signs.add("source_again")
