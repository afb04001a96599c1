"""Which parts of addresses identify no article, and which contain another:
`data/addresses.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, unquote

_SCHEME = re.compile(r"(https?):/{0,2}(?=[^/])", re.IGNORECASE)
_ESCAPED_SCHEME = re.compile(r"https?%3A", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A site whose addresses contain others': behind a path, in a parameter, or in the host."""

    hosts: re.Pattern[str]
    path: re.Pattern[str] | None
    parameters: tuple[str, ...]
    path_parameters: re.Pattern[str] | None  # paths that may have them; None: any
    value: re.Pattern[str] | None  # of a parameter, if it contains more than an address
    dashed: str | None
    archive: bool  # whether the site contains nothing else

    def unwrapped(self, host: str, path: str, query: str) -> str | None:
        """The address that it contains, or None if there is none."""
        if self.dashed is not None:
            return _undashed(host, self.dashed, path, query)
        if self.path is not None:
            match = self.path.fullmatch(f"{path}?{query}" if query else path)
            return _whole(match["address"]) if match else None
        if self.path_parameters is not None and not self.path_parameters.fullmatch(path):
            return None
        values = dict(parse_qsl(query, errors="surrogateescape"))
        found = [values[name] for name in self.parameters if name in values]
        if self.value is not None:
            matches = (self.value.fullmatch(value) for value in found)
            return next((_whole(match["address"]) for match in matches if match), None)
        return next((value for value in found if _SCHEME.match(value)), None)


@dataclass(frozen=True, slots=True)
class AddressRules:
    """The table: parameters to remove, and wrappers."""

    tracking: tuple[str, ...]
    views: frozenset[tuple[str, str]]  # parameter and value, in lower case
    wrappers: tuple[Wrapper, ...]
    _exact: frozenset[str]
    _prefixes: tuple[str, ...]

    def names_no_article(self, name: str, value: str) -> bool:
        """Whether a parameter says nothing about which article this is."""
        low = name.lower()
        if low in self._exact or low.startswith(self._prefixes):
            return True
        return (low, value.lower()) in self.views


@lru_cache(maxsize=1)
def address_rules() -> AddressRules:
    """The table that comes with echowire."""
    path = files("streams.articles") / "data" / "addresses.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    tracking = tuple(table["tracking"])
    return AddressRules(
        tracking=tracking,
        views=frozenset(
            (name, value) for name, values in table["views"].items() for value in values
        ),
        wrappers=tuple(
            _wrapper(entry, archive=kind == "archives")
            for kind in ("archives", "redirects")
            for entry in table[kind]
        ),
        _exact=frozenset(name for name in tracking if not name.endswith("*")),
        _prefixes=tuple(name[:-1] for name in tracking if name.endswith("*")),
    )


@lru_cache(maxsize=4096)
def wrappers_of(host: str) -> tuple[Wrapper, ...]:
    """The wrappers of a host without `www.`: most have none."""
    return tuple(w for w in address_rules().wrappers if w.hosts.fullmatch(host))


def _wrapper(entry: Mapping[str, Any], *, archive: bool) -> Wrapper:
    def compiled(name: str) -> re.Pattern[str] | None:
        return re.compile(entry[name]) if name in entry else None

    return Wrapper(
        hosts=re.compile("|".join(f"(?:{host})" for host in entry["hosts"])),
        path=compiled("path"),
        parameters=tuple(entry.get("parameters", ())),
        path_parameters=compiled("path_parameters"),
        value=compiled("value"),
        dashed=entry.get("dashed"),
        archive=archive,
    )


def _whole(address: str) -> str:
    """With a scheme: `https:/daily.example/a` if slashes were merged, `https%3A%2F%2F...`."""
    if _ESCAPED_SCHEME.match(address):
        address = unquote(address, errors="surrogateescape")
    if _SCHEME.match(address):
        return _SCHEME.sub(r"\1://", address, count=1)
    head, _, _ = address.partition("?")
    # In google.com/amp/s/daily.example/a%3Fid=5 the question mark belongs to the inner address.
    if "%3f" in head.lower():
        address = re.sub("%3[fF]", "?", address.replace("?", "&", 1), count=1)
    return f"https://{address}"


def _undashed(host: str, suffix: str, path: str, query: str) -> str | None:
    """`my--paper-daily-example.translate.goog` is `my-paper.daily.example`."""
    label = host.removesuffix(f".{suffix}")
    name = label.replace("--", "\0").replace("-", ".").replace("\0", "-")
    return f"https://{name}{path}{'?' if query else ''}{query}" if "." in name else None
