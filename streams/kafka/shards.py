"""Each partition's shard state: recovered from its segments on first touch, kept while assigned."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from streams.detection.parameters import Parameters
from streams.detection.segment import DamagedSegmentError, Segment, decode_segment
from streams.detection.state import ShardState, bytes_an_article
from streams.kafka.connection import client_options
from streams.kafka.topics import NORMALISED, SEGMENTS, topic_name
from streams.settings import Settings

log = logging.getLogger("echowire.shards")


class ShardUnrecoverableError(Exception):
    """A shard's segments cannot be applied; the message says why and what to do."""


class NotEnoughMemoryError(Exception):
    """The window does not fit this machine; the message has the figures."""


@dataclass(slots=True)
class _Shard:
    state: ShardState
    position: int  # in the segment topic: the next segment to read
    current: bool = False  # no other worker can have written segments since


class Shards:
    """The shards of this worker's partitions."""

    def __init__(self, settings: Settings, on_recovered: Callable[[int, float], None]) -> None:
        """`on_recovered` is told (articles, seconds) of each recovery."""
        self._settings = settings
        self._parameters: Parameters = settings.parameters()
        self._shards: dict[int, _Shard] = {}
        self._on_recovered = on_recovered
        self.recovering = 0
        self.segments_left: dict[int, int] = {}  # by partition, to be read back

    def assigned(self, partitions: set[int]) -> None:
        """Keep the states of these partitions only, and bring each up to date at its next touch:
        while a rebalance went on, another worker may have decided chunks of it."""
        for partition in self._shards.keys() - partitions:
            del self._shards[partition]
        for shard in self._shards.values():
            shard.current = False

    def states(self) -> dict[int, ShardState]:
        """The states in memory, by partition."""
        return {partition: shard.state for partition, shard in self._shards.items()}

    async def state(self, partition: int) -> ShardState:
        """The partition's state, up to date with its segments."""
        shard = self._shards.get(partition)
        if shard is None:
            self._refuse_too_large(len(self._shards) + 1)
            shard = self._shards[partition] = _Shard(ShardState(self._parameters), -1)
        if not shard.current:
            self.recovering += 1
            try:
                await self._catch_up(partition, shard)
            finally:
                self.recovering -= 1
                self.segments_left.pop(partition, None)
            shard.current = True
        return shard.state

    async def _catch_up(self, partition: int, shard: _Shard) -> None:
        started, known = time.monotonic(), shard.state.count
        tp = TopicPartition(topic_name(self._settings, SEGMENTS), partition)
        source = TopicPartition(topic_name(self._settings, NORMALISED), partition)
        consumer = AIOKafkaConsumer(
            **client_options(self._settings),
            enable_auto_commit=False,
            # Requests of one connection queue behind its fetch, which waits at the broker.
            fetch_max_wait_ms=10,
            fetch_max_bytes=64 << 20,
            max_partition_fetch_bytes=16 << 20,
        )
        await consumer.start()
        try:
            consumer.assign([tp])
            ends = await consumer.end_offsets([tp, source])
            if shard.position < 0:
                shard.position = await self._window_start(consumer, tp, ends[tp])
            await self._read(consumer, tp, shard, ends[tp])
        finally:
            await consumer.stop()
        if shard.state.last_offset >= ends[source]:
            raise ShardUnrecoverableError(
                f"{tp.topic} partition {partition} decided up to offset {shard.state.last_offset},"
                f" but {source.topic} ends at {ends[source]}: it was deleted or made anew. Delete"
                f" {tp.topic} too, or take another --topic-prefix."
            )
        seconds, articles = time.monotonic() - started, shard.state.count - known
        self._on_recovered(articles, seconds)
        log.info(
            "shard %d: %d articles of the window read back in %.2f s, decided up to offset %d",
            partition, shard.state.count - shard.state.tail, seconds, shard.state.last_offset,
        )  # fmt: skip

    async def _window_start(self, consumer: AIOKafkaConsumer, tp: TopicPartition, end: int) -> int:
        """Offset of the first segment that may hold articles of the window."""
        beginning: int = (await consumer.beginning_offsets([tp]))[tp]
        if beginning >= end:
            return end
        consumer.seek(tp, end - 1)
        last = await asyncio.wait_for(consumer.getone(tp), 30)
        start = _decoded(last).clock - self._parameters.window_milliseconds
        found = (await consumer.offsets_for_times({tp: max(0, start)}))[tp]
        return max(beginning, found.offset) if found else end - 1

    async def _read(
        self, consumer: AIOKafkaConsumer, tp: TopicPartition, shard: _Shard, end: int
    ) -> None:
        if shard.position >= end:
            return
        consumer.seek(tp, shard.position)
        while shard.position < end:
            self.segments_left[tp.partition] = end - shard.position
            for segments in (await consumer.getmany(tp, timeout_ms=1000)).values():
                for record in segments:
                    shard.state.apply(_decoded(record))
                    shard.position = record.offset + 1
                    await asyncio.sleep(0)  # heartbeats and other shards go on meanwhile

    def _refuse_too_large(self, shards: int) -> None:
        each = bytes_an_article(self._parameters) * self._parameters.capacity
        available = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        if each * shards > 0.9 * available:
            raise NotEnoughMemoryError(
                f"{shards} shards of {self._parameters.capacity} articles take"
                f" {each * shards / 2**30:.1f} GiB, and this machine has {available / 2**30:.1f}:"
                " lower window_articles, or run more workers"
            )


def _decoded(record: ConsumerRecord) -> Segment:
    try:
        return decode_segment(record.value)
    except DamagedSegmentError as error:
        raise ShardUnrecoverableError(
            f"{record.topic} partition {record.partition} offset {record.offset}: {error}"
        ) from None
