"""News agencies: their names in all scripts from one data file, and the search for them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind


class Found(NamedTuple):
    """An agency's name at [start, end) of a text; `short` names mean other things too."""

    agency: str
    start: int
    end: int
    short: bool


@dataclass(frozen=True, slots=True)
class AgencyTable:
    """Agencies by their domains, and two searches: for unmistakable names, and for all."""

    domains: Mapping[str, str]
    _distinct: AhoCorasick
    _all: AhoCorasick
    _distinct_names: tuple[tuple[str, bool], ...]
    _all_names: tuple[tuple[str, bool], ...]

    def distinct(self, text: str) -> list[Found]:
        """Names that can mean nothing else, anywhere in a text, in its order."""
        found = self._distinct.find_matches_as_indexes(text)
        return _whole_words(text, found, self._distinct_names) if found else []

    def all(self, text: str) -> list[Found]:
        """The short names too: for places where an agency is to be expected."""
        found = self._all.find_matches_as_indexes(text)
        return _whole_words(text, found, self._all_names) if found else []


@lru_cache(maxsize=1)
def agency_table() -> AgencyTable:
    """The table that comes with echowire."""
    path = files("streams.articles") / "data" / "agencies.toml"
    agencies = tomllib.loads(path.read_text(encoding="utf-8"))
    distinct = [(name, agency, False) for agency, a in agencies.items() for name in a["names"]]
    short = [(name, agency, True) for agency, a in agencies.items() for name in a["short"]]
    every = distinct + short
    return AgencyTable(
        domains={domain: agency for agency, a in agencies.items() for domain in a["domains"]},
        _distinct=_search([name for name, _, _ in distinct]),
        _all=_search([name for name, _, _ in every]),
        _distinct_names=tuple((agency, short) for _, agency, short in distinct),
        _all_names=tuple((agency, short) for _, agency, short in every),
    )


def _search(names: list[str]) -> AhoCorasick:
    # A table of states instead of links: 5 MB, and a third less time on every article.
    return AhoCorasick(
        names, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA
    )


def _whole_words(
    text: str, found: list[tuple[int, int, int]], names: tuple[tuple[str, bool], ...]
) -> list[Found]:
    matches = []
    for index, start, end in found:
        first, last = text[start], text[end - 1]
        # Scripts without spaces have no word ends to look for.
        if first < "\u3000" and start and text[start - 1].isalnum() and first.isalnum():
            continue
        if last < "\u3000" and end < len(text) and text[end].isalnum() and last.isalnum():
            continue
        agency, short = names[index]
        matches.append(Found(agency, start, end, short))
    return matches
