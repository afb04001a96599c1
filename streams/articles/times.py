"""Times: any offset in, UTC to the millisecond out."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

from streams.articles.written_time import written_time

# A year outside this range is a broken clock or a default value, not a publication time.
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_YEAR = re.compile(r"(?<!\d)(?:19|20|[^\W0-9_]{2})\d\d(?!\d)")
# Python takes any character between date and time: it would read `2026-03-02+01:00` as 1 o'clock.
# And it reads `10.30` as 10 o'clock and 30 hundredths of a second.
_ISO = re.compile(r"\d{4}-?(?:\d\d-?\d\d|W\d\d-?\d)(?:[Tt ](?!\d\d[.,])\d.*)?")
_XSD_DATE = re.compile(r"(\d{4}-?\d\d-?\d\d)(Z|[+-]\d\d:?\d\d)")
_ORDINAL, _ORDINAL_CHARACTERS = re.compile(r"\d{4}-\d{3}"), 8
_NET = re.compile(r"/Date\((\d{9,16})(?:[+-]\d{4})?\)/")
_NUMBER = re.compile(r"(\d{8,19})(\.\d{1,9})?(Z?)")
# Since 1970, by magnitude: seconds, milliseconds, microseconds, nanoseconds; 1973 to 2102.
_UNITS = tuple((10**n, 10 ** (n + 8), 42 * 10 ** (n + 8)) for n in (0, 3, 6, 9))
# What most feeds write, and the standard library parses correctly: an offset, or GMT.
_RFC_2822 = re.compile(
    r"(?:[A-Z][a-z]{2}, )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|UTC|[+-]\d{4})"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Digits of a date, and of a date with hours and minutes, or seconds. Ten may be seconds too.
_DATE_DIGITS, _SECONDS_DIGITS, _COMPACT = 8, 10, (8, 10, 12, 14)
_UTC_CHARACTERS = len("2026-03-02T10:00:00Z")
_KNOWN_CHARACTERS = 64  # longer ones are not kept
# Producers may set any record time; beyond the years 1 and 9999 it has no RFC 3339 form.
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799


def parse_time(text: str) -> datetime | None:
    """RFC 3339 with any offset (none means UTC), or another unambiguous notation -> UTC.

    Others: ISO 8601, seconds to nanoseconds since 1970, also as `/Date(1772445600000)/`, digits in
    a row (`20260302101500`), and what `written_time` reads. None if the text is ambiguous, or not a
    time at all.
    """
    stripped = text.strip()
    if _is_plain_utc(stripped) and (plain := _plain_utc(stripped)) is not None:
        return plain
    try:
        time = _read(stripped)
    except (ValueError, OverflowError):
        return None
    if time is None or not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _is_plain_utc(text: str) -> bool:
    """Whether a text has the length and the letters of `2026-03-02T10:00:00Z`, as most do."""
    return len(text) == _UTC_CHARACTERS and text[-1] == "Z" and text[10] == "T"


def _plain_utc(text: str) -> datetime | None:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if _FIRST_YEAR <= time.year <= _LAST_YEAR and text.isascii() else None


def _read(text: str) -> datetime | None:
    text = _in_common_form(text)
    if number := _NUMBER.fullmatch(text):
        return _counted(*number.groups())
    if _ISO.fullmatch(text):
        try:
            return datetime.fromisoformat(text.upper())  # RFC 3339 allows `t` and `z`
        except ValueError:
            pass
    elif date := _XSD_DATE.fullmatch(text):
        return datetime.fromisoformat(f"{date[1]}T00:00:00{date[2]}")
    if _RFC_2822.fullmatch(text):
        return parsedate_to_datetime(text)
    if not text.isascii() or _YEAR.search(text):
        return written_time(text)
    return None


def _in_common_form(text: str) -> str:
    """`/Date(1772445600000)/`, as .NET writes it, and the day of the year, of ISO 8601."""
    if text[:1] == "/" and (net := _NET.fullmatch(text)):
        return net[1]
    if len(text) != _ORDINAL_CHARACTERS or not _ORDINAL.fullmatch(text):
        return text
    day = datetime.strptime(text, "%Y-%j").replace(tzinfo=UTC).date().isoformat()
    return day if day[:4] == text[:4] else ""  # the 366th of a year that has 365


def _counted(digits: str, fraction: str | None, utc: str) -> datetime | None:
    """A number -> the only time that it can mean, or None."""
    ways = set()
    if len(digits) in _COMPACT and not fraction and digits[:2] in ("19", "20"):
        with suppress(ValueError):
            ways.add(datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC))
    if not utc and not (ways and len(digits) != _SECONDS_DIGITS):
        count = int(digits)
        for unit, first, last in _UNITS:
            if first <= count < last and len(digits) > _DATE_DIGITS:
                microseconds = count * 1_000_000 // unit
                if fraction and unit == 1:
                    microseconds += int(float(fraction) * 1_000_000)
                ways.add(_EPOCH + timedelta(microseconds=microseconds))
    return ways.pop() if len(ways) == 1 else None


def utc_time(text: str) -> str | None:
    """RFC 3339 with any offset -> the same time as written by `format_time`; None if invalid.

    Most times already have that form, and need only be checked.
    """
    if _is_plain_utc(text):
        return text if _plain_utc(text) is not None else None
    return _in_utc(text) if len(text) <= _KNOWN_CHARACTERS else _read_in_utc(text)


def _read_in_utc(text: str) -> str | None:
    time = parse_time(text)
    return None if time is None else format_time(time)


# News comes in clusters, too, and many times are only days.
_in_utc = lru_cache(maxsize=4096)(_read_in_utc)


def format_time(time: datetime) -> str:
    """UTC datetime -> `2026-03-02T10:00:00Z`, with milliseconds if there are any."""
    text = time.isoformat(timespec="milliseconds").removesuffix("+00:00").removesuffix(".000")
    return f"{text}Z"


def format_milliseconds(milliseconds: int) -> str:
    """Milliseconds since 1970 (Kafka's record time) -> RFC 3339, UTC; years 1 to 9999."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{_second(seconds)}.{rest:03d}Z" if rest else f"{_second(seconds)}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    """Record times come in clusters; formatting one takes longer than looking it up."""
    seconds = min(max(seconds, _FIRST_SECOND), _LAST_SECOND)
    return datetime.fromtimestamp(seconds, UTC).isoformat().removesuffix("+00:00")


def milliseconds(time: datetime) -> int:
    """UTC datetime -> milliseconds since 1970, as Kafka's record time."""
    return round(time.timestamp() * 1000)
