"""A partition's log as a broker serves it, and what a consumer makes of it, without either."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise
from types import SimpleNamespace

from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.structs import ConsumerRecord

from streams.kafka import connection  # noqa: F401 - its clients are what is tested
from streams.kafka.batch import encode_batch
from streams.kafka.insides.fetching import read_epochs_of
from streams.kafka.unreadable import UnreadableRecord
from tests.kafka.test_worker import NOON

TRANSACTIONAL, CONTROL = 0x10, 0x20
LENGTH_AT, ATTRIBUTES_AT, DELTA_AT, COUNT_AT = 8, 22, 23, 57
PRODUCER = 7

_number = count()


def batch(first: int, many: int, attributes: int = 0, key: bytes = b"key") -> bytearray:
    """Records whose values are their offsets."""
    values: list[bytes | None] = [b"%d" % (first + i) for i in range(many)]
    encoded = encode_batch([key] * many, values, [b"\0"] * many, [NOON] * many, "none")
    encoded.attributes |= attributes
    if attributes & TRANSACTIONAL:
        encoded._set_producer_state(PRODUCER, 0, 0)
    made = encoded.octets()
    struct.pack_into(">q", made, 0, first)
    return made


def marker(offset: int, *, commits: bool) -> bytearray:
    """The end of a transaction."""
    return batch(offset, 1, TRANSACTIONAL | CONTROL, struct.pack(">hh", 0, commits))


@dataclass
class Log:
    """A partition as a broker serves it. It knows where some batches begin, looks on from there for
    the one that ends at the offset asked for or behind it, and sends what follows.

    `known` has their first offsets and places; `aborted` the first and last offsets of what
    PRODUCER has aborted.
    """

    data: bytes
    end: int
    known: Sequence[tuple[int, int]] = ((0, 0),)
    aborted: Sequence[tuple[int, int]] = ()
    most_bytes: int = 1 << 20

    def place(self, offset: int) -> int | None:
        """Where it begins to send. None if it does not find the offset, or fails."""
        at = max(place for first, place in self.known if first <= offset)
        while at + 17 <= len(self.data):
            first, length = struct.unpack_from(">qi", self.data, at)
            end = at + 12 + length
            if length < 14 or end > len(self.data):
                return None
            delta_at = at + DELTA_AT
            is_old = self.data[at + 16] < 2 or delta_at + 4 > len(self.data)
            delta = 0 if is_old else struct.unpack_from(">i", self.data, delta_at)[0]
            if first + delta >= offset:
                return at
            at = end
        return None

    def fetch(self, offset: int) -> bytes:
        place = self.place(offset)
        return b"" if place is None else self.data[place : place + self.most_bytes]


@dataclass
class State:
    """aiokafka's of a partition, without its futures."""

    position: int
    highwater: int | None
    paused: bool = False

    def consumed_to(self, position: int) -> None:
        self.position = position


@dataclass
class Reading:
    """What a consumer makes of a log, its positions after each fetch, and the last epoch that it
    knows."""

    records: list[ConsumerRecord] = field(default_factory=list)
    unreadable: list[UnreadableRecord] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    epoch: int = -1

    @property
    def offsets(self) -> list[int]:
        return [record.offset for record in self.records]

    @property
    def given_up(self) -> list[int]:
        return [o for r in self.unreadable for o in range(r.first_offset, r.offset + 1)]


def read(log: Log, begin: int = 0) -> Reading:
    """Until the end, or until three fetches in a row bring nothing."""
    tp, state, reading = TopicPartition(f"b{next(_number)}", 0), State(begin, log.end), Reading()
    assignment = SimpleNamespace(active=True, state_value=lambda _: state)
    reading.positions = [begin]
    while state.position < log.end and reading.positions[-4:-1] != [state.position] * 3:
        position = state.position
        aborted = [(PRODUCER, first) for first, last in log.aborted if last >= position]
        records = fetcher.PartitionRecords(
            tp, fetcher.MemoryRecords(log.fetch(position)), aborted, position, None, None, True,
            fetcher.READ_COMMITTED,
        )  # fmt: skip
        result = fetcher.FetchResult(
            tp, assignment=assignment, partition_records=records, backoff=0
        )
        for record in result.getall():
            if isinstance(record, UnreadableRecord):
                reading.unreadable.append(record)
            else:
                reading.records.append(record)
        reading.positions.append(state.position)
        assert len(reading.positions) < 40, reading
    reading.epoch = read_epochs_of(state).epoch_at_end()
    assert all(a <= b for a, b in pairwise(reading.positions))
    assert reading.positions[-1] <= log.end
    assert all(record.value == b"%d" % record.offset for record in reading.records)
    return reading
