"""Records out: whole batches, every one confirmed by all in-sync replicas before we go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaProducer

from streams.kafka.batch import RecordBatch, encode_batch
from streams.kafka.connection import client_options
from streams.kafka.partitioning import partitions_of
from streams.kafka.topics import RECORD_OVERHEAD_BYTES
from streams.settings import Settings

# Batches are closed at this size: Kafka's default limit for one, with room for the last record.
_BATCH_BYTES = 900_000
# Handing over to a thread and back takes as long as encoding a dozen articles.
_THREAD_FROM = 32

Counts = Mapping[str, int]  # full topic name -> its partitions


@dataclass(slots=True)
class Outgoing:
    """Records for one topic, as parallel lists. Without `partitions`, keys choose them."""

    topic: str
    keys: list[bytes | None] = field(default_factory=list)
    values: list[bytes | None] = field(default_factory=list)
    times: list[int] = field(default_factory=list)  # milliseconds since 1970
    headers: list[bytes] = field(default_factory=list)  # encoded
    partitions: list[int] = field(default_factory=list)  # empty: keys choose

    def add(
        self,
        key: bytes | None,
        value: bytes | None,
        time_milliseconds: int,
        headers: bytes,
        partition: int | None = None,
    ) -> None:
        """One more record. Either all records of a topic name their partition, or none."""
        self.keys.append(key)
        self.values.append(value)
        self.times.append(time_milliseconds)
        self.headers.append(headers)
        if partition is not None:
            self.partitions.append(partition)


@dataclass(frozen=True, slots=True)
class Encoded:
    """One record batch and where it goes."""

    topic: str
    partition: int
    batch: RecordBatch


class BatchPublisher:
    """An idempotent producer that sends record batches and waits for their confirmation."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._largest = settings.record_bytes + RECORD_OVERHEAD_BYTES
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect. Must run in the event loop that will publish."""
        self._producer = AIOKafkaProducer(
            **client_options(self._settings),
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_request_size=2 * self._largest,
        )
        await self._producer.start()

    async def stop(self) -> None:
        """Disconnect."""
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def partition_count(self, topic: str) -> int:
        """How many partitions a topic has."""
        return len(await self._started().partitions_for(topic))

    async def encode(
        self, topics: Sequence[str], records: int, make: Callable[[Counts], Sequence[Outgoing]]
    ) -> list[Encoded]:
        """What `make` makes, encoded; it is told how many partitions each of `topics` has.

        From some `records` on, both run in a thread, where most of it is done without the
        interpreter's lock: the event loop goes on with other chunks meanwhile.
        """
        counts = {topic: await self.partition_count(topic) for topic in topics}

        def encoded() -> list[Encoded]:
            return [e for out in make(counts) if out.keys for e in self._encoded(out, counts)]

        return encoded() if records < _THREAD_FROM else await asyncio.to_thread(encoded)

    async def send(self, batches: Sequence[Encoded]) -> int:
        """Send all and return when the broker has confirmed every record; -> bytes sent.

        Raises the producer's error when one is not confirmed: then nothing may be acknowledged.
        """
        producer = self._started()
        confirmations = [
            await producer.send_batch(e.batch, e.topic, partition=e.partition) for e in batches
        ]
        await asyncio.gather(*confirmations)
        return sum(encoded.batch.size() for encoded in batches)

    async def publish(self, outgoing: Sequence[Outgoing]) -> int:
        """Encode and send: for what does not come in chunks."""
        topics = [records.topic for records in outgoing]
        return await self.send(await self.encode(topics, 1, lambda _counts: outgoing))

    def _encoded(self, records: Outgoing, counts: Counts) -> Iterator[Encoded]:
        partitions = records.partitions
        if not partitions:
            partitions = partitions_of(records.keys, counts[records.topic]).tolist()
        members: dict[int, list[int]] = {}
        for place, partition in enumerate(partitions):
            members.setdefault(partition, []).append(place)
        sizes = [
            len(value or b"") + len(headers)
            for value, headers in zip(records.values, records.headers, strict=True)
        ]
        for partition, places in members.items():
            for some in self._cut(records.topic, places, sizes):
                batch = encode_batch(
                    [records.keys[i] for i in some],
                    [records.values[i] for i in some],
                    [records.headers[i] for i in some],
                    [records.times[i] for i in some],
                    self._settings.compression,
                )
                yield Encoded(records.topic, partition, batch)

    def _cut(self, topic: str, places: list[int], sizes: list[int]) -> Iterator[list[int]]:
        """Places of records -> runs of them that fit a batch."""
        some: list[int] = []
        total = 0
        for place in places:
            if sizes[place] > self._largest:
                raise RecordTooLargeError(topic, sizes[place])
            if some and total + sizes[place] > _BATCH_BYTES:
                yield some
                some, total = [], 0
            some.append(place)
            total += sizes[place]
        yield some

    def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            raise RuntimeError("the publisher has not been started")
        return self._producer


class RecordTooLargeError(Exception):
    """A record does not fit a request even alone."""

    def __init__(self, topic: str, value_bytes: int) -> None:
        super().__init__(
            f"a record of {value_bytes} bytes for {topic} does not fit: raise record_bytes, and"
            " max.message.bytes of the topics with it"
        )
