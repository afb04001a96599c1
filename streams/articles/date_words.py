"""The words of written dates and times, of all languages, and the forms of a clock among them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from streams.articles.day_parts import LETTER, day_parts
from streams.articles.languages import any_of, meanings, places, words_of_all
from streams.articles.time_zones import time_zones


@dataclass(frozen=True, slots=True)
class DateWords:
    """What the words of all languages mean, in the form of `casefold`."""

    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    either_day: frozenset[str]
    between: frozenset[str]
    zones: Mapping[str, float]
    summer_zones: frozenset[str]
    leads: re.Pattern[str]  # what a page writes before its time: `Updated`
    eras: Mapping[str, int]
    clock: re.Pattern[str]
    midnight: re.Pattern[str]
    numbered_month: re.Pattern[str]  # `3 tháng 3, năm 2026`


@lru_cache(maxsize=1)
def date_words() -> DateWords:
    """Those of `data/languages`."""
    day = day_parts()
    half, ends = day.part, rf"(?!{LETTER})\.?"
    after = rf"\s*(?:\b|(?<=\d))(?:{any_of('dates', 'o_clock')}){ends}"
    clock = re.compile(
        rf"\s*(?:12(?:[:.]00)?\s*)?(?<![^\W\d_])(?P<noon>{day.noon}){ends}|"
        rf"\s*(?:(?<![^\W\d_])(?P<before>{half})\.?\s*)?(?<![\d:.+−-])(?:"
        rf"(?P<H>\d\d?)(?:[:.]|\s?h\s?)(?P<M>[0-5]\d)(?:[:.m](?P<S>[0-5]\d)(?:[.,](?P<F>\d{{1,9}}))?)?"
        rf"(?!\d)(?:{after})?(?:\s*(?P<after>{half}){ends})?(?:{after})?"
        rf"|(?P<H2>\d\d?)(?:{after})?\s*(?P<after2>{half}){ends}|(?P<H3>\d\d?){after})",
        re.IGNORECASE,
    )
    months, _ = meanings(_spelled("months", "months_in_dates"))
    weekdays, either_day = meanings(_spelled("weekdays"))
    zones = time_zones()
    return DateWords(
        months={word: place + 1 for word, place in months.items()},
        weekdays=weekdays,
        either_day=either_day,
        between=frozenset((*words_of_all("dates", "between"), *words_of_all("dates", "o_clock"))),
        zones={**zones.printed, **zones.summer, **zones.written},
        summer_zones=frozenset(zones.summer),
        leads=re.compile(
            rf"{any_of('page_headers', 'time')}|{any_of('page_headers', 'updated')}", re.IGNORECASE
        ),
        eras={
            word: int(years)
            for word, years in (e.split("+") for e in words_of_all("dates", "eras"))
        },
        midnight=re.compile(rf"(?<![^\W\d_])(?:{day.midnight})(?!{LETTER})", re.IGNORECASE),
        clock=clock,
        numbered_month=re.compile(
            rf"(\d{{1,2}})\s+(?:{any_of('dates', 'month')})\s+(\d{{1,2}}),?"
            rf"\s+(?:(?:{any_of('dates', 'year')})\s+)?(\d{{4}})",
            re.IGNORECASE,
        ),
    )


def _spelled(*tables: str) -> Iterator[tuple[str, int]]:
    """The words of tables, in the form in which tokens are compared, with their places."""
    for word, place in places(*tables):
        low = word.casefold()
        yield low, place
        plain = "".join(
            c for c in unicodedata.normalize("NFKD", low) if not unicodedata.combining(c)
        )
        if plain.isascii():  # `Marz` for `März`, as systems without accents write it
            yield plain, place
