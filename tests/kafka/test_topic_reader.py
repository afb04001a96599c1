"""Topics are read from stored offsets on, and what is gone is not waited for."""

from __future__ import annotations

from contextlib import aclosing

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import RecordsToDelete

from schemas.topics import ENRICHED
from streams.kafka.connection import admin_client
from streams.kafka.topic_reader import Place, read_topics
from streams.kafka.topics import create_topics, topic_name
from streams.settings import Settings

pytestmark = pytest.mark.broker


async def with_records(settings: Settings, number: int) -> TopicPartition:
    """A topic of one partition with this many records."""
    async with admin_client(settings) as admin:
        await create_topics(admin, settings, 1, 1)
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers)
    await producer.start()
    for n in range(number):
        await producer.send(topic_name(settings, ENRICHED), b"{}", str(n).encode())
    await producer.stop()
    return TopicPartition(topic_name(settings, ENRICHED), 0)


async def positions_after(settings: Settings, start: dict[Place, int], batches: int) -> list[int]:
    """The positions that as many batches tell."""
    told: list[int] = []
    async with aclosing(read_topics(settings, [ENRICHED], start, 100)) as reading:
        async for batch in reading:
            assert batch.trouble is None
            assert batch.ends == {(ENRICHED, 0): 3}
            told += batch.next_offsets.values()
            batches -= 1
            if not batches:
                break
    return told


async def test_a_partition_whose_records_are_gone_is_at_its_end(settings: Settings) -> None:
    place = await with_records(settings, 3)
    async with admin_client(settings) as admin:
        await admin.delete_records({place: RecordsToDelete(3)})
    assert await positions_after(settings, {}, 2) == [3]
    assert await positions_after(settings, {(ENRICHED, 0): 1}, 2) == [3]


async def test_a_position_is_told_when_it_changes(settings: Settings) -> None:
    await with_records(settings, 3)
    assert (await positions_after(settings, {(ENRICHED, 0): 1}, 3))[-1] == 3
    assert await positions_after(settings, {(ENRICHED, 0): 3}, 2) == []
