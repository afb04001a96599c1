"""Each partition's shard: recovered from its segments when assigned, forgotten when revoked."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiokafka.structs import ConsumerRecord

from streams.detection.index.state import ShardState, bytes_an_article
from streams.kafka.fencing import ShardGoneError, ShardPublisher
from streams.kafka.headers import Header
from streams.kafka.outgoing import Outgoing, outgoing_segment
from streams.kafka.publish import BatchPublisher, RecordsRefusedError
from streams.kafka.recovery import Recovery
from streams.kafka.refused import TopicTooNarrowError
from streams.kafka.rights import fence_name
from streams.kafka.segment_writer import SegmentWriter
from streams.metrics.memory import memory_limit_bytes
from streams.settings import Settings

log = logging.getLogger("echowire.shards")

_FAREWELL_SECONDS = 5.0


class NotEnoughMemoryError(Exception):
    """The window does not fit into this machine's memory; the message has the figures."""


@dataclass(slots=True)
class _Outlet:
    """What segments go through. It does not know its shard: in a cycle of references, the memory of
    a shard that has gone would stay until the garbage collector comes by, hours later."""

    publisher: BatchPublisher
    topic: str

    async def send(self, make: Callable[[], Outgoing], records: int) -> int:
        publisher = self.publisher
        try:
            return await publisher.send(await publisher.encode([], records, lambda _: [make()]))
        except RecordsRefusedError as refused:
            first, *_ = refused.batches
            raise TopicTooNarrowError(self.topic, first.batch.size()) from None


class Shard:
    """A partition's state and its fenced publisher: no other worker can publish for it
    meanwhile."""

    def __init__(self, settings: Settings, partition: int) -> None:
        self.state = ShardState(settings.parameters())
        self.recovery = Recovery(settings, partition, self.state)
        publisher = ShardPublisher(settings, fence_name(settings, partition))
        self._outlet = _Outlet(publisher, self.recovery.segments.topic)
        self.segments = SegmentWriter(self._outlet.send)
        self.ready: asyncio.Task[None] | None = None
        # Chunks in the state that may not be in the segments.
        self.unconfirmed = 0

    @property
    def publisher(self) -> BatchPublisher:
        """That of the present assignment."""
        return self._outlet.publisher

    @publisher.setter
    def publisher(self, publisher: BatchPublisher) -> None:
        self._outlet.publisher = publisher

    async def recover(self) -> None:
        """Take the shard over and bring it up to date. Raises KafkaError, ShutOutError and
        ShardUnrecoverableError."""
        await self.publisher.start()
        await self.recovery.run(self._write_first)

    async def _write_first(self) -> None:
        """From now on, no earlier worker can write a segment. One that arrived after we finished
        reading would be unknown to us, and would conflict with ours for the next reader."""
        await self.write_nothing_decided(self.state.last_offset)

    async def write_nothing_decided(self, last_offset: int) -> None:
        """Write a segment that only says up to where everything is decided. If that is interrupted,
        the shard may be kept: the next segment tells of a cut again."""
        log, cut = self.recovery.log, self.recovery.log.unrecorded
        note = self._next_note(None)
        nothing = self.state.nothing_decided(last_offset)
        topic, partition = self.recovery.segments
        now = time.time_ns() // 1_000_000
        await self.publisher.publish([outgoing_segment(topic, partition, nothing, now, [note])])
        log.recorded(cut)

    def note(self, *, articles: bool, epoch: int = -1) -> Header:
        """The note for the segment that was applied last. Call it before applying the next.
        `epoch` is that of the leader that wrote the last decided record, if any. The segment will
        be written, or the shard is forgotten: nothing needs to be told again."""
        note = self._next_note(time.time_ns() // 1_000_000 if articles else None, epoch)
        log = self.recovery.log
        log.recorded(log.unrecorded)
        return note

    def _next_note(self, now: int | None, epoch: int = -1) -> Header:
        note = self.recovery.note.after(self.state.tail, now)
        if epoch >= 0:
            note = note._replace(epoch=epoch)
        self.recovery.note = note
        offset, decided = self.recovery.log.unrecorded
        return note._replace(cut=offset, decided=decided).header()

    def cut(self, offset: int) -> None:
        """The log of articles was cut: records from this offset on are not decided yet."""
        self.recovery.log.cut(offset)

    def compare(self, records: Sequence[ConsumerRecord]) -> int:
        """Records of the log that come again: if they differ from those that were decided, the log
        was cut meanwhile. -> how many decided records are gone from it."""
        offset = self.recovery.log.cut_in(records)
        if offset is None:
            return 0
        gone = self.state.last_offset + 1 - offset
        self.cut(offset)
        return gone


class Shards:
    """The shards of this worker's partitions. Recoveries run in parallel."""

    def __init__(
        self,
        settings: Settings,
        on_recovered: Callable[[int, float], None],
        on_failure: Callable[[Exception], None],
    ) -> None:
        """`on_recovered` is called with (articles, seconds) after each recovery, `on_failure`
        with the error that ended one: the worker cannot carry on then."""
        self._settings, self._on_recovered, self._on_failure = settings, on_recovered, on_failure
        self._shards: dict[int, Shard] = {}
        self._farewells: set[asyncio.Task[None]] = set()

    @property
    def recovering(self) -> list[Recovery]:
        """The recoveries in progress."""
        return [s.recovery for s in self._shards.values() if s.ready and not s.ready.done()]

    @property
    def segments_left(self) -> dict[int, int]:
        """By partition, for recoveries in progress: segments still to be read."""
        return {recovery.partition: recovery.left for recovery in self.recovering}

    def states(self) -> dict[int, ShardState]:
        """The states in memory, by partition."""
        return {partition: shard.state for partition, shard in self._shards.items()}

    def rebalancing(self) -> None:
        """A rebalance begins: stop recoveries, and the chunks that wait for them. The shards that
        are up to date finish theirs."""
        for shard in self._shards.values():
            if shard.ready is not None and not shard.ready.done():
                shard.ready.cancel()

    def revoked(self) -> None:
        """Partitions are given up: nothing more is decided. States stay, as most of them come
        back."""
        for shard in self._shards.values():
            if shard.ready is not None:
                shard.ready.cancel()
                shard.ready = None

    def assigned(self, partitions: set[int]) -> None:
        """Forget all other shards, and bring these up to date: during the rebalance,
        another worker may have decided chunks of them. Raises NotEnoughMemoryError."""
        self.refuse_too_large(len(partitions))
        self.revoked()
        for partition in self._shards.keys() - partitions:
            self._part_with(self._shards.pop(partition).publisher)
        for partition in sorted(partitions):
            shard = self._shards.get(partition)
            if shard is not None and shard.unconfirmed:
                self._part_with(shard.publisher)
                shard = None
            if shard is None:
                shard = self._shards[partition] = Shard(self._settings, partition)
            else:
                self._part_with(shard.publisher)
                name = fence_name(self._settings, partition)
                shard.publisher = ShardPublisher(self._settings, name)
            shard.ready = asyncio.create_task(self._recover(shard))

    async def shard(self, partition: int) -> Shard:
        """The partition's shard, up to date. Raises ShardGoneError if it is no longer ours."""
        shard = self._shards.get(partition)
        ready = shard.ready if shard else None
        if shard is None or ready is None:
            raise ShardGoneError
        if not ready.done():
            # Not the recovery itself: one waiter may be cancelled alone.
            await asyncio.wait([ready])
        if shard.ready is not ready or ready.cancelled():  # another rebalance has begun since
            raise ShardGoneError
        ready.result()
        return shard

    async def stop(self) -> None:
        """Stop recoveries and disconnect."""
        self.revoked()
        for shard in self._shards.values():
            self._part_with(shard.publisher)
        self._shards.clear()
        if self._farewells:
            _, left = await asyncio.wait(self._farewells, timeout=_FAREWELL_SECONDS)
            if left:
                log.warning("%d producers were left without their last confirmation", len(left))

    async def _recover(self, shard: Shard) -> None:
        started, known = time.monotonic(), shard.state.count
        try:
            await shard.recover()
        except Exception as error:
            self._on_failure(error)
            raise
        self._on_recovered(shard.state.count - known, time.monotonic() - started)

    def _part_with(self, publisher: BatchPublisher) -> None:
        """Disconnect in the background: an unreachable broker would keep us waiting."""
        task = asyncio.create_task(publisher.stop())  # once its last batch is confirmed
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    def refuse_too_large(self, shards: int) -> None:
        """Raises NotEnoughMemoryError if so many do not fit into memory."""
        parameters = self._settings.parameters()
        each = bytes_an_article(parameters) * parameters.capacity
        available = memory_limit_bytes()
        if each * shards > 0.9 * available:
            raise NotEnoughMemoryError(
                f"{shards} shard{'s' * (shards > 1)} of {parameters.capacity} articles take"
                f" {each * shards / 2**30:.1f} GiB, and this machine or container has"
                f" {available / 2**30:.1f}: lower window_articles, or run more workers"
            )
