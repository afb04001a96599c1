"""A shard comes back from its segments as it was, or not at all, with a sentence why."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from streams.agents.leaving import EXIT_CONFIGURATION
from streams.detection import segment as segment_module
from streams.detection.entry import encode_entries, entries_of
from streams.detection.segment import DamagedSegmentError, decode_segment
from streams.detection.sketch import sketch_texts
from streams.detection.state import ShardState
from streams.kafka.connection import admin_client, client_options
from streams.kafka.fencing import ShardGoneError, ShardPublisher, ShutOutError
from streams.kafka.headers import ENTRY_HEADER, encode_headers
from streams.kafka.outgoing import Outgoing
from streams.kafka.rebuild import RebuildRefusedError, rebuild_all
from streams.kafka.recovery import Recovery, ShardUnrecoverableError
from streams.kafka.shards import NotEnoughMemoryError, Shards
from streams.kafka.topics import ENRICHED, NORMALISED, SEGMENTS, create_topics
from streams.settings import Settings
from tests.detection.newsroom import (
    HOUR,
    NOON,
    Arrival,
    Article,
    Desk,
    article,
    chunk_of,
    cut,
    edited,
    kill,
    remembered,
    story,
)
from tests.kafka.service import Worker, end_offsets, push, read, until

pytestmark = pytest.mark.broker

TOLD = story(1)
NEWS = [
    article("a", TOLD), article("b", edited(TOLD), source="b.example"), article("c", cut(TOLD, 90)),
    article("a", story(2)), article("d", story(3)), kill("b"), article("d", story(3)),
    *(article(f"n{n}", story(100 + n)) for n in range(23)),
]  # fmt: skip


@pytest.fixture
async def shard(settings: Settings) -> Settings:
    """Topics of two partitions, still empty."""
    async with admin_client(settings) as admin:
        await create_topics(admin, settings, 2, 1, retention_hours=-1)
    return settings


def decided(settings: Settings, articles: Sequence[Article], gap: int = 1000) -> Desk:
    """A desk that has decided them, five at a time; each `gap` milliseconds after the last."""
    desk = Desk(settings.parameters())
    arrivals = [Arrival(a, NOON + n * gap, n) for n, a in enumerate(articles)]
    for start in range(0, len(arrivals), 5):
        desk.decide(chunk_of(arrivals[start : start + 5]))
    return desk


async def publish_articles(
    settings: Settings, articles: Sequence[Article], partition: int = 0, gap: int = 1000
) -> None:
    entries = entries_of(articles, sketch_texts([a["text"] for a in articles]))
    async with AIOKafkaProducer(**client_options(settings), linger_ms=5) as producer:
        for n, (made, entry) in enumerate(zip(articles, encode_entries(entries), strict=True)):
            await producer.send(
                settings.topic_prefix + NORMALISED, Arrival(made, NOON + n * gap, n).value,
                key=made["article_id"].encode(), headers=[(ENTRY_HEADER, entry)],
                partition=partition, timestamp_ms=NOON + n * gap,
            )  # fmt: skip
        await producer.flush()


async def publish_segments(
    settings: Settings, segments: Sequence[bytes], partition: int = 0
) -> None:
    times = [_time_of(data) for data in segments]
    await push(settings, segments, topic=SEGMENTS, partition=partition, times=times)


def _time_of(data: bytes) -> int:
    try:
        return decode_segment(data).latest
    except DamagedSegmentError:
        return NOON


async def recovered(settings: Settings, partition: int = 0) -> Recovery:
    recovery = Recovery(settings, partition, ShardState(settings.parameters()))
    await recovery.run()
    return recovery


async def complaint(settings: Settings) -> str:
    with pytest.raises(ShardUnrecoverableError) as error:
        await recovered(settings)
    return str(error.value)


async def test_what_comes_back_is_what_was(shard: Settings) -> None:
    desk = decided(shard, NEWS)
    await publish_articles(shard, NEWS)
    await publish_segments(shard, desk.segments)
    recovery = await recovered(shard)
    assert remembered(recovery.state) == remembered(desk.state)
    assert recovery.total == len(desk.segments)


async def test_a_recovery_goes_on_where_the_one_before_ended(shard: Settings) -> None:
    desk = decided(shard, NEWS)
    await publish_articles(shard, NEWS)
    await publish_segments(shard, desk.segments[:2])
    recovery = await recovered(shard)
    await publish_segments(shard, desk.segments[2:])
    await recovery.run()
    assert recovery.total == len(desk.segments) - 2
    assert remembered(recovery.state) == remembered(desk.state)


async def test_only_the_window_is_read(shard: Settings) -> None:
    narrow = shard.model_copy(update={"window_seconds": 3600})
    desk = decided(narrow, NEWS, gap=HOUR // 10)
    await publish_articles(narrow, NEWS, gap=HOUR // 10)
    await publish_segments(narrow, desk.segments)
    recovery = await recovered(narrow)
    assert recovery.total <= 4 < len(desk.segments)
    assert remembered(recovery.state)["answers"] == remembered(desk.state)["answers"]
    assert recovery.state.last_offset == desk.state.last_offset


async def test_damage_is_named_with_its_place_and_its_remedy(shard: Settings) -> None:
    desk = decided(shard, NEWS)
    broken = bytearray(desk.segments[1])
    broken[99] ^= 1
    await publish_segments(shard, [desk.segments[0], bytes(broken), *desk.segments[2:]])
    said = await complaint(shard)
    assert said.startswith(f"{shard.topic_prefix}{SEGMENTS} partition 0 offset 1: the checksum")
    assert "echowire rebuild" in said


async def test_segments_of_other_sketches_are_refused(
    shard: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish_segments(shard, decided(shard, NEWS).segments)
    monkeypatch.setattr(segment_module, "ALGORITHM", "another")
    assert "this is another. `echowire rebuild`" in await complaint(shard)


async def test_a_missing_segment_is_no_guess(shard: Settings) -> None:
    segments = decided(shard, NEWS).segments
    await publish_segments(shard, [*segments[:2], *segments[3:]])
    assert "segments before it are missing" in await complaint(shard)


async def test_an_input_that_ends_before_what_was_decided_was_made_anew(shard: Settings) -> None:
    await publish_articles(shard, NEWS[:10])
    await publish_segments(shard, decided(shard, NEWS).segments)
    assert f"but {shard.topic_prefix}{NORMALISED} ends at 10" in await complaint(shard)


async def test_an_input_that_holds_other_articles_was_made_anew(shard: Settings) -> None:
    await publish_articles(shard, [article(f"x{n}", story(n)) for n in range(len(NEWS) + 5)])
    await publish_segments(shard, decided(shard, NEWS).segments)
    assert "and there is another: it was made anew" in await complaint(shard)


class Told:
    """Listens to recoveries."""

    def __init__(self) -> None:
        self.articles = 0
        self.failures: list[Exception] = []

    def recovered(self, articles: int, _seconds: float) -> None:
        self.articles += articles

    def shards(self, settings: Settings) -> Shards:
        return Shards(settings, self.recovered, self.failures.append)


async def test_shards_come_back_side_by_side_while_the_event_loop_goes_on(shard: Settings) -> None:
    desk, told = decided(shard, NEWS), Told()
    for partition in (0, 1):
        await publish_articles(shard, NEWS, partition)
        await publish_segments(shard, desk.segments, partition)
    shards = told.shards(shard)
    shards.assigned({0, 1})
    assert [r.partition for r in shards.recovering] == [0, 1]
    assert str(shards.recovering[0]) == "shard 0 is being read back: 0 of 0 segments"
    longest, last = 0.0, time.monotonic()
    while shards.recovering:
        await asyncio.sleep(0.005)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    assert longest < 2  # of a session timeout of at least as much; milliseconds on an idle machine
    assert told.failures == []
    assert told.articles == 2 * desk.state.count
    await shards.stop()


async def test_a_shard_that_is_revoked_is_forgotten(shard: Settings) -> None:
    shards = Told().shards(shard)
    shards.assigned({0, 1})
    memory = weakref.ref((await shards.shard(1)).state.rows)
    shards.assigned({0})
    with pytest.raises(ShardGoneError):
        await shards.shard(1)
    gc.collect()
    assert memory() is None
    await shards.stop()


async def test_a_recovery_under_way_ends_when_the_partition_goes(shard: Settings) -> None:
    told = Told()
    shards = told.shards(shard)
    shards.assigned({0})
    waiting = asyncio.create_task(shards.shard(0))
    await asyncio.sleep(0)
    shards.revoked()
    with pytest.raises(ShardGoneError):
        await waiting
    assert told.failures == []
    await shards.stop()


async def test_windows_that_do_not_fit_are_refused_before_they_are_filled(shard: Settings) -> None:
    huge = shard.model_copy(update={"window_articles": 1 << 26})
    with pytest.raises(NotEnoughMemoryError, match="lower window_articles, or run more workers"):
        Told().shards(huge).assigned(set(range(64)))


async def test_who_takes_a_shard_over_shuts_out_the_one_before(shard: Settings) -> None:
    def words(text: bytes) -> list[Outgoing]:
        out = Outgoing(shard.topic_prefix + ENRICHED)
        out.add(b"k", text, NOON, encode_headers([]), 0)
        return [out]

    paused, present = ShardPublisher(shard, "a shard"), ShardPublisher(shard, "a shard")
    other = ShardPublisher(shard, "another shard")
    for publisher in (paused, other):
        await publisher.start()
        await publisher.publish(words(b"early"))
    await present.start()
    await present.publish(words(b"present"))
    with pytest.raises(ShutOutError):
        await paused.publish(words(b"late"))
    await other.publish(words(b"other"))
    for publisher in (paused, present, other):
        await publisher.stop()
    with pytest.raises(ShardGoneError):
        await present.publish(words(b"too late"))
    written = [record.value for record in await read(shard, ENRICHED)]
    assert written == [b"early", b"early", b"present", b"other"]


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
