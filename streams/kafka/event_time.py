"""The time of an event, as opposed to its record's time, which Kafka's retention goes by.

A producer may give it in a header of the raw record. In echowire's own records it is `ce_time`;
their record time is the time of writing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

Headers = Sequence[tuple[str, bytes | None]]

# On `articles.raw`: milliseconds since 1970, in decimal. Not `ce_time`, because producers of
# CloudEvents may already send that, meaning the time of sending.
TIME_HEADER = "echowire-time"
CE_TIME = "ce_time"
_CE_TIME_PLACE = 5  # where `headers.EventHeaders` puts it

# Smaller numbers (before March 1973) are seconds mistaken for milliseconds.
FIRST_MILLISECOND = 100_000_000_000
# Smaller numbers than this (the same day in seconds) are not times at all.
_FIRST_SECOND = FIRST_MILLISECOND // 1000
# Larger numbers than the last millisecond are microseconds, or from here on nanoseconds.
_FIRST_NANOSECOND = 100_000_000_000_000_000
LAST_MILLISECOND = 253_402_300_799_999  # of the year 9999
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_DIGITS = len(str(LAST_MILLISECOND))
# Nothing is written before it has happened. Kafka's default tolerates the same hour of clock skew.
_AHEAD_MILLISECONDS = 3_600_000


class _Stamped(Protocol):
    """A record as aiokafka returns it."""

    @property
    def timestamp(self) -> int: ...

    @property
    def headers(self) -> Headers: ...


def time_header(time_milliseconds: int) -> tuple[str, bytes]:
    """The header for a raw record whose event has this time."""
    return TIME_HEADER, b"%d" % time_milliseconds


def believable(time_milliseconds: int) -> bool:
    """Whether a header may have this time."""
    return FIRST_MILLISECOND <= time_milliseconds <= LAST_MILLISECOND


def raw_time(record: _Stamped) -> int:
    """Milliseconds since 1970 of a raw record's event: from its header, else the record's time; 0
    if neither has it.

    A header that is not a number of milliseconds, or more than an hour ahead of the record's own
    time, is ignored (`is_refused`).
    """
    own = mended(record.timestamp)
    if record.headers:
        for name, value in reversed(record.headers):
            if name == TIME_HEADER:
                stated = _number(value)
                if believable(stated) and (not own or stated <= own + _AHEAD_MILLISECONDS):
                    return stated
                break
    return own


def mended(own: int) -> int:
    """A record's own time as milliseconds since 1970, recognised by its magnitude: producers
    also send seconds, microseconds and nanoseconds. 0, which some send for no time, stays 0, and
    everything that is not a time becomes 0."""
    if own > LAST_MILLISECOND:
        own = own // 1000 if own < _FIRST_NANOSECOND else own // 1_000_000
        return min(own, LAST_MILLISECOND)
    if own >= FIRST_MILLISECOND:
        return own
    return own * 1000 if own >= _FIRST_SECOND else 0


def is_refused(headers: Headers, time_milliseconds: int) -> bool:
    """Whether the header of a record with this event time says something else."""
    for name, value in reversed(headers):
        if name == TIME_HEADER:
            return _number(value) != time_milliseconds
    return False


def own_time(record: _Stamped) -> int:
    """Milliseconds since 1970 of the event in a record that echowire wrote.

    Its `ce_time`; the record's own time if it has none, as in a segment.
    """
    headers = record.headers
    if len(headers) > _CE_TIME_PLACE and headers[_CE_TIME_PLACE][0] == CE_TIME:
        value: bytes | None = headers[_CE_TIME_PLACE][1]
    else:
        value = dict(headers).get(CE_TIME)
    stated = parsed_time(value)
    return record.timestamp if stated is None else stated


def parsed_time(value: bytes | None) -> int | None:
    """An RFC 3339 time with zone -> milliseconds since 1970; None for anything else.

    The inverse of `format_milliseconds`. Takes half a microsecond, on a hot path.
    """
    if value is None:
        return None
    try:
        since = datetime.fromisoformat(value.decode()) - _EPOCH
    except (ValueError, TypeError):  # not a time, or a time without a zone
        return None
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def _number(value: bytes | None) -> int:
    """-> a header's value as a number; -1 if it is not one."""
    if value is None or len(value) > _MOST_DIGITS or not value.isdigit():
        return -1
    return int(value)
