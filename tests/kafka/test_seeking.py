"""What the consumer does while a rebalance takes its partitions."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IllegalStateError
from aiokafka.structs import TopicPartition
from faust.transport.drivers.aiokafka import Consumer

from schemas.topics import RAW
from streams.kafka.insides import inner_consumer
from streams.kafka.insides.consumer import ChunkConsumer
from streams.kafka.insides.inner_consumer import InnerConsumer, seek_to_committed
from streams.settings import Settings
from tests.kafka.service import make_topics, push

ONE = TopicPartition("articles", 0)


@pytest.mark.broker
async def test_without_partitions_there_is_nothing_to_go_back_to(settings: Settings) -> None:
    await make_topics(settings)
    async with AIOKafkaConsumer(
        settings.topic_prefix + "articles.raw",
        bootstrap_servers=settings.bootstrap_servers, group_id=settings.group,
    ) as consumer:  # fmt: skip
        assert len(await seek_to_committed(consumer)) == 4
        consumer.unsubscribe()
        with pytest.raises((AssertionError, IllegalStateError)):
            await consumer.seek_to_committed()
        assert await seek_to_committed(consumer) == {}


@pytest.mark.broker
@pytest.mark.parametrize("committed", [None, 0, 2])
async def test_what_was_fetched_and_not_handed_over_is_read_again(
    settings: Settings, committed: int | None
) -> None:
    await make_topics(settings, partitions=1)
    await push(settings, [b"{}"] * 5, partition=0)
    raw = TopicPartition(settings.topic_prefix + RAW, 0)
    async with AIOKafkaConsumer(
        raw.topic, bootstrap_servers=settings.bootstrap_servers, group_id=settings.group,
        auto_offset_reset="earliest", enable_auto_commit=False,
    ) as consumer:  # fmt: skip
        if committed is not None:
            await consumer.commit({raw: committed})
        first = committed or 0
        assert (await consumer.getone()).offset == first
        await seek_to_committed(consumer)
        assert (await consumer.getone()).offset == first


def test_a_position_that_is_not_known_yet_ends_no_worker() -> None:
    """Faust asserts that it is, when it looks whether partitions move."""

    def asserting(_now: float, _tp: TopicPartition) -> None:
        raise AssertionError

    seeking: Any = ChunkConsumer.__new__(ChunkConsumer)
    seeking._thread = SimpleNamespace(verify_event_path=asserting)
    with pytest.raises(AssertionError):
        Consumer.verify_event_path(seeking, 0.0, ONE)
    seeking.verify_event_path(0.0, ONE)


async def test_a_partition_lost_meanwhile_is_not_sought_back() -> None:
    class Losing:
        def assignment(self) -> set[TopicPartition]:
            return {ONE}

        async def seek_to_committed(self) -> dict[TopicPartition, int]:
            raise IllegalStateError(ONE)

    assert await seek_to_committed(Losing()) == {}


async def test_a_cut_that_a_fetch_has_taken_is_not_found_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Although the search that was going on meanwhile began before."""
    searching = asyncio.Event()

    async def nothing_found(*_: object) -> dict[TopicPartition, object]:
        await searching.wait()
        return {}

    monkeypatch.setattr(inner_consumer, "find_cuts", nothing_found)
    topic = SimpleNamespace(identity=1, leader_epochs={0: 5})
    thread = SimpleNamespace(recreated=set(), _known={}, cuts={ONE: (7, True)})
    consumer = SimpleNamespace(assignment=lambda: {ONE})
    look: Any = InnerConsumer._find_cuts
    search = asyncio.create_task(look(thread, consumer, {"articles": topic}))
    await asyncio.sleep(0)
    thread.cuts = {}
    searching.set()
    await search
    assert thread.cuts == {}
