"""Time zones by the letters that follow a time: `data/time_zones.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple


class TimeZones(NamedTuple):
    """Hours from UTC, by letters in lower case."""

    printed: Mapping[str, float]
    summer: Mapping[str, float]  # in winter; an hour more in summer
    written: Mapping[str, float]


@lru_cache(maxsize=1)
def time_zones() -> TimeZones:
    """The table that comes with echowire."""
    path = files("streams.articles") / "data" / "time_zones.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    return TimeZones(
        **{
            name: {word: float(hours) for hours, words in table.items() for word in words.split()}
            for name, table in tables.items()
        }
    )
