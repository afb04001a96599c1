"""Reads topics from given offsets on, outside any consumer group, for callers that store offsets.

Kafka may go away and come back meanwhile; a batch says what is wrong.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from streams.kafka.connection import BrokerUnreachableError, admin_client, reader
from streams.kafka.topics import TopicsError, partitions_of, topic_name
from streams.kafka.unreadable import UnreadableRecord
from streams.settings import Settings

_POLL_MILLISECONDS = 500
_ENDS_SECONDS = 2.0
_REFRESH_SECONDS = 60.0  # how soon added partitions are noticed
_AGAIN_SECONDS = 3.0
_FETCH_BYTES = 4 << 20

Place = tuple[str, int]


@dataclass(slots=True)
class Batch:
    """Records in each partition's order, as (topic without prefix, partition, offset, value).

    `next_offsets` are the positions that have changed: after records, or past those that are gone.
    `ends` are the partitions' ends now. `trouble` says why nothing arrives, and is None while all
    is well.
    """

    records: list[tuple[str, int, int, bytes | None]] = field(default_factory=list)
    next_offsets: dict[Place, int] = field(default_factory=dict)
    ends: dict[Place, int] = field(default_factory=dict)
    trouble: str | None = None


async def read_topics(
    settings: Settings, names: Sequence[str], start: Mapping[Place, int], most_records: int
) -> AsyncGenerator[Batch]:
    """Yield batches forever, empty ones while nothing arrives, so that the caller learns of
    lag and trouble. A partition without a start is read from its beginning.
    """
    start = dict(start)
    while True:
        consumer = reader(
            settings, auto_offset_reset="earliest", max_partition_fetch_bytes=_FETCH_BYTES
        )
        try:
            async for batch in _read(consumer, settings, names, start, most_records):
                start.update(batch.next_offsets)
                yield batch
        except (KafkaError, OSError, TimeoutError, BrokerUnreachableError, TopicsError) as error:
            yield Batch(trouble=str(error) or type(error).__name__)
            await asyncio.sleep(_AGAIN_SECONDS)
        finally:
            await consumer.stop()


async def _read(
    consumer: AIOKafkaConsumer,
    settings: Settings,
    names: Sequence[str],
    start: Mapping[Place, int],
    most_records: int,
) -> AsyncGenerator[Batch]:
    places: dict[TopicPartition, Place] = {}
    async with admin_client(settings) as admin:
        for name in names:
            full = topic_name(settings, name)
            for number in await partitions_of(admin, full):
                places[TopicPartition(full, number)] = (name, number)
    await consumer.start()
    consumer.assign(list(places))
    beginnings = await consumer.beginning_offsets(list(places))
    ends = await consumer.end_offsets(list(places))
    for partition, place in places.items():
        known = start.get(place, 0)
        # A recreated topic ends before our position: it is read as a new one.
        begin = known if beginnings[partition] <= known <= ends[partition] else None
        consumer.seek(partition, beginnings[partition] if begin is None else begin)
    clock = asyncio.get_running_loop().time
    asked, until = clock(), clock() + _REFRESH_SECONDS
    told = dict(start)
    while clock() < until:
        fetched = await consumer.getmany(timeout_ms=_POLL_MILLISECONDS, max_records=most_records)
        if clock() - asked > _ENDS_SECONDS:
            ends = await asyncio.wait_for(consumer.end_offsets(list(places)), 10)
            asked = clock()
        batch = Batch(ends={place: ends[partition] for partition, place in places.items()})
        for partition, records in fetched.items():
            name, number = places[partition]
            batch.records += [(name, number, r.offset, _value(r)) for r in records]
        now = await asyncio.wait_for(_positions(consumer, places), 10)
        batch.next_offsets = {place: at for place, at in now.items() if told.get(place) != at}
        told = now
        yield batch


async def _positions(
    consumer: AIOKafkaConsumer, places: Mapping[TopicPartition, Place]
) -> dict[Place, int]:
    """Of all partitions: one whose records retention has deleted comes with none to tell it."""
    return {place: await consumer.position(partition) for partition, place in places.items()}


def _value(record: ConsumerRecord) -> bytes | None:
    return None if isinstance(record, UnreadableRecord) else record.value
