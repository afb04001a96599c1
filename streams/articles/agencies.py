"""News agencies: one entry each in `data/agencies.toml`, with all that echowire knows about them.

| key | meaning |
|---|---|
| the entry's name | how articles name the agency: `agencies[].name` |
| `names` | spellings that mean nothing else, wherever they stand |
| `short` | spellings that mean other things too; they count only where an agency is expected |
| `signs` | short spellings that may be a text's last line by themselves |
| `domains` | the agency's own sites |
| `measured` | whether metrics have a series of its own for its copies |
| `examples` | how its articles begin or end: each is a test |
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency's entry in the table."""

    name: str
    names: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    measured: bool = False
    examples: tuple[str, ...] = field(default=(), repr=False)


@lru_cache(maxsize=1)
def agencies() -> Mapping[str, Agency]:
    """The table that comes with echowire, by name."""
    path = files("streams.articles") / "data" / "agencies.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        name: Agency(
            name=name,
            names=tuple(entry["names"]),
            short=tuple(entry["short"]),
            signs=tuple(entry.get("signs", ())),
            domains=tuple(entry["domains"]),
            measured=entry.get("measured", False),
            examples=tuple(entry.get("examples", ())),
        )
        for name, entry in tables.items()
    }


@lru_cache(maxsize=4096)
def agency_of_site(source: str | None) -> str | None:
    """The agency whose own site this publisher is, by its domain or its whole name; else None."""
    if not source:
        return None
    domains, spellings = _sites()
    name = source.casefold()
    while name.count("."):
        if name in domains:
            return domains[name]
        name = name.split(".", 1)[1]
    return spellings.get(source.casefold())


@lru_cache(maxsize=1)
def _sites() -> tuple[dict[str, str], dict[str, str]]:
    """-> (domain -> agency, its own name or an unmistakable spelling in lower case -> agency)."""
    table = agencies().values()
    spellings = {n.casefold(): agency.name for agency in table for n in agency.names}
    spellings |= {agency.name.casefold(): agency.name for agency in table}
    return {domain: agency.name for agency in table for domain in agency.domains}, spellings


@lru_cache(maxsize=1)
def signs() -> frozenset[str]:
    """Short spellings that may be a text's last line by themselves."""
    return frozenset(sign for agency in agencies().values() for sign in agency.signs)
