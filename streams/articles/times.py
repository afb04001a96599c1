"""Times: any offset in, UTC to the millisecond out."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

# A year outside of these is a broken clock or a default value, not a publication time.
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_UTC_CHARACTERS = len("2026-03-02T10:00:00Z")
# Producers may set any record time; beyond the years 1 and 9999 it has no RFC 3339 form.
_FIRST_SECOND, _LAST_SECOND = -62_135_596_800, 253_402_300_799


def parse_time(text: str) -> datetime | None:
    """RFC 3339 with any offset (none means UTC) -> UTC; None where it is no possible time."""
    try:
        time = datetime.fromisoformat(text.strip().upper())  # RFC 3339 allows `t` and `z`
    except ValueError:
        return None
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


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
