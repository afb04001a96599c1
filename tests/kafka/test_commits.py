"""Commits of a superseded worker: the group has rebalanced, or has forgotten it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.protocol.group import LeaveGroupRequest
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from mode.utils.locks import Event

from schemas.topics import RAW
from streams.kafka.connection import client_options
from streams.kafka.insides.inner_consumer import InnerConsumer
from streams.settings import Settings
from tests.kafka.service import committed, make_topics, push

pytestmark = pytest.mark.broker

OURS, ITS_SUCCESSORS = 3, 9


@asynccontextmanager
async def member(settings: Settings) -> AsyncIterator[AIOKafkaConsumer]:
    async with AIOKafkaConsumer(
        settings.topic_prefix + RAW, **client_options(settings), group_id=settings.group,
        enable_auto_commit=False, auto_offset_reset="earliest",
    ) as consumer:  # fmt: skip
        await consumer.getone()
        yield consumer


def inner_of(consumer: AIOKafkaConsumer) -> InnerConsumer:
    inner: Any = InnerConsumer.__new__(InnerConsumer)
    inner._consumer = consumer
    inner._stopped = Event()
    return inner


def at(settings: Settings, offset: int) -> dict[TopicPartition, OffsetAndMetadata]:
    return {TopicPartition(settings.topic_prefix + RAW, 0): OffsetAndMetadata(offset, "")}


async def supersede(settings: Settings, cut_off: AIOKafkaConsumer) -> None:
    """Take the group from a member that knows nothing of it, go further, and leave."""
    coordinator = cut_off._coordinator
    coordinator._coordination_task.cancel()
    await coordinator._stop_heartbeat_task()
    leave = LeaveGroupRequest(coordinator.group_id, coordinator.member_id)
    await coordinator._send_req(leave)
    async with member(settings) as successor:
        await successor.commit(at(settings, ITS_SUCCESSORS))


async def test_a_superseded_worker_does_not_move_offsets_back(settings: Settings) -> None:
    """With its first commit it learns that it is no member; aiokafka makes the second as nobody,
    which brokers take while the group is empty."""
    await make_topics(settings, partitions=1)
    await push(settings, [b"{}"] * 10, partition=0)
    async with member(settings) as cut_off:
        inner, generation = inner_of(cut_off), cut_off._coordinator.generation
        await supersede(settings, cut_off)
        for _ in range(2):
            assert await inner._commit_in(generation, at(settings, OURS)) == {}
            assert await committed(settings, RAW) == {0: ITS_SUCCESSORS}
        await cut_off.commit(at(settings, OURS))
        assert await committed(settings, RAW) == {0: OURS}  # as it went before


async def test_what_was_done_in_one_generation_is_not_committed_in_another(
    settings: Settings,
) -> None:
    """The partition may have been another's in between."""
    await make_topics(settings, partitions=1)
    await push(settings, [b"{}"] * 10, partition=0)
    async with member(settings) as back_again:
        inner, generation = inner_of(back_again), back_again._coordinator.generation
        assert await inner._commit_in(generation - 1, at(settings, OURS)) == {}
        assert await committed(settings, RAW) == {}
        assert await inner._commit_in(generation, at(settings, OURS)) == at(settings, OURS)
        assert await committed(settings, RAW) == {0: OURS}


async def test_a_deleted_topic_does_not_hold_up_commits(settings: Settings) -> None:
    """aiokafka tries until there is another of its name, which then begins in its middle."""
    await make_topics(settings, partitions=1)
    await push(settings, [b"{}"] * 10, partition=0)
    async with member(settings) as consumer:
        inner, generation = inner_of(consumer), consumer._coordinator.generation
        gone = {TopicPartition(settings.topic_prefix + "gone", 0): OffsetAndMetadata(5, "")}
        assert await inner._commit_in(generation, gone) == {}
