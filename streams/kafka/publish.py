"""Records out: whole batches, every one confirmed by all in-sync replicas before we go on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field

import aiokafka.codec
import numpy as np
import numpy.typing as npt
from aiokafka import AIOKafkaProducer

from streams.kafka.connection import client_options
from streams.kafka.headers import Headers
from streams.kafka.partitioning import partitions_of
from streams.kafka.topics import RECORD_OVERHEAD_BYTES
from streams.settings import Settings

# aiokafka compresses with lz4 at level 9 and with zstd at level 3, and has no setting for it. On
# 680 kB of news articles lz4 takes 33 us a kilobyte so, as much as all of our own work on it; at
# level 1 it takes 3 us, and zstd 5.
_COMPRESSION_LEVEL = 1

# Batches are closed at this size: Kafka's default limit for one, with room for the last record.
_BATCH_BYTES = 900_000


@dataclass(slots=True)
class Outgoing:
    """Records for one topic, as parallel lists. Without `partitions`, keys choose them."""

    topic: str
    keys: list[bytes | None] = field(default_factory=list)
    values: list[bytes | None] = field(default_factory=list)
    times: list[int] = field(default_factory=list)  # milliseconds since 1970
    headers: list[Headers] = field(default_factory=list)
    partitions: list[int] = field(default_factory=list)  # empty: keys choose

    def add(
        self,
        key: bytes | None,
        value: bytes | None,
        time_milliseconds: int,
        headers: Headers,
        partition: int | None = None,
    ) -> None:
        """One more record. Either all records of a topic name their partition, or none."""
        self.keys.append(key)
        self.values.append(value)
        self.times.append(time_milliseconds)
        self.headers.append(headers)
        if partition is not None:
            self.partitions.append(partition)


class BatchPublisher:
    """An idempotent producer that sends record batches and waits for their confirmation."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect. Must run in the event loop that will publish."""
        largest = self._settings.record_bytes + RECORD_OVERHEAD_BYTES
        compression = self._settings.compression
        for encode in (aiokafka.codec.zstd_encode, aiokafka.codec.lz4_encode):
            encode.__defaults__ = (_COMPRESSION_LEVEL,)
        self._producer = AIOKafkaProducer(
            **client_options(self._settings),
            acks="all",
            enable_idempotence=True,
            compression_type=None if compression == "none" else compression,
            linger_ms=0,
            max_batch_size=largest,
            max_request_size=2 * largest,
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

    async def publish(self, outgoing: Sequence[Outgoing]) -> int:
        """Send all and return when the broker has confirmed every record; -> bytes sent.

        Raises the producer's error when one is not confirmed: then nothing may be acknowledged.
        """
        return await (await self.send(outgoing))

    async def send(self, outgoing: Sequence[Outgoing]) -> Awaitable[int]:
        """Hand all over to the producer; what is returned ends as `publish` does."""
        confirmations: list[asyncio.Future[object]] = []
        size = 0
        for records in outgoing:
            if not records.keys:
                continue
            if records.partitions:
                partitions = np.array(records.partitions)
            else:
                count = await self.partition_count(records.topic)
                partitions = partitions_of(records.keys, count)
            size += await self._send(records, partitions, confirmations)

        async def confirmed() -> int:
            await asyncio.gather(*confirmations)
            return size

        return confirmed()

    async def _send(
        self,
        records: Outgoing,
        partitions: npt.NDArray[np.int64],
        confirmations: list[asyncio.Future[object]],
    ) -> int:
        producer, size = self._started(), 0
        members: dict[int, list[int]] = {}
        for i, partition in enumerate(partitions.tolist()):
            members.setdefault(partition, []).append(i)
        for partition, places in members.items():
            batch = producer.create_batch()
            for i in places:
                record = {
                    "key": records.keys[i],
                    "value": records.values[i],
                    "timestamp": records.times[i],
                    "headers": records.headers[i],
                }
                full = batch.size() >= _BATCH_BYTES
                if full or batch.append(**record) is None:
                    size += batch.size()
                    confirmations.append(
                        await producer.send_batch(batch, records.topic, partition=partition)
                    )
                    batch = producer.create_batch()
                    if batch.append(**record) is None:
                        raise RecordTooLargeError(records.topic, len(records.values[i] or b""))
            size += batch.size()
            confirmations.append(
                await producer.send_batch(batch, records.topic, partition=partition)
            )
        return size

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
