"""News agencies: their names in all scripts from one data file, and the search for them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

# Stands in no cleaned text, and in no name.
_BETWEEN = "\n\0\n"
_NO_SPACES = "\u3000"  # from here on, scripts without spaces


class Found(NamedTuple):
    """An agency's name at [start, end) of a text; `short` names mean other things too."""

    agency: str
    start: int
    end: int
    short: bool


@dataclass(frozen=True, slots=True)
class AgencyTable:
    """Agencies by their domains, and a search for their names."""

    domains: Mapping[str, str]
    _search: AhoCorasick
    _names: tuple[tuple[str, bool], ...]  # (agency, whether the name is short)

    def all(self, texts: Sequence[str]) -> list[list[Found]]:
        """For each text all names, in its order. Short ones count only where an agency is to be
        expected."""
        return _in_each(self._search, self._names, texts)


@lru_cache(maxsize=1)
def agency_table() -> AgencyTable:
    """The table that comes with echowire."""
    path = files("streams.articles") / "data" / "agencies.toml"
    agencies = tomllib.loads(path.read_text(encoding="utf-8"))
    names = [
        (name, agency, kind == "short")
        for kind in ("names", "short")
        for agency, a in agencies.items()
        for name in a[kind]
    ]
    return AgencyTable(
        domains={domain: agency for agency, a in agencies.items() for domain in a["domains"]},
        _search=_search([name for name, _, _ in names]),
        _names=tuple((agency, short) for _, agency, short in names),
    )


def _search(names: list[str]) -> AhoCorasick:
    # A table of states instead of links: 5 MB, and a third less time on every article.
    return AhoCorasick(
        names, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA
    )


def _in_each(
    search: AhoCorasick, names: tuple[tuple[str, bool], ...], texts: Sequence[str]
) -> list[list[Found]]:
    """One pass over many texts: the table of states is larger than a processor's cache, and what
    runs between two passes would have to fetch its own memory again."""
    found: list[list[Found]] = [[] for _ in texts]
    joined = _BETWEEN.join(texts)
    start = end = 0
    at = -1
    for index, first, last in search.find_matches_as_indexes(joined):
        while first >= end:
            at += 1
            start = end + len(_BETWEEN) if at else 0
            end = start + len(texts[at])
        if _is_whole_word(joined, first, last):
            agency, short = names[index]
            found[at].append(Found(agency, first - start, last - start, short))
    return found


def _is_whole_word(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches a name, in scripts that put spaces between words."""
    first, last = text[start], text[end - 1]
    if first < _NO_SPACES and start and text[start - 1].isalnum() and first.isalnum():
        return False
    return not (last < _NO_SPACES and end < len(text) and text[end].isalnum() and last.isalnum())
