"""Times: any offset in, UTC to the millisecond out."""

from __future__ import annotations

from datetime import UTC, datetime

# A year outside of these is a broken clock or a default value, not a publication time.
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def parse_time(text: str) -> datetime | None:
    """RFC 3339 with any offset (none means UTC) -> UTC; None where it is no possible time."""
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def format_time(time: datetime) -> str:
    """UTC datetime -> `2026-03-02T10:00:00Z`, with milliseconds where there are any."""
    text = time.isoformat(timespec="milliseconds").removesuffix("+00:00").removesuffix(".000")
    return f"{text}Z"


def format_milliseconds(milliseconds: int) -> str:
    """Milliseconds since 1970 (Kafka's record time) -> RFC 3339, UTC."""
    seconds, rest = divmod(milliseconds, 1000)
    return format_time(datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest * 1000))


def milliseconds(time: datetime) -> int:
    """UTC datetime -> milliseconds since 1970, as Kafka's record time."""
    return round(time.timestamp() * 1000)
