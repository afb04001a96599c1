"""Segments that no version can read any more are made anew from the articles."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from streams.agents.leaving import EXIT_CONFIGURATION
from streams.kafka.connection import admin_client, client_options
from streams.kafka.rebuild import RebuildRefusedError, rebuild_all
from streams.kafka.topics import ENRICHED, NORMALISED
from streams.settings import Settings
from tests.detection.newsroom import (
    remembered,
)
from tests.kafka.service import Worker, end_offsets, read, until
from tests.kafka.shard_logs import (
    NEWS,
    decided,
    publish_articles,
    publish_segments,
    recovered,
)

pytestmark = pytest.mark.broker


async def commit(settings: Settings, offset: int) -> None:
    """As workers of the group left it."""
    tp = TopicPartition(settings.topic_prefix + NORMALISED, 0)
    async with AIOKafkaConsumer(
        **client_options(settings), group_id=settings.group, enable_auto_commit=False
    ) as consumer:
        consumer.assign([tp])
        await consumer.commit({tp: offset})


async def test_segments_made_anew_give_the_same_shard_and_publish_nothing(
    shard: Settings,
) -> None:
    decided_until = len(NEWS) - 3
    desk = decided(shard, NEWS[:decided_until])
    await publish_articles(shard, NEWS)
    await publish_segments(shard, [b"what an older version wrote"] * 3)
    await commit(shard, decided_until)
    told: list[tuple[int, int, int]] = []
    async with admin_client(shard) as admin:
        articles = await rebuild_all(admin, shard, lambda *progress: told.append(progress))
    assert articles == desk.state.count
    assert told[-1] == (0, decided_until, decided_until)
    recovery = await recovered(shard)
    assert remembered(recovery.state) == remembered(desk.state)
    assert await read(shard, ENRICHED) == []


async def test_segments_are_not_made_anew_under_a_running_worker(shard: Settings) -> None:
    async with (
        AIOKafkaConsumer(
            shard.topic_prefix + NORMALISED, **client_options(shard), group_id=shard.group
        ),
        admin_client(shard) as admin,
    ):
        with pytest.raises(RebuildRefusedError, match=r"1 workers of group .* are running"):
            await rebuild_all(admin, shard, lambda *_: None)


def test_a_worker_does_not_start_on_segments_that_it_cannot_apply(
    shard: Settings, tmp_path: Path
) -> None:
    asyncio.run(publish_segments(shard, [b"what an older version wrote"]))
    worker = Worker(shard, tmp_path).launch()
    until(worker.ended, "it has ended")
    assert worker.process.returncode == EXIT_CONFIGURATION
    assert "`echowire rebuild` makes the segments anew" in worker.log()
    assert "Traceback" not in worker.log()
    assert asyncio.run(end_offsets(shard, ENRICHED)) == {0: 0, 1: 0}
