"""A shard with missing segments does not recover as if it were complete."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition

from schemas.topics import ENRICHED, NORMALISED, SEGMENTS
from streams.agents.running.exit import EXIT_CONFIGURATION
from streams.detection.index.segment import decode_segment, encode_segment
from streams.kafka.connection import admin_client
from streams.kafka.rebuild import rebuild_all
from streams.kafka.recovery import ShardUnrecoverableError
from streams.settings import Settings
from tests.cli.broker import echowire
from tests.detection.newsroom import HOUR, remembered, story
from tests.kafka.service import Worker, everything_committed, push, read, until
from tests.kafka.shard_logs import (
    NEWS,
    commit,
    decided,
    publish_articles,
    publish_noted,
    recovered,
)

pytestmark = pytest.mark.broker


async def delete(settings: Settings, before: int, topic: str = SEGMENTS) -> None:
    """As `kafka-delete-records` does, and retention."""
    tp = TopicPartition(settings.topic_prefix + topic, 0)
    async with admin_client(settings) as admin:
        await admin.delete_records({tp: RecordsToDelete(before_offset=before)})


async def complaint(settings: Settings) -> str:
    with pytest.raises(ShardUnrecoverableError, match=r"`echowire rebuild`") as error:
        await recovered(settings)
    return str(error.value)


async def test_segments_that_are_all_gone_are_missed(shard: Settings) -> None:
    """Deleted or recreated: the committed offset tells that there were some."""
    await publish_articles(shard, NEWS)
    await commit(shard, len(NEWS))
    said = await complaint(shard)
    assert f"handled it up to {len(NEWS) - 1}: its end, or all of it, is gone" in said
    await publish_noted(shard, decided(shard, NEWS).segments)
    await delete(shard, before=-1)
    assert "or all of it, is gone" in await complaint(shard)


async def test_a_lost_end_is_missed(shard: Settings) -> None:
    """As after an election of a broker that did not have it."""
    await publish_articles(shard, NEWS)
    await publish_noted(shard, decided(shard, NEWS).segments[:-1])
    await recovered(shard)
    await commit(shard, len(NEWS))
    assert "covers" in await complaint(shard)


@pytest.mark.parametrize("before", [1, 3])
async def test_a_lost_beginning_is_missed(shard: Settings, before: int) -> None:
    await publish_articles(shard, NEWS)
    await publish_noted(shard, decided(shard, NEWS).segments)
    await recovered(shard)
    await delete(shard, before)
    said = await complaint(shard)
    assert f"begins at offset {before} with article" in said
    assert "but the window begins at article 0: records before were deleted" in said


async def test_segments_written_at_a_takeover_do_not_hide_a_loss(shard: Settings) -> None:
    desk = decided(shard, NEWS)
    nothing = encode_segment(desk.state.nothing_decided(desk.state.last_offset))
    await publish_articles(shard, NEWS)
    await publish_noted(shard, [*desk.segments, nothing])
    await delete(shard, before=len(desk.segments))
    assert f"with article {desk.state.count} of its shard" in await complaint(shard)


@pytest.mark.parametrize(
    "smaller", [{"window_seconds": 3600}, {"window_articles": 16}], ids=["by time", "by count"]
)
async def test_segments_that_have_left_the_window_may_be_deleted(
    shard: Settings, smaller: dict[str, int]
) -> None:
    narrow = shard.model_copy(update=smaller)
    desk = decided(narrow, NEWS, gap=HOUR // 10)
    await publish_articles(narrow, NEWS, gap=HOUR // 10)
    await publish_noted(narrow, desk.segments)
    await commit(narrow, len(NEWS))
    bases = [decode_segment(data).base for data in desk.segments]
    last_needed = max(n for n, base in enumerate(bases) if base <= desk.state.tail)
    assert last_needed
    await delete(narrow, before=last_needed)
    found = remembered((await recovered(narrow)).state)
    assert found["answers"] == remembered(desk.state)["answers"]
    assert found["items"] == remembered(desk.state)["items"]
    await delete(narrow, before=last_needed + 1)
    assert "records before were deleted" in await complaint(narrow)


async def test_a_shard_carries_on_after_a_quiet_time_longer_than_the_window(
    shard: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Retention takes what no later article has moved out of the window: by the clock it is."""
    desk, now = decided(shard, NEWS), time.time_ns() // 1_000_000
    long_ago = now - 1000 * shard.window_seconds - HOUR
    written = [long_ago] * (len(desk.segments) - 1) + [now]
    await publish_articles(shard, NEWS)
    await publish_noted(shard, desk.segments, written)
    await delete(shard, before=len(desk.segments) - 1)
    state = (await recovered(shard)).state
    assert (state.count, state.last_offset) == (desk.state.count, desk.state.last_offset)
    assert "older than the window by the clock" in caplog.text


async def test_a_shard_without_articles_recovers(shard: Settings) -> None:
    state = (await recovered(shard)).state
    nothing = encode_segment(state.nothing_decided(state.last_offset))
    await publish_noted(shard, [nothing, nothing])
    await commit(shard, 0)
    assert (await recovered(shard)).state.count == 0


async def test_rebuild_says_what_it_cannot_recreate(shard: Settings) -> None:
    await publish_articles(shard, NEWS)
    await commit(shard, len(NEWS))
    await delete(shard, before=10, topic=NORMALISED)
    async with admin_client(shard) as admin:
        [missing] = (await rebuild_all(admin, shard, lambda *_: None)).missing
    assert f"{NORMALISED} partition 0 begins at offset 10: articles before it cannot" in missing
    assert (await recovered(shard)).state.last_offset == len(NEWS) - 1


async def test_rebuild_starts_from_nothing_if_no_article_is_left(shard: Settings) -> None:
    await publish_articles(shard, NEWS)
    await commit(shard, len(NEWS))
    await delete(shard, before=-1, topic=NORMALISED)
    async with admin_client(shard) as admin:
        rebuilt = await rebuild_all(admin, shard, lambda *_: None)
    assert (rebuilt.articles, len(rebuilt.missing)) == (0, 1)
    assert (await recovered(shard)).state.last_offset == len(NEWS) - 1


def test_resends_are_recognised_after_a_loss_under_a_running_worker(
    shard: Settings, tmp_path: Path
) -> None:
    raw = [{"id": f"a{n}", "language": "en", "text": story(n)} for n in range(40)]
    with Worker(shard, tmp_path) as worker:
        asyncio.run(push(shard, raw[:20]))
        until(lambda: everything_committed(shard), "the first are decided")
        for partition in (0, 1):
            asyncio.run(_delete_all(shard, partition))
        asyncio.run(push(shard, raw[20:]))
        until(lambda: everything_committed(shard), "the others are decided")
        assert worker.stop() == 0
    stopped = Worker(shard, tmp_path).launch()
    until(stopped.ended, "it has ended")
    assert stopped.process.returncode == EXIT_CONFIGURATION
    assert "records before were deleted. `echowire rebuild`" in stopped.log()

    def rebuilt() -> bool:  # refused while the group still counts the worker that has ended
        said = echowire("rebuild", shard, "--group", shard.group).communicate(timeout=60)[0]
        return b"40 articles are in the shards' segments" in said

    until(rebuilt, "the segments are made again")
    with Worker(shard, tmp_path):
        asyncio.run(push(shard, raw))
        until(lambda: everything_committed(shard), "the deliveries are handled")
    assert len(asyncio.run(read(shard, ENRICHED))) == len(raw)


async def _delete_all(settings: Settings, partition: int) -> None:
    tp = TopicPartition(settings.topic_prefix + SEGMENTS, partition)
    async with admin_client(settings) as admin:
        await admin.delete_records({tp: RecordsToDelete(before_offset=-1)})
