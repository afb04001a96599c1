"""Whether `02/03/2026` begins with the day, by the language that a page states."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from streams.articles.languages import words_by_language
from streams.articles.times import parse_time

# Between figures; an address or a fraction has more of them.
_NUMERIC = re.compile(r"(?<![\d/.-])(\d\d?)([/-])(\d\d?)\2((?:19|20)\d\d)(?![\d/])")


def in_order(texts: Iterable[str], language: str | None) -> list[str]:
    """Texts with such dates written as `2026-03-02`, if the language leaves no doubt.

    English does by its country alone, and not in America, whose code is the default of many
    programs; where one language has both orders, the exceptions are named by country.
    """
    if not _is_day_first(language):
        return list(texts)
    return [_NUMERIC.sub(_iso, text) for text in texts]


def decided(texts: Iterable[str], others: Iterable[str]) -> str | None:
    """The first of some dates like `02-12-2025` that is one of the page's other days in one order
    only, in RFC 3339."""
    days = {time.date().isoformat() for text in others if (time := parse_time(text))}
    for text in texts:
        if match := _NUMERIC.fullmatch(text.strip()):
            ways = {_iso(match), f"{match[4]}-{int(match[1]):02d}-{int(match[3]):02d}"} & days
            if len(ways) == 1:
                return ways.pop()
    return None


def _iso(match: re.Match[str]) -> str:
    day, month = int(match[1]), int(match[3])
    return f"{match[4]}-{month:02d}-{day:02d}" if month <= 12 else match[0]


@lru_cache(maxsize=1024)
def _is_day_first(language: str | None) -> bool:
    code, _, rest = (language or "").strip().lower().replace("_", "-").partition("-")
    countries = words_by_language("dates", "day_first").get(code, ())
    country = rest.rpartition("-")[2]
    if "*" in countries:
        return f"-{country}" not in countries
    return country in countries
