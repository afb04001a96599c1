"""Publishers: the names that pages print, and their domains, in one table."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from streams.errors import UserError

_LETTERS = re.compile(r"[^\W\d_]+")
_FIRST_UNSPACED = "\u0e00"


class OutletsError(UserError):
    """A user's table of outlets cannot be read; the message says why."""

    exit_code = 78  # sysexits.h: configuration


@dataclass(frozen=True, slots=True)
class Outlets:
    """Lower-case names -> domains, words that are common in outlets' names, and domains ->
    owners.

    A text has no name of the table if it has none of the words that are the keys of `by_word`, one
    of each name, and none of the names in scripts without spaces between words, `unspaced`.
    """

    domains: Mapping[str, str]
    words: frozenset[str]
    owners: Mapping[str, str]
    by_word: Mapping[str, tuple[str, ...]]
    unspaced: tuple[str, ...]

    def domain(self, name: str) -> str | None:
        """The domain of a publisher's name, or None if the table lacks it."""
        return self.domains.get(name.lower())

    def family(self, source: str | None) -> str | None:
        """The owner of a publisher, given by domain or name; for a part of a site, the site's
        owner. One whose owner is not in the table is a family of its own; None stays None.
        """
        if source is None:
            return None
        domain = self.domain(source) or source.lower()
        while domain:
            if owner := self.owners.get(domain):
                return owner
            domain = domain.partition(".")[2]
        return self.domain(source) or source

    def reads_like_outlet(self, name: str) -> bool:
        """Whether a name is in the table, is a domain, or has a word that outlets' names have."""
        low = name.lower()
        if low in self.domains:
            return True
        words = low.split() or [""]
        if len(words) == 1 and "." in low:
            return low.rsplit(".", 1)[-1].isalpha()
        return words[0] == "the" or any(word in self.words for word in words)


@lru_cache(maxsize=8)
def outlets(own: str | None = None) -> Outlets:
    """The table that comes with echowire, overridden by a user's own: the path of a TOML file.

    Raises OutletsError if that file is not one or has another form.
    """
    shipped = files("streams.articles") / "data" / "outlets.toml"
    tables = tomllib.loads(shipped.read_text(encoding="utf-8"))
    domains, owners = _by_name(tables["outlets"]), _owners(tables["owners"])
    if own is not None:
        try:
            theirs = tomllib.loads(Path(own).read_text(encoding="utf-8"))
            domains |= _by_name(theirs["outlets"])
            owners |= _owners(theirs.get("owners", {}))
        except OSError as error:
            raise OutletsError(
                f"outlets_file: {own}: {error.strerror}: name a file that can be read, or leave the"
                " setting out"
            ) from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise OutletsError(
                f"outlets_file: {own}: expected a table [outlets], as in docs/normalising.md, got"
                f" {error!r}: correct it, or leave the setting out"
            ) from None
    return Outlets(
        domains,
        frozenset(tables["words"]["outlet"].split()),
        owners,
        _by_word(domains),
        tuple(name for name in domains if any(letter >= _FIRST_UNSPACED for letter in name)),
    )


@lru_cache(maxsize=1 << 16)
def family_of(source: str) -> str:
    """As `Outlets.family`, by the table that comes with echowire."""
    return outlets().family(source) or source


def _by_word(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The names by their longest words but articles, which most texts have."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        words = _LETTERS.findall(name)
        word = max(words, key=lambda word: (word != "the", len(word)), default=name)
        found[word] = (*found.get(word, ()), name)
    return found


def _owners(table: Mapping[str, list[str]]) -> dict[str, str]:
    return {domain.lower(): owner for owner, of in table.items() for domain in _listed(of)}


def _by_name(table: Mapping[str, list[str]]) -> dict[str, str]:
    return {
        name.lower(): domain
        for domain, names in table.items()
        for name in (domain, *_listed(names))
    }


def _listed(names: list[str]) -> list[str]:
    """Raises TypeError for what a user wrote instead of a list: a single text would be taken apart
    into letters."""
    if not isinstance(names, list):
        raise TypeError(f"expected a list of names, got {names!r}")
    return names
