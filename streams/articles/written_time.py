"""Dates and times as people and programs write them -> UTC, or None if anything is unclear.

`2 Mar 2026 3:15 PM`, `Mon, 02 Mar 2026 10:00:00 CET`, `lun., 02 mars 2026 10:00:00 +0100`,
`2. März 2026, 10:15 Uhr`, `2026年3月2日 午後3時`, `Mon Mar 2 10:00:00 2026`, and the forms of
JavaScript, Go and Java. Every word has to be understood. An unknown zone, a second time of day or
`02/03/2026` (which is the month?) makes the whole text unreadable: better no time than a wrong one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from streams.articles.languages import any_of, meanings, places, words_of_all
from streams.articles.printed_time import is_american_summer
from streams.articles.time_zones import time_zones

_LONGEST = 100
_LONGEST_LEAD_WORD = 12  # `Updated`, or the weekday in a language that the table lacks
_MOST_HOURS_FROM_UTC = 14
_LAST_TWELFTH = 12  # of hours and of months
_TOKEN = re.compile(r"[^\W\d_]+(?:[.'’׳-][^\W\d_]+)*|\d+|\S")
_SIGNS = frozenset(",.|-–—•·/()،;:'’@\0")
_COMMENT = re.compile(r"\s*\(([^()]*)\)\s*$")
_REGION = re.compile(r"\s*\[([A-Za-z_]+(?:/[A-Za-z_+-]+)*)\]\s*$")
_MONOTONIC = re.compile(r"\s+m=[+-][\d.]+$")  # Go
_ENDS_IN_OFFSET = re.compile(r"(?:\d[Zz]|[+-]\d\d:?\d\d)$")
_HALF = re.compile(r"\b([ap])\.\s?m\b\.?", re.IGNORECASE)
_CJK_DATE = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號]")
_CJK_CLOCK = re.compile(
    r"(\d{1,2})\s*[時时点點시]\s*(?:(\d{1,2})\s*[分분])?\s*(?:(\d{1,2})\s*[秒초])?"
)
_NUMERIC = (
    re.compile(r"(?<!\d)(?P<y>\d{4})([-/]|\. ?)(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d)[Tt]?"),
    re.compile(r"(?<![\d.])(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. ?(?P<y>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<a>\d{1,2})([/-])(?P<b>\d{1,2})\2(?P<y>\d{4})(?!\d)"),
)
# After the clock, whose place a NUL marks.
_OFFSET = re.compile(r"\0\s*(?:GMT|UTC?|Z)?\s?([+\-−])(\d\d?)(?::?(\d\d))?(?![\d:])", re.IGNORECASE)


class _Clock(NamedTuple):
    hour: int
    minute: int
    second: int
    microsecond: int


@dataclass(frozen=True, slots=True)
class _Words:
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    either_day: frozenset[str]
    between: frozenset[str]
    zones: Mapping[str, float]
    summer_zones: frozenset[str]
    halves: Mapping[str, bool]  # whether it is the afternoon
    clock: re.Pattern[str]
    numbered_month: re.Pattern[str]  # `3 tháng 3, năm 2026`


def written_time(text: str) -> datetime | None:
    """The time that a whole text states, in UTC; without a zone it is taken for UTC."""
    if len(text) > _LONGEST:
        return None
    try:
        words = _words()
        return _written(_without_comment(_plain(text, words)), words)
    except (ValueError, OverflowError):  # the 30th of February, the year 0
        return None


def is_day_or_month(word: str) -> bool:
    """Whether a word is a month or a weekday, in full or abbreviated, in any known language."""
    low, words = word.casefold().strip("."), _words()
    return low in words.months or low in words.weekdays


def _written(text: str, words: _Words) -> datetime | None:
    date_at = next((m for form in _NUMERIC if (m := form.search(text))), None)
    if date_at is not None:  # first: `02.03.2026` contains what looks like a clock
        text = f"{text[: date_at.start()]} {text[date_at.end() :]}"
    clock, found = None, words.clock.search(text)
    if found is not None:
        clock = _clock(found, words)
        text = f"{text[: found.start()]} \0{text[found.end() :]}"
    if found is not None and clock is None:
        return None
    offset, text = _offset(text, clock)
    tokens = _Tokens(words, date_at, timed=clock is not None)
    if not all(tokens.take(t, first=n == 0) for n, t in enumerate(_TOKEN.findall(text))):
        return None
    if (date := tokens.date()) is None:
        return None
    time = datetime(*date, *(clock or (0, 0, 0, 0)), tzinfo=UTC)
    if offset is None and tokens.zone is not None:  # Go writes both
        hours = _zone_hours(tokens.zone, time, words)
        return None if hours is None else time - timedelta(hours=hours)
    return time - (offset or timedelta())


def _plain(text: str, words: _Words) -> str:
    """One form for digits, dates and clocks of all scripts."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.replace("º", "").replace("ª", ""))
        text = "".join(str(unicodedata.decimal(c, c)) for c in text)
        text = _CJK_DATE.sub(r" \1-\2-\3 ", text)
        text = words.numbered_month.sub(r" \1.\2.\3 ", text)
        text = _CJK_CLOCK.sub(lambda m: f"{m[1]}:{m[2] or '00':0>2}:{m[3] or '00':0>2} ", text)
    return _HALF.sub(r"\1m", _MONOTONIC.sub("", text.strip()))


def _without_comment(text: str) -> str:
    """Without `(Central European Time)` and `[Europe/Berlin]` after an offset that says the same.

    Without an offset, the text in brackets has to be a zone known by name.
    """
    for form in (_REGION, _COMMENT):
        if match := form.search(text):
            rest = text[: match.start()]
            return rest if _ENDS_IN_OFFSET.search(rest) else f"{rest} {match[1]}"
    return text


def _clock(found: re.Match[str], words: _Words) -> _Clock | None:
    part = found.groupdict()
    hour = int(part["H"] or part["H2"] or part["H3"])
    half = part["before"] or part["after"] or part["after2"]
    afternoon = words.halves.get(half.casefold()) if half else None
    if afternoon is not None:
        if hour > _LAST_TWELFTH and not afternoon:
            return None
        if hour <= _LAST_TWELFTH:
            hour = hour % _LAST_TWELFTH + (_LAST_TWELFTH if afternoon else 0)
    fraction = (part["F"] or "")[:6].ljust(6, "0")
    return _Clock(hour, int(part["M"] or 0), int(part["S"] or 0), int(fraction))


def _offset(text: str, clock: _Clock | None) -> tuple[timedelta | None, str]:
    """-> (offset from UTC or None, text without it)."""
    match = _OFFSET.search(text) if clock else None
    if match is None:
        return None, text
    hours, minutes = int(match[2]), int(match[3] or 0)
    if hours > _MOST_HOURS_FROM_UTC or minutes % 15:
        return None, text
    offset = timedelta(hours=hours, minutes=minutes)
    rest = f"{text[: match.start()]} \0 {text[match.end() :]}"
    return (offset if match[1] == "+" else -offset), rest


def _zone_hours(zone: str, time: datetime, words: _Words) -> float | None:
    low = zone.casefold()
    if low in words.summer_zones:
        if not zone.isupper():
            return None
        return words.zones[low] + is_american_summer(time)
    return words.zones.get(low)


class _Tokens:
    """The rest of a text without its clock and offset, word by word."""

    def __init__(self, words: _Words, numeric: re.Match[str] | None, *, timed: bool) -> None:
        self._words, self._numeric, self._timed = words, numeric, timed
        self.zone: str | None = None
        self._months: list[str] = []
        self._weekday: int | None = None
        self._year: int | None = None
        self._day: int | None = None

    def take(self, token: str, *, first: bool) -> bool:
        """Take the next one; False if it makes no sense here."""
        if token.isdigit():
            return self._number(token)
        if len(token) == 1 and token in _SIGNS:
            return True
        return self._word(token) or (first and len(token) <= _LONGEST_LEAD_WORD)

    def _word(self, token: str) -> bool:
        words, low = self._words, token.casefold().rstrip("'’")
        is_zone = self._timed and low in words.zones
        if is_zone and token.isupper() and self.zone is None:  # `CET`; `cet` is a Thursday
            self.zone = token
        elif low in words.months and self._numeric is None:
            self._months.append(low)
        elif low in words.weekdays or low in words.either_day:
            self._weekday = words.weekdays.get(low, self._weekday)
        elif is_zone and low not in words.between and self.zone is None:
            self.zone = token
        elif "-" in low or "." in low:  # `02-Mar-2026`
            return all(self.take(part, first=False) for part in re.split("[-.]", token))
        else:
            return low in words.between
        return True

    def _number(self, token: str) -> bool:
        if self._numeric is not None:
            return False
        if len(token) == 4 and self._year is None:
            self._year = int(token)
        elif len(token) <= 2 and self._day is None:
            self._day = int(token)
        else:
            return False
        return True

    def date(self) -> tuple[int, int, int] | None:
        """(year, month, day), or None if it is missing or could be two days."""
        if self._numeric is not None:
            return self._numeric_date(self._numeric.groupdict())
        if len(self._months) > 2 or self._year is None or self._day is None:
            return None
        year, day, words = self._year, self._day, self._words
        months = {w for w in self._months if w not in words.weekdays} or set(self._months)
        if len(months) == 2:  # `lun, 02 mar 2026`, where each may be a month and a weekday
            one, other = months
            months = {
                month
                for month, weekday in ((one, other), (other, one))
                if words.weekdays.get(weekday) == _weekday(year, words.months[month], day)
            }
        return (year, words.months[months.pop()], day) if len(months) == 1 else None

    def _numeric_date(self, part: Mapping[str, str]) -> tuple[int, int, int] | None:
        year = int(part["y"])
        if "m" in part:
            return year, int(part["m"]), int(part["d"])
        a, b = int(part["a"]), int(part["b"])
        ways = {(year, month, day) for month, day in ((a, b), (b, a)) if month <= _LAST_TWELFTH}
        if len(ways) > 1 and self._weekday is not None:  # `Mon, 03/02/2026`, as Drupal prints it
            ways = {way for way in ways if _weekday(*way) == self._weekday}
        return ways.pop() if len(ways) == 1 else None


def _weekday(year: int, month: int, day: int) -> int:
    return datetime(year, month, day, tzinfo=UTC).weekday()


@lru_cache(maxsize=1)
def _words() -> _Words:
    halves = {word: name == "pm" for name in ("pm", "am") for word in words_of_all("dates", name)}
    half = "|".join(map(re.escape, sorted(halves, key=len, reverse=True)))
    after = rf"\s*(?:\b|(?<=\d))(?:{any_of('dates', 'o_clock')})\b\.?"
    clock = re.compile(
        rf"(?:(?<![^\W\d_])(?P<before>{half})\s*)?(?<![\d:.+−-])(?:"
        rf"(?P<H>\d\d?)(?:[:.]|\s?h\s?)(?P<M>[0-5]\d)(?:[:.m](?P<S>[0-5]\d)(?:[.,](?P<F>\d{{1,9}}))?)?"
        rf"(?!\d)(?:\s*(?P<after>{half})\b)?(?:{after})?"
        rf"|(?P<H2>\d\d?)\s*(?P<after2>{half})\b|(?P<H3>\d\d?){after})",
        re.IGNORECASE,
    )
    months, _ = meanings(_spelled("months", "months_in_dates"))
    weekdays, either_day = meanings(_spelled("weekdays"))
    zones = time_zones()
    return _Words(
        months={word: place + 1 for word, place in months.items()},
        weekdays=weekdays,
        either_day=either_day,
        between=frozenset((*words_of_all("dates", "between"), *words_of_all("dates", "o_clock"))),
        zones={**zones.printed, **zones.summer, **zones.written},
        summer_zones=frozenset(zones.summer),
        halves=halves,
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
