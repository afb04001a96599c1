"""Outgoing records, as columns, and the batches that they become."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TypeVar

from aiokafka.structs import ConsumerRecord

from streams.detection.index.segment import Segment, encode_segment
from streams.kafka.batch import RecordBatch, encode_batch
from streams.kafka.headers import Headers, encode_headers
from streams.kafka.own_records import own_records
from streams.kafka.partitioning import partitions_of
from streams.kafka.topic_settings import RECORD_OVERHEAD_BYTES
from streams.settings import Settings

# Batches are closed at this size: Kafka's default limit for one, with room for the last record.
_BATCH_BYTES = 900_000
# A batch's overhead for its only record: its header, the record's lengths, and a compression
# without gain (at most five bytes per 16 KiB).
_BATCH_OVERHEAD_BYTES = 1024

Thing = TypeVar("Thing")

Counts = Mapping[str, int]  # full topic name -> its partitions


@dataclass(slots=True)
class Outgoing:
    """Records for one topic, as parallel lists. Without `partitions`, their keys choose them."""

    topic: str
    keys: list[bytes | None] = field(default_factory=list)
    values: list[bytes | None] = field(default_factory=list)
    times: list[int] = field(default_factory=list)  # of writing, milliseconds since 1970
    headers: list[bytes] = field(default_factory=list)  # encoded
    partitions: list[int] = field(default_factory=list)  # empty: chosen by key

    def add(
        self,
        key: bytes | None,
        value: bytes | None,
        time_milliseconds: int,
        headers: bytes,
        partition: int | None = None,
    ) -> None:
        """Append a record. Either all records of a topic name their partition, or none."""
        self.keys.append(key)
        self.values.append(value)
        self.times.append(time_milliseconds)
        self.headers.append(headers)
        if partition is not None:
            self.partitions.append(partition)

    def extend(self, other: Outgoing) -> None:
        """Append all records of another one for the same topic."""
        self.keys += other.keys
        self.values += other.values
        self.times += other.times
        self.headers += other.headers
        self.partitions += other.partitions

    def without(self, places: Collection[int]) -> Outgoing:
        """The records but those at some places."""
        kept = [i for i in range(len(self.keys)) if i not in places]
        return Outgoing(
            self.topic,
            [self.keys[i] for i in kept],
            [self.values[i] for i in kept],
            [self.times[i] for i in kept],
            [self.headers[i] for i in kept],
            [self.partitions[i] for i in kept] if self.partitions else [],
        )


def largest_record_bytes(settings: Settings) -> int:
    """Maximum bytes of key, value and headers: alone in a batch they stay within the topics'
    max.message.bytes, however badly they compress."""
    topic_bytes = settings.record_bytes + RECORD_OVERHEAD_BYTES
    return topic_bytes - _BATCH_OVERHEAD_BYTES - (topic_bytes >> 11)


def outgoing_segment(
    topic: str,
    partition: int,
    segment: Segment,
    time_milliseconds: int,
    headers: Headers | None = None,
) -> Outgoing:
    """A segment for its shard's partition; its time is when it was written."""
    out = Outgoing(topic)
    encoded = encode_headers(headers or [])
    out.add(None, encode_segment(segment), time_milliseconds, encoded, partition)
    return out


@dataclass(frozen=True, slots=True)
class Encoded:
    """One record batch and its destination."""

    topic: str
    partition: int
    batch: RecordBatch


class Encoder:
    """Encodes outgoing records, in any thread or process."""

    def __init__(self, settings: Settings) -> None:
        self.largest_bytes = largest_record_bytes(settings)
        self._compression = settings.compression

    def encode(self, outgoing: Sequence[Outgoing], counts: Counts) -> list[Encoded]:
        """All batches, topic by topic. Raises RecordTooLargeError."""
        return [e for records in outgoing if records.keys for e in self._encode(records, counts)]

    def decode(self, encoded: Encoded) -> list[ConsumerRecord]:
        """The records of a batch, as a consumer would read them but for their offsets."""
        return own_records(encoded.batch, encoded.topic, encoded.partition)

    def singly(self, encoded: Encoded) -> Iterator[Encoded]:
        """Each record of a batch as a batch of its own."""
        for r in self.decode(encoded):
            headers = [encode_headers(r.headers)]
            batch = encode_batch([r.key], [r.value], headers, [r.timestamp], self._compression)
            yield Encoded(encoded.topic, encoded.partition, batch)

    def _encode(self, records: Outgoing, counts: Counts) -> Iterator[Encoded]:
        partitions = records.partitions
        if not partitions:
            partitions = partitions_of(records.keys, counts[records.topic]).tolist()
        sizes = [
            len(key or b"") + len(value or b"") + len(headers)
            for key, value, headers in zip(
                records.keys, records.values, records.headers, strict=True
            )
        ]
        if len(sizes) == 1 and sizes[0] <= self.largest_bytes:
            columns = records.keys, records.values, records.headers, records.times
            yield Encoded(records.topic, partitions[0], encode_batch(*columns, self._compression))
            return
        members: dict[int, list[int]] = {}
        for place, partition in enumerate(partitions):
            if partition in members:
                members[partition].append(place)
            else:
                members[partition] = [place]
        for partition, places in members.items():
            for some in self._cut(records.topic, places, sizes):
                batch = encode_batch(
                    _at(some, records.keys),
                    _at(some, records.values),
                    _at(some, records.headers),
                    _at(some, records.times),
                    self._compression,
                )
                yield Encoded(records.topic, partition, batch)

    def _cut(self, topic: str, places: list[int], sizes: list[int]) -> Iterator[list[int]]:
        """Record positions -> runs of them that fit a batch."""
        # Topics take batches as large as the largest record, which may be smaller than usual. A
        # quarter is left for keys and lengths, in case nothing is compressed.
        limit = min(_BATCH_BYTES, self.largest_bytes * 3 // 4)
        if sum(_at(places, sizes)) <= limit:
            yield places
            return
        some: list[int] = []
        total = 0
        for place in places:
            if sizes[place] > self.largest_bytes:
                raise RecordTooLargeError(topic, sizes[place])
            if some and total + sizes[place] > limit:
                yield some
                some, total = [], 0
            some.append(place)
            total += sizes[place]
        yield some


def _at(places: list[int], column: Sequence[Thing]) -> Sequence[Thing]:
    """What stands at some places, ascending."""
    if len(places) == len(column):
        return column
    return [column[places[0]]] if len(places) == 1 else itemgetter(*places)(column)


class RecordTooLargeError(Exception):
    """A record is too large for a request even alone."""

    def __init__(self, topic: str, record_bytes: int) -> None:
        super().__init__(
            f"a record of {record_bytes} bytes for {topic} does not fit: raise record_bytes, and"
            " max.message.bytes of the topics with it"
        )
