"""Times: any offset in, UTC to the millisecond out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache

from streams.articles.printed_time import dated_time

# A year outside of these is a broken clock or a default value, not a publication time.
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_LONGEST_TIME = 60
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_RFC_2822 = re.compile(r"(?:[A-Za-z]{3}, *)?\d{1,2} [A-Za-z]{3} \d{4} \d")
_UTC_CHARACTERS = len("2026-03-02T10:00:00Z")
# Producers may set any record time; beyond the years 1 and 9999 it has no RFC 3339 form.
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799


def parse_time(text: str) -> datetime | None:
    """RFC 3339 with any offset (none means UTC), or a common sloppy form -> UTC; else None.

    Sloppy: RFC 2822 (`Mon, 02 Mar 2026 10:00:00 +0100`), ISO 8601 without marks, dates written
    out. A year has four digits.
    """
    stripped = text.strip()
    try:
        time = datetime.fromisoformat(stripped.upper())  # RFC 3339 allows `t` and `z`
    except ValueError:
        if (sloppy := _sloppy_time(stripped)) is None:
            return None
        time = sloppy
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _sloppy_time(text: str) -> datetime | None:
    if len(text) > _LONGEST_TIME or not _YEAR.search(text):
        return None
    if _RFC_2822.match(text):
        try:
            return parsedate_to_datetime(text)
        except ValueError:
            return None
    return dated_time(text)


def utc_time(text: str) -> str | None:
    """RFC 3339 with any offset -> the same time as `format_time` writes it; None where it is none.

    Most times come in that form already, and need only be checked.
    """
    if len(text) == _UTC_CHARACTERS and text[-1] == "Z" and text[10] == "T":
        try:
            year = datetime.fromisoformat(text).year
        except ValueError:
            return None
        return text if _FIRST_YEAR <= year <= _LAST_YEAR and text.isascii() else None
    time = parse_time(text)
    return None if time is None else format_time(time)


def format_time(time: datetime) -> str:
    """UTC datetime -> `2026-03-02T10:00:00Z`, with milliseconds where there are any."""
    text = time.isoformat(timespec="milliseconds").removesuffix("+00:00").removesuffix(".000")
    return f"{text}Z"


def format_milliseconds(milliseconds: int) -> str:
    """Milliseconds since 1970 (Kafka's record time) -> RFC 3339, UTC; years 1 to 9999."""
    seconds, rest = divmod(milliseconds, 1000)
    seconds = min(max(seconds, _FIRST_SECOND), _LAST_SECOND)
    return f"{_second(seconds)}.{rest:03d}Z" if rest else f"{_second(seconds)}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    """Record times come in clusters; formatting one takes longer than looking it up."""
    return datetime.fromtimestamp(seconds, UTC).isoformat().removesuffix("+00:00")


def milliseconds(time: datetime) -> int:
    """UTC datetime -> milliseconds since 1970, as Kafka's record time."""
    return round(time.timestamp() * 1000)
