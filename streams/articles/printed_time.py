"""Times as pages print them: `36 minutes ago`, `vor 2 Stunden`, `March 3, 2026 10:15 pm EST`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from streams.articles.day_parts import LETTER, day_parts, hour_in_day, part_of_day
from streams.articles.languages import any_of, meanings, places, words_of_all
from streams.articles.time_zones import time_zones

_DAY, _MINUTE = 86_400, 60
_DIGIT, _LETTERS = re.compile(r"\d"), re.compile(rf"{LETTER}+")
_LONGEST_GLUED = 60
_GLUED_MONTH = re.compile(r"(?<=[^\W\d_])[A-Z][a-z]{2,8}(?=\.? \d)")  # `CNNNov 3`
_YEAR = re.compile(r"(?:19|20)\d\d")
_FIRST_YEAR, _LAST_YEAR = 1980, 2100
_SECONDS = (1, 60, 3_600, 86_400, 604_800, 2_592_000, 31_536_000)  # of the languages' units


@dataclass(frozen=True, slots=True)
class PrintedTime:
    """A time found in a line: UTC, precise to `precision_seconds`, at [start, end) of the line."""

    time: datetime
    precision_seconds: int
    start: int
    end: int


_Patterns = tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True)
class _Forms:
    relative: _Patterns
    relative_words: _Patterns  # those that may occur without figures
    bare: re.Pattern[str]
    day_word: re.Pattern[str]
    absolute: _Patterns
    absolute_figures: _Patterns  # those of them without a month's name
    units: Mapping[str, int]
    months: Mapping[str, int]
    zones: Mapping[str, float]
    summer_zones: frozenset[str]  # those with an hour more in summer
    # Words that every match of a form contains: most lines have none.
    relative_marks: frozenset[str]
    day_marks: frozenset[str]
    unspaced_marks: tuple[str, ...]

    def relative_in(self, line: str, words: list[str], *, figures: bool) -> _Patterns:
        """The forms of `3 hours ago` that a line may have: without figures, `an hour ago`."""
        if figures and any(mark in line for mark in self.unspaced_marks):
            return self.relative
        return () if self.relative_marks.isdisjoint(words) else self.relative_words

    def absolute_in(self, line: str, words: list[str]) -> _Patterns:
        """The forms that a line may have: most have a year, and the last has a month's name."""
        named = not self.months.keys().isdisjoint(words)
        if _YEAR.search(line):
            return self.absolute if named else self.absolute_figures
        return self.absolute[-1:] if named else ()


def printed_time(line: str, now: datetime) -> PrintedTime | None:
    """The first time that a short line prints, or None.

    `now` is when the page was fetched: relative times count back from it, and times without a
    zone are taken for UTC. Day and month as numbers with a slash are read only if one of them
    is above 12, or they are equal.
    """
    forms = _forms()
    figures, words = _DIGIT.search(line) is not None, _LETTERS.findall(line.lower())
    if figures and len(line) < _LONGEST_GLUED and (glued := _GLUED_MONTH.search(line)):
        words.append(glued[0].lower())
    for pattern in forms.relative_in(line, words, figures=figures):
        if match := pattern.search(line):
            seconds = _seconds(match, forms)
            return PrintedTime(now - timedelta(seconds=seconds[0]), seconds[1], *match.span())
    if figures and (match := forms.bare.fullmatch(line.strip(" \t•·|-–()[]"))):
        amount, unit = _seconds(match, forms)
        return PrintedTime(now - timedelta(seconds=amount), unit, 0, len(line))
    for pattern in forms.absolute_in(line, words) if figures else ():
        match = pattern.search(line)
        if match and (found := _absolute(match, forms, now)):
            return found
    short = len(line) < 40 and not forms.day_marks.isdisjoint(words)
    if short and (match := forms.day_word.search(line)):
        if match["now"]:
            return PrintedTime(now, _MINUTE, *match.span())
        days = 1 if match["yesterday"] else 0
        return PrintedTime(now - timedelta(days=days), _DAY, *match.span())
    return None


@lru_cache(maxsize=1)
def words_of_times() -> frozenset[str]:
    """A line without figures and without any of these words, of letters only, prints no time."""
    forms = _forms()
    return forms.relative_marks | forms.day_marks


def _seconds(match: re.Match[str], forms: _Forms) -> tuple[int, int]:
    """-> (seconds back, seconds of the unit)."""
    number, unit = match["n"].lower(), forms.units[match["u"].lower()]
    return (int(number) if number.isdigit() else 1) * unit, unit


def _absolute(match: re.Match[str], forms: _Forms, now: datetime) -> PrintedTime | None:
    part: Callable[[str], str | None] = match.groupdict().get
    name, year = part("name"), part("y")
    month = forms.months.get(name.lower()) if name else int(part("m") or 0)
    day = int(part("d") or 0)
    if not name and part("slash"):
        first, second = day, month or 0
        if second > 12:
            day, month = second, first
        elif first <= 12 and first != second:
            return None
    if not month:
        return None
    hour, minute = _clock(part)
    try:
        time = datetime(int(year or now.year), month, day, hour or 0, minute, tzinfo=UTC)
        if not year and time > now + timedelta(days=1):
            time = time.replace(year=time.year - 1)
    except ValueError:
        return None
    zone = (part("zone") or "").lower()
    offset = forms.zones.get(zone, 0.0)
    if sign := part("sign"):
        hours = int(part("oh") or 0) + int(part("om") or 0) / 60
        offset = hours if sign == "+" else -hours
    if zone in forms.summer_zones and is_american_summer(time):
        offset += 1
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        return None
    precision = _DAY if hour is None else _MINUTE
    return PrintedTime(time - timedelta(hours=offset), precision, *match.span())


def _clock(part: Callable[[str], str | None]) -> tuple[int | None, int]:
    """-> (hour, minute); without an hour where there is none, or none that is certain."""
    if part("noon"):
        return 12, 0
    stated = part("H") or part("H2") or part("H3")
    if stated is None:
        return None, 0
    hour = hour_in_day(int(stated), part_of_day(part("before") or part("half") or part("half3")))
    return hour, 0 if hour is None else 30 if part("M30") else int(part("M") or part("M2") or 0)


def is_american_summer(time: datetime) -> bool:
    """Whether North America is on daylight saving time, by the rule since 2007."""
    return _sunday(time.year, 3, 2) <= time < _sunday(time.year, 11, 1)


def _sunday(year: int, month: int, number: int) -> datetime:
    """2 a.m. on a month's first, second ... Sunday, when clocks change."""
    first = datetime(year, month, 1, 2, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (number - 1))


@lru_cache(maxsize=1)
def _forms() -> _Forms:
    units, glued = _units("units"), _units("units_unspaced")
    months = {word: place + 1 for word, place in meanings(places("months"))[0].items()}
    zones = time_zones()
    unit, month = _either(units), _either(months)
    # In capitals: `et` is a word.
    zone = rf"{_either(zones.printed)}|(?-i:{_either(zones.summer).upper()})"
    number = rf"(?P<n>\d{{1,3}}|(?<!\w)(?:{any_of('printed_times', 'one')}))"
    # A year may be joined to the number: "In 201626 days ago".
    before = r"(?:(?<=(?<!\d)(?:19|20)\d\d)|(?<!\d))"
    day = day_parts()
    half, ends = rf"[ap]\.\s?m|{day.part}", rf"[\u064b-\u0652]*(?!{LETTER})\.?"
    clock = (
        rf"(?:(?:,|\.(?= \d\d?:)|\b(?:{any_of('printed_times', 'at')})\b|[T•·|–-]|\s)\s*){{0,3}}"
        rf"(?:(?:12(?:[:.]00)?\s*)?(?P<noon>{day.noon}){ends}|(?:(?P<before>{half})\.?\s*)?(?:"
        rf"(?:(?P<H>\d{{1,2}})[:.h](?P<M>\d\d)(?::\d\d)?"
        r"|(?P<H2>\d{1,2})\s?[時时点點시](?![間间간])(?:\s?(?P<M2>\d{1,2})(?!\d)\s?[分분]?|\s?(?P<M30>[半반]))?)"
        rf"(?:\s*(?P<half>{half}){ends})?|(?P<H3>\d{{1,2}})\s*(?P<half3>{half}){ends}))"
        r"(?:\s*\(?(?:(?:gmt|utc)\s?|(?<=:\d\d:\d\d))(?P<sign>[+−-])(?P<oh>\d\d?)(?::?(?P<om>\d\d))?(?!\d)"
        rf"|\s*\(?(?P<zone>{zone})(?![^\W\d_]))?"
    )
    end = rf"(?:{clock})?"
    alone = r"(?:\s?\([^\W\d_]\))?"  # the weekday: `2026年3月2日(月)`
    month_start = r"(?:\b|(?-i:(?<=[^\W\d_])(?=[A-Z][a-z])))"
    flags = re.IGNORECASE
    ago = any_of("printed_times", "ago")
    yesterday, today, now = (
        any_of("printed_times", name) for name in ("yesterday", "today", "now")
    )
    relative_words = (
        re.compile(rf"{before}{number}\s*(?P<u>{unit})\b\.?\s+(?:{ago})\b", flags),
        re.compile(
            rf"\b(?:{any_of('printed_times', 'before')})\s+{number}\s*(?P<u>{unit})\b", flags
        ),
    )
    before_now = re.compile(
        rf"(?P<n>\d{{1,3}})\s*(?P<u>{_either(glued)})"
        rf"\s*(?:{any_of('printed_times', 'ago_unspaced')})"
    )
    absolute = (
        re.compile(
            rf"(?P<y>(?:19|20)\d\d)(?:[-/.]|\. )(?P<m>\d\d?)(?:[-/.]|\. )(?P<d>\d\d?){end}", flags
        ),
        re.compile(
            rf"(?P<y>(?:19|20)\d\d)\s?年\s?(?P<m>\d\d?)\s?月\s?(?P<d>\d\d?)\s?日{alone}{end}"
        ),
        re.compile(rf"(?P<y>(?:19|20)\d\d)년\s?(?P<m>\d\d?)월\s?(?P<d>\d\d?)일{alone}{end}"),
        re.compile(
            rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.|º|er)?(?:\s+de)?[\s-]+(?P<name>{month})\b"
            rf"\.?,?(?:\s+de)?[\s-]*(?P<y>(?:19|20)\d\d){end}",
            flags,
        ),
        re.compile(
            rf"{month_start}(?P<name>{month})\b\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+"
            rf"(?P<y>(?:19|20)\d\d){end}",
            flags,
        ),
        re.compile(rf"(?<!\d)(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>(?:19|20)\d\d){end}", flags),
        re.compile(
            rf"(?<!\d)(?P<d>\d\d?)(?P<slash>[/-])(?P<m>\d\d?)[/-](?P<y>(?:19|20)\d\d){end}",
            flags,
        ),
        re.compile(
            rf"{month_start}(?P<name>{month})\b\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*%)"
            rf"(?:{clock})?$",
            flags,
        ),
    )
    return _Forms(
        relative=(*relative_words, before_now),
        relative_words=relative_words,
        bare=re.compile(rf"(?P<n>\d{{1,2}})\s?(?P<u>{any_of('printed_times', 'alone')})", flags),
        day_word=re.compile(
            rf"(?<!\w)(?:(?P<yesterday>{yesterday})|(?P<today>{today})|(?P<now>{now}))(?!\w)",
            flags,
        ),
        absolute=absolute,
        absolute_figures=tuple(form for form in absolute if "name" not in form.groupindex),
        units=units | glued,
        months=months,
        zones={**zones.printed, **zones.summer},
        summer_zones=frozenset(zones.summer),
        relative_marks=_first_words("ago", "before"),
        day_marks=_first_words("yesterday", "today", "now"),
        unspaced_marks=words_of_all("printed_times", "ago_unspaced"),
    )


def _units(table: str) -> dict[str, int]:
    """A unit's word -> its seconds."""
    return {word: _SECONDS[place] for word, place in meanings(places(table))[0].items()}


def _first_words(*names: str) -> frozenset[str]:
    """What `_LETTERS` finds first in each entry of some lists of words."""
    entries = (word for name in names for word in words_of_all("printed_times", name))
    return frozenset(_LETTERS.findall(entry)[0] for entry in entries)


def _either(table: Mapping[str, object]) -> str:
    return "|".join(sorted(map(re.escape, table), key=len, reverse=True))
