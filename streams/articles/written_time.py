"""Dates and times as people and programs write them -> UTC, or None if anything is unclear.

`2 Mar 2026 3:15 PM`, `Mon, 02 Mar 2026 10:00:00 CET`, `lun., 02 mars 2026 10:00:00 +0100`,
`2. März 2026, 10:15 Uhr`, `2026年3月2日 午後3時`, `Mon Mar 2 10:00:00 2026`, and the forms of
JavaScript, Go and Java. Every word has to be understood. An unknown zone, a second time of day or
`02/03/2026` (which is the month?) makes the whole text unreadable: better no time than a wrong one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from streams.articles.date_words import DateWords, date_words
from streams.articles.day_parts import LETTER, hour_in_day, part_of_day, plain_letters
from streams.articles.printed_time import is_american_summer

_LONGEST = 100
_LONGEST_LEAD_WORD = 12  # `Updated`, or the weekday in a language that the table lacks
_MOST_HOURS_FROM_UTC = 14
_LAST_TWELFTH = 12  # of hours and of months
_TOKEN = re.compile(rf"{LETTER}+(?:[.'’׳-]{LETTER}+)*|\d+|\S")
_SIGNS = frozenset(",.|-–—•·/()،;:'’@\0")
_COMMENT = re.compile(r"\s*\(([^()]*)\)\s*$")
_REGION = re.compile(r"\s*\[([A-Za-z_]+(?:/[A-Za-z_+-]+)*)\]\s*$")
_MONOTONIC = re.compile(r"\s+m=[+-][\d.]+$")  # Go
_ENDS_IN_OFFSET = re.compile(r"(?:\d[Zz]|[+-]\d\d:?\d\d)$")
_HALF = re.compile(r"\b([ap])\.\s?m\b\.?", re.IGNORECASE)
# With the weekday in one letter, as in Japan: `2026年3月2日(月)`.
_CJK_DATE = re.compile(
    r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일号號](?:\s*\([^\W\d_]\))?"
)
_CJK_CLOCK = re.compile(
    r"(\d{1,2})\s*[時时点點시]\s*(?:(\d{1,2})\s*[分분]|([半반]))?\s*(?:(\d{1,2})\s*[秒초])?"
)
_NUMERIC = (
    re.compile(r"(?<!\d)(?P<y>\d{4})([-/]|\. ?)(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?!\d)[Tt]?"),
    re.compile(r"(?<![\d.])(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. ?(?P<y>\d{4})(?!\d)"),
    re.compile(r"(?<!\d)(?P<a>\d{1,2})([/-])(?P<b>\d{1,2})\2(?P<y>\d{4})(?!\d)"),
)
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_FIRST_WORD = re.compile(rf"{LETTER}+")
_ERA = re.compile(r"([^\W\d_]{2})\s?(\d{1,3}|元)(?=\s?年)")
_FIRST_OF_ERA = "元"
_FIRST_BUDDHIST_YEAR, _BUDDHIST_YEARS = 2400, 543
# After the clock, whose place a NUL marks.
_OFFSET = re.compile(r"\0\s*(?:GMT|UTC?|Z)?\s?([+\-−])(\d\d?)(?::?(\d\d))?(?![\d:])", re.IGNORECASE)


class _Clock(NamedTuple):
    hour: int
    minute: int
    second: int
    microsecond: int


def written_time(text: str) -> datetime | None:
    """The time that a whole text states, in UTC; without a zone it is taken for UTC."""
    if len(text) > _LONGEST:
        return None
    try:
        words = date_words()
        return _written(_without_comment(_plain(text, words)), words)
    except (ValueError, OverflowError):  # the 30th of February, the year 0
        return None


def with_western_digits(text: str) -> str:
    """A text with the digits of all scripts as 0 to 9."""
    if text.isascii() or not _OTHER_DIGIT.search(text):
        return text
    return "".join(str(unicodedata.decimal(c, c)) for c in text)


def is_day_or_month(word: str) -> bool:
    """Whether a word is a month or a weekday, in full or abbreviated, in any known language."""
    low, words = word.casefold().strip("."), date_words()
    return low in words.months or low in words.weekdays


def _written(text: str, words: DateWords) -> datetime | None:
    lead = _lead(text, words)
    date_at = next((m for form in _NUMERIC if (m := form.search(text))), None)
    if date_at is not None:  # first: `02.03.2026` contains what looks like a clock
        text = f"{text[: date_at.start()]} {text[date_at.end() :]}"
    clock, found = None, words.clock.search(text)
    if found is not None:
        clock = _clock(found)
        text = f"{text[: found.start()]} \0{text[found.end() :]}"
    if found is not None and clock is None:
        return None
    offset, text = _offset(text, clock)
    tokens = _Tokens(words, date_at, timed=clock is not None)
    if words.midnight.search(text):
        return None
    if not all(
        tokens.take(t) or (n == 0 and t == lead) for n, t in enumerate(_TOKEN.findall(text))
    ):
        return None
    if (date := tokens.date()) is None:
        return None
    time = datetime(*date, *(clock or (0, 0, 0, 0)), tzinfo=UTC)
    if offset is None and tokens.zone is not None:  # Go writes both
        hours = _zone_hours(tokens.zone, time, words)
        return None if hours is None else time - timedelta(hours=hours)
    return time - (offset or timedelta())


def _lead(text: str, words: DateWords) -> str | None:
    """The first word, which may be unknown: `Updated`, a weekday. Right before a clock it has to be
    known, since it could be a part of the day."""
    match = _FIRST_WORD.match(text)
    if match is None or len(match[0]) > _LONGEST_LEAD_WORD:
        return None
    clock = words.clock.match(text, match.end())
    return None if clock and not words.leads.match(match[0]) else match[0]


def _colons(clock: re.Match[str]) -> str:
    hour, minute, half, second = clock.groups()
    return f"{hour}:{'30' if half else minute or '00':0>2}:{second or '00':0>2} "


def _in_common_years(match: re.Match[str], eras: Mapping[str, int]) -> str:
    first = eras.get(match[1])
    if first is None:
        return match[0]
    return f" {first + (1 if match[2] == _FIRST_OF_ERA else int(match[2]))}"


def _plain(text: str, words: DateWords) -> str:
    """One form for digits, dates and clocks of all scripts."""
    if not text.isascii():
        text = plain_letters(text.replace("º", "").replace("ª", ""))
        text = with_western_digits(text)
        text = _ERA.sub(lambda m: _in_common_years(m, words.eras), text)
        text = _CJK_DATE.sub(r" \1-\2-\3 ", text)
        text = words.numbered_month.sub(r" \1.\2.\3 ", text)
        text = _CJK_CLOCK.sub(_colons, text)
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


def _clock(found: re.Match[str]) -> _Clock | None:
    part = found.groupdict()
    if part["noon"]:
        return _Clock(_LAST_TWELFTH, 0, 0, 0)
    word = part_of_day(part["before"] or part["after"] or part["after2"])
    hour = hour_in_day(int(part["H"] or part["H2"] or part["H3"]), word)
    if hour is None:
        return None
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


def _zone_hours(zone: str, time: datetime, words: DateWords) -> float | None:
    low = zone.casefold()
    if low in words.summer_zones:
        if not zone.isupper():
            return None
        return words.zones[low] + is_american_summer(time)
    return words.zones.get(low)


class _Tokens:
    """The rest of a text without its clock and offset, word by word."""

    def __init__(self, words: DateWords, numeric: re.Match[str] | None, *, timed: bool) -> None:
        self._words, self._numeric, self._timed = words, numeric, timed
        self.zone: str | None = None
        self._months: list[str] = []
        self._weekday: int | None = None
        self._year: int | None = None
        self._day: int | None = None

    def take(self, token: str) -> bool:
        """Take the next one; False if it makes no sense here."""
        if token.isdigit():
            return self._number(token)
        if len(token) == 1 and token in _SIGNS:
            return True
        return self._word(token)

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
            return all(self.take(part) for part in re.split("[-.]", token))
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
        if year >= _FIRST_BUDDHIST_YEAR:
            year -= _BUDDHIST_YEARS
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
