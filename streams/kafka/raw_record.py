"""A record of `articles.raw`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from aiokafka.structs import ConsumerRecord

from streams.kafka.event_time import TIME_HEADER, is_refused, raw_time
from streams.kafka.headers import Header


class RawRecord(NamedTuple):
    """What is needed of a consumed record, and quick to hand to another process.

    timestamp: its event's time. written: the record's own time, not later than now, which becomes
        that of the records made of it, unless their topic has the brokers' time.
    """

    topic: str
    partition: int
    offset: int
    timestamp: int
    written: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header]

    @property
    def dropped(self) -> Sequence[str]:
        """What the record itself says, and could not be used."""
        refused = self.headers and is_refused(self.headers, self.timestamp)
        return (TIME_HEADER,) if refused else ()


class RawRecords(list[RawRecord]):
    """Records of a chunk that go to another process together."""


def raw_records(
    records: Sequence[ConsumerRecord], time_of: Callable[[ConsumerRecord], int] = raw_time
) -> RawRecords:
    """As they were consumed; `time_of` finds the events' times."""
    now = time.time_ns() // 1_000_000
    return RawRecords(
        RawRecord(
            r.topic, r.partition, r.offset, time_of(r), min(r.timestamp, now), r.key, r.value,
            r.headers,
        )
        for r in records
    )  # fmt: skip
