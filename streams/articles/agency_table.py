"""Finds agencies' names, in texts and in lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from streams.articles.agencies import agencies
from streams.articles.encoded import Encoded
from streams.articles.phrases import Phrases

_NO_SPACES = "\u3000"  # from here on, scripts without spaces


class Found(NamedTuple):
    """An agency's name at [start, end) of a text; `short` names have other meanings, too."""

    agency: str
    start: int
    end: int
    short: bool


@dataclass(frozen=True, slots=True)
class AgencyTable:
    """Searches for agencies' names."""

    _in_texts: Phrases
    _in_line: AhoCorasick  # a tenth of the time that calling the other takes
    _names: tuple[tuple[str, bool], ...]  # (agency, whether the name is short)

    def in_texts(self, texts: Sequence[str], in_utf8: Encoded) -> list[list[Found]]:
        """All names in each text, in order. Short ones count only where an agency is
        expected."""
        found: list[list[Found]] = [[] for _ in texts]
        matches = self._in_texts.find(in_utf8)
        if not len(matches):
            return found
        for text, index, start, end, _ in matches[matches[:, 4] == 0].tolist():
            if _is_whole_word(texts[text], start, end):
                agency, short = self._names[index]
                found[text].append(Found(agency, start, end, short))
        return found

    def in_line(self, line: str) -> list[Found]:
        """All names in a line."""
        found = []
        for index, start, end in self._in_line.find_matches_as_indexes(line):
            if _is_whole_word(line, start, end):
                agency, short = self._names[index]
                found.append(Found(agency, start, end, short))
        return found


@lru_cache(maxsize=1)
def agency_table() -> AgencyTable:
    """The table that comes with echowire."""
    every = agencies().values()
    names = [
        *((name, agency.name, False) for agency in every for name in agency.names),
        *((name, agency.name, True) for agency in every for name in agency.short),
        *((name.upper(), agency.name, False) for agency in every for name in agency.names),
    ]
    first = {spelling: (agency, short) for spelling, agency, short in reversed(names)}
    spellings = [*first]
    return AgencyTable(
        _in_texts=Phrases(spellings),
        _in_line=AhoCorasick(spellings, matchkind=MatchKind.LeftmostLongest),
        _names=tuple(first.values()),
    )


def _is_whole_word(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit adjoins a name, both in scripts with spaces between words:
    `AFP通信`."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_are_one_word(before, text[start]) or _are_one_word(text[end - 1], after))


def _are_one_word(one: str, other: str) -> bool:
    return one.isalnum() and other.isalnum() and one < _NO_SPACES and other < _NO_SPACES
