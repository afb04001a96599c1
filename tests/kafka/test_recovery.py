"""A shard recovers exactly from its segments, or not at all, with the reason."""

from __future__ import annotations

import asyncio
import gc
import time
import weakref

import pytest

from schemas.topics import ENRICHED, NORMALISED, SEGMENTS
from streams.detection.index import segment as segment_module
from streams.detection.index.segment import decode_segment, encode_segment
from streams.detection.index.state import ShardState
from streams.kafka.fencing import ShardGoneError, ShardPublisher, ShutOutError
from streams.kafka.headers import encode_headers
from streams.kafka.outgoing import Outgoing, outgoing_segment
from streams.kafka.recovery import ShardUnrecoverableError
from streams.kafka.rights import fence_name
from streams.kafka.shards import NotEnoughMemoryError, Shard, Shards
from streams.settings import Settings
from tests.detection.newsroom import (
    HOUR,
    NOON,
    article,
    remembered,
    story,
)
from tests.kafka.service import read
from tests.kafka.shard_logs import (
    NEWS,
    decided,
    publish_articles,
    publish_segments,
    recovered,
)

pytestmark = pytest.mark.broker


async def complaint(settings: Settings) -> str:
    with pytest.raises(ShardUnrecoverableError) as error:
        await recovered(settings)
    return str(error.value)


async def test_a_recovered_shard_is_what_it_was(shard: Settings) -> None:
    desk = decided(shard, NEWS)
    await publish_articles(shard, NEWS)
    await publish_segments(shard, desk.segments)
    recovery = await recovered(shard)
    assert remembered(recovery.state) == remembered(desk.state)
    assert recovery.total == len(desk.segments)


async def test_a_recovery_continues_where_the_previous_one_ended(shard: Settings) -> None:
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


async def test_of_a_full_window_no_more_is_read_than_it_holds(shard: Settings) -> None:
    small = shard.model_copy(update={"window_articles": 8})
    desk = decided(small, NEWS)
    await publish_articles(small, NEWS)
    await publish_segments(small, desk.segments)
    recovery = await recovered(small)
    held = [len(decode_segment(segment).rows) for segment in desk.segments[-recovery.total :]]
    assert recovery.total < len(desk.segments)
    assert sum(held[1:]) < 8 <= sum(held)
    assert remembered(recovery.state)["answers"] == remembered(desk.state)["answers"]
    assert recovery.state.count == desk.state.count


async def test_the_window_is_found_although_a_segments_time_precedes_earlier_ones(
    shard: Settings,
) -> None:
    """Empty ones, which a worker wrote when it took the shard over, before it knew the last of the
    worker before it. And what is damaged outside of the window does not matter."""
    narrow = shard.model_copy(update={"window_seconds": 3600})
    desk = decided(narrow, NEWS, gap=HOUR // 10)
    early = ShardState(narrow.parameters())
    early.apply(decode_segment(desk.segments[0]))
    nothing = encode_segment(early.nothing_decided(early.last_offset))
    logged = [b"damaged", *(s for segment in desk.segments for s in (segment, nothing, nothing))]
    await publish_articles(narrow, NEWS, gap=HOUR // 10)
    await publish_segments(narrow, [*logged, desk.segments[-1]])
    recovery = await recovered(narrow)
    assert recovery.total <= 3 * 4 + 1 < len(logged)
    assert remembered(recovery.state)["answers"] == remembered(desk.state)["answers"]


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


async def test_a_missing_segment_is_not_guessed(shard: Settings) -> None:
    segments = decided(shard, NEWS).segments
    await publish_segments(shard, [*segments[:2], *segments[3:]])
    assert "segments before it are missing" in await complaint(shard)


async def test_an_input_that_ends_before_what_was_decided_was_recreated(shard: Settings) -> None:
    await publish_articles(shard, NEWS[:10])
    await publish_segments(shard, decided(shard, NEWS).segments)
    assert f"but {shard.topic_prefix}{NORMALISED} ends at 10" in await complaint(shard)


async def test_an_input_that_holds_other_articles_was_recreated(shard: Settings) -> None:
    await publish_articles(shard, [article(f"x{n}", story(n)) for n in range(len(NEWS) + 5)])
    await publish_segments(shard, decided(shard, NEWS).segments)
    assert "and there is another: it was recreated" in await complaint(shard)


class Told:
    """Listens to recoveries."""

    def __init__(self) -> None:
        self.articles = 0
        self.failures: list[Exception] = []

    def recovered(self, articles: int, _seconds: float) -> None:
        self.articles += articles

    def shards(self, settings: Settings) -> Shards:
        return Shards(settings, self.recovered, self.failures.append)


async def test_shards_recover_in_parallel_while_the_event_loop_runs(shard: Settings) -> None:
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


async def test_a_revoked_shard_is_released(shard: Settings, request: pytest.FixtureRequest) -> None:
    shards = Told().shards(shard)
    shards.assigned({0, 1})
    memory = weakref.ref((await shards.shard(1)).state.rows)
    gc.collect()
    gc.disable()
    request.addfinalizer(gc.enable)
    shards.assigned({0})
    with pytest.raises(ShardGoneError):
        await shards.shard(1)
    assert memory() is None  # at once: the garbage collector may not run for hours
    await shards.stop()


async def test_a_recovery_ends_when_its_partition_is_revoked(shard: Settings) -> None:
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


async def test_a_caller_waiting_for_a_shard_does_not_get_the_one_after_a_rebalance(
    shard: Settings,
) -> None:
    shards = Told().shards(shard)
    shards.assigned({0})
    waiting = asyncio.create_task(shards.shard(0))
    await asyncio.sleep(0)
    shards.assigned({0})
    with pytest.raises(ShardGoneError):
        await waiting
    assert (await shards.shard(0)).unconfirmed == 0
    await shards.stop()


async def test_windows_that_do_not_fit_are_refused_before_they_are_filled(shard: Settings) -> None:
    huge = shard.model_copy(update={"window_articles": 1 << 26})
    with pytest.raises(NotEnoughMemoryError, match="lower window_articles, or run more workers"):
        Told().shards(huge).assigned(set(range(64)))


async def test_a_segment_of_the_previous_worker_is_read_or_refused(
    shard: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepted and not read, it would say that what the next worker decides has been decided: its
    successor would go on after both, and events would have gaps."""
    desk = decided(shard, NEWS)
    await publish_articles(shard, NEWS)
    *early, late, too_late = (
        outgoing_segment(shard.topic_prefix + SEGMENTS, 0, decode_segment(data), NOON)
        for data in desk.segments
    )
    before = ShardPublisher(shard, fence_name(shard, 0))
    await before.start()
    for segment in early:
        await before.publish([segment])
    taken = Shard(shard, 0)
    write_first = taken._write_first

    async def just_in_time() -> None:
        await before.publish([late])
        await write_first()

    monkeypatch.setattr(taken, "_write_first", just_in_time)
    await taken.recover()
    assert taken.state.last_offset == decode_segment(desk.segments[-2]).last_offset
    with pytest.raises(ShutOutError, match=r"while this one stood still$"):
        await before.publish([too_late])
    assert remembered((await recovered(shard)).state) == remembered(taken.state)
    for publisher in (before, taken.publisher):
        await publisher.stop()


async def test_taking_over_a_shard_fences_off_the_previous_worker(shard: Settings) -> None:
    def words(text: bytes) -> list[Outgoing]:
        out = Outgoing(shard.topic_prefix + ENRICHED)
        out.add(b"k", text, NOON, encode_headers([]), 0)
        return [out]

    named = shard.model_copy(update={"instance_id": "pod-0"})
    paused, present = ShardPublisher(named, "a shard"), ShardPublisher(shard, "a shard")
    other = ShardPublisher(shard, "another shard")
    for publisher in (paused, other):
        await publisher.start()
        await publisher.publish(words(b"early"))
    await present.start()
    await present.publish(words(b"present"))
    with pytest.raises(ShutOutError, match="another worker has instance_id 'pod-0' too"):
        await paused.publish(words(b"late"))
    await other.publish(words(b"other"))
    for publisher in (paused, present, other):
        await publisher.stop()
    with pytest.raises(ShardGoneError):
        await present.publish(words(b"too late"))
    written = [record.value for record in await read(shard, ENRICHED)]
    assert written == [b"early", b"early", b"present", b"other"]
