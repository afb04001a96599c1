"""A record of `articles.raw`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

import orjson
from aiokafka.structs import ConsumerRecord

from streams.articles.times import milliseconds, parse_time
from streams.kafka.event_time import TIME_HEADER, is_refused, mended, raw_time
from streams.kafka.headers import Header

log = logging.getLogger("echowire.kafka")

# Named in `dropped` of an article whose record had an unusable time.
RECORD_TIME = "record-time"


class RawRecord(NamedTuple):
    """The needed part of a consumed record, cheap to pass to another process.

    timestamp: its event's time. written: the record's own time, not later than now, which becomes
    that of the records made from it, unless their topic uses broker time. mended: whether
    the record's own time had to be converted to milliseconds, or was missing.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    written: int
    mended: bool
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header]

    @property
    def dropped(self) -> Sequence[str]:
        """What the record itself states but could not be used."""
        if self.headers and is_refused(self.headers, self.timestamp):
            return (TIME_HEADER,)
        return (RECORD_TIME,) if self.mended else ()


class RawRecords(list[RawRecord]):
    """Records of a chunk that go to another process together."""


def raw_records(
    records: Sequence[ConsumerRecord], time_of: Callable[[ConsumerRecord], int] = raw_time
) -> RawRecords:
    """As they were consumed; `time_of` finds the events' times."""
    now = time.time_ns() // 1_000_000
    made = RawRecords(_raw_record(record, time_of(record), now) for record in records)
    for record in made:
        if record.mended:
            _warn(record.topic, record.partition)
    return made


def _raw_record(r: ConsumerRecord, event: int, now: int) -> RawRecord:
    own = mended(r.timestamp)
    written = min(own or now, now)
    if not event:  # neither the record nor a header has a time
        event = min(_time_in(r.value) or now, now)
    return RawRecord(
        r.topic, r.partition, r.offset, event, written, own != r.timestamp or not own, r.key,
        r.value, r.headers,
    )  # fmt: skip


def _time_in(value: bytes | None) -> int | None:
    """When a raw event was fetched, else published, by its own account."""
    try:
        event = orjson.loads(value or b"")
        stated = [
            parse_time(event[name]) for name in ("fetched_at", "published_at") if event.get(name)
        ]
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return next((milliseconds(time) for time in stated if time is not None), None)


@cache
def _warn(topic: str, partition: int) -> None:
    """Once per partition."""
    log.warning(
        "%s[%d]: a record's time is not in milliseconds since 1970; such times are read by"
        " their magnitude, and 0 as the event's own time. Let its producer send milliseconds. The"
        " articles have %s in `dropped`",
        topic,
        partition,
        RECORD_TIME,
    )
