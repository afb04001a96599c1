"""Faust handing over a whole fetch as one event: a `Chunk`.

Stock Faust spends 60 to 80 us on every message before an agent sees it; here that cost is per
fetch. The chunk is also the unit of acknowledgement: an agent acks it once all of its outputs are
confirmed, and until then it does not count as handled.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import suppress
from heapq import merge
from typing import Any, Literal

import faust
from aiokafka.structs import ConsumerRecord, OffsetAndMetadata
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode.utils.futures import notify

from streams.kafka.acks import Acks
from streams.kafka.event_time import own_time, raw_time
from streams.kafka.insides.chunk import Chunk
from streams.kafka.insides.fetched import Fetched
from streams.kafka.insides.inner_consumer import InnerConsumer
from streams.kafka.insides.pace import Pace
from streams.kafka.insides.rebalancing import Rebalancing
from streams.kafka.insides.short_cut import MOST_WAITING_BYTES, Offer
from streams.kafka.insides.topic_ids import TopicNow
from streams.kafka.log_holes import Cut, Hole
from streams.kafka.unreadable import apart

# When this many of a topic's chunks are in hand and not acked, its fetching pauses: two being
# encoded and published, one at work, one waiting. (A fetch, of bounded size, may bring several.)
CHUNKS_IN_HAND = 4
# The same for records of published chunks that are not acked yet.
PUBLISHED_IN_HAND = 4096
# The longest wait of the fetch after an assignment: its end shows where partitions are read.
_FIRST_LOOK_SECONDS = 0.1
# The same of a fetch that leaves out a busy topic.
_LOOK_AGAIN_SECONDS = 0.05


class ChunkConsumer(Rebalancing):
    """Fetches chunks as configured by its `ChunkTransport`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not acked yet. Faust's own set has only those that a stream has taken from its queue.
        self._handed = set[Chunk]()
        self._chunk_done = asyncio.Event()
        self.acks = Acks(-1)
        self._cuts: dict[TP, int] = {}  # not yet reported by a chunk

    def _new_consumer_thread(self) -> InnerConsumer:
        return InnerConsumer(self, loop=self.loop, beacon=self.beacon)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Chunk]]:  # noqa: ASYNC109
        """Yield the chunks of one fetch."""
        fetched, _ = await self._wait_next_records(timeout)
        if self.should_stop or not isinstance(fetched, Fetched):
            return
        generation = self.app.consumer_generation_id
        came = sum(map(len, fetched.records.values()))
        self._thread.pace(self.transport.pace.after(came, time.monotonic()))
        if not self.flow_active:  # a rebalance began while we waited: it will be read again
            await self.perform_seek()
            return
        self._take_note(fetched)
        if fetched.generation != self.acks.generation:  # likewise
            return
        for parts in self._grouped(fetched.records):
            # Partitions may be lost between two chunks: theirs then belong to another worker.
            if not self.flow_active or self.app.consumer_generation_id != generation:
                return
            yield parts[0][0], self._chunk(parts, fetched)

    def _take_note(self, fetched: Fetched) -> None:
        """Handle what is not records."""
        for hole in fetched.holes:
            self.transport.on_hole(hole)
        if fetched.generation != self.acks.generation:
            return
        for hole in fetched.holes:
            if isinstance(hole, Cut):
                self._cuts[hole.tp] = min(hole.offset, self._cuts.get(hole.tp, hole.offset))
        for tp in fetched.from_beginning:
            self.acks.forget(tp)
            self._read_offset[tp] = None
            for chunk in self._handed:
                chunk.ends = [end for end in chunk.ends if end[0] != tp]
        for tp, position in fetched.positions.items():
            if tp not in fetched.records:
                self.acks.passed(tp, position)

    async def _getmany(
        self,
        active_partitions: set[TP] | None,
        timeout: float,  # noqa: ASYNC109
    ) -> Fetched:
        """One fetch, from topics with few chunks in hand: no queue grows long, and one stage does
        not hold up the other's records."""
        self._chunk_done.clear()
        # Those from before a rebalance are either acked or read again by the partition's owner.
        generation = self.app.consumer_generation_id
        handed = [c for c in self._handed if c.generation_id == generation]
        in_hand = Counter(c.topic for c in handed if not c.published)
        busy = {topic for topic, chunks in in_hand.items() if chunks >= CHUNKS_IN_HAND}
        if sum(len(c.records) for c in handed if c.published) > PUBLISHED_IN_HAND:
            busy |= {c.topic for c in handed if c.published}
        if self._thread.short_cut.waiting_bytes > MOST_WAITING_BYTES:
            busy |= self.transport.merged_topics  # enough waits already
        if any(self.acks.done(tp) is None for tp in active_partitions or ()):
            timeout = min(timeout, _FIRST_LOOK_SECONDS)
        if not busy or active_partitions is None:
            return await super()._getmany(active_partitions, timeout)  # type: ignore[no-any-return]
        free = {tp for tp in active_partitions if tp.topic not in busy}
        if free:
            return await super()._getmany(free, min(timeout, _LOOK_AGAIN_SECONDS))  # type: ignore[no-any-return]
        with suppress(TimeoutError):
            await asyncio.wait_for(self._chunk_done.wait(), _LOOK_AGAIN_SECONDS)
        return Fetched()

    def _grouped(
        self, fetched: dict[TP, list[ConsumerRecord]]
    ) -> list[list[tuple[TP, list[ConsumerRecord]]]]:
        """The partitions that share a chunk."""
        merged: dict[str, list[tuple[TP, list[ConsumerRecord]]]] = {}
        alone = []
        for tp, records in fetched.items():
            if tp.topic in self.transport.merged_topics:
                merged.setdefault(tp.topic, []).append((tp, records))
            else:
                alone.append([(tp, records)])
        return [*merged.values(), *alone]

    def _chunk(self, parts: list[tuple[TP, list[ConsumerRecord]]], fetched: Fetched) -> Chunk:
        tp, records = parts[0]
        last, time_of = records[-1], own_time
        if tp.topic in self.transport.merged_topics:
            # By time, each partition in order: detection takes the first for the original.
            time_of = raw_time
            records = list(merge(*(part for _, part in parts), key=raw_time))
        chunk = Chunk(
            tp.topic, tp.partition, last.offset, time_of(records[-1]) / 1000, last.timestamp_type,
            None, None, b"", None, 0, 0, tp, generation_id=self.app.consumer_generation_id,
        )  # fmt: skip
        chunk.app, chunk.acks = self.app, self.acks
        chunk.records, chunk.unreadable = apart(records)
        chunk.published = False
        chunk.epoch, chunk.cut = fetched.epochs.get(tp, -1), self._cuts.pop(tp, None)
        positions = fetched.positions
        chunk.ends = [(tp, positions.get(tp, part[-1].offset + 1) - 1) for tp, part in parts]
        for (tp, part), (_, end) in zip(parts, chunk.ends, strict=True):
            self.acks.handed(tp, part[0].offset, end + 1)
        self._handed.add(chunk)
        return chunk

    # Faust stops fetching a partition whose agent has a few events waiting, and looks at it again
    # after the fetch in progress. Here `_getmany` leaves out topics with enough in hand.
    def on_buffer_full(self, tp: TP) -> None:
        """Does nothing, as when there is room again."""

    on_buffer_drop = on_buffer_full

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Does nothing: `/livez` reports stalled partitions. Faust's own check ends the worker
        if aiokafka does not know a position yet."""

    def ack(self, message: Chunk) -> bool:
        """Mark all of a chunk's partitions as done up to its last offsets.

        Not after a rebalance: their new owners read them again, and may be far ahead by now.
        """
        if message.acked:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        self._handed.discard(message)
        if message.is_current():
            for tp, end in message.ends:
                self.acks.acked(tp, end + 1)
            self._n_acked += 1
        self._chunk_done.set()
        notify(self._waiting_for_ack)
        return True

    # Faust takes offsets inside a chunk for gaps, stalls for good if the first chunk is one record
    # at offset 0, and ignores offsets that hold no records.
    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:  # noqa: ARG002
        return

    async def force_commit(
        self,
        topics: object = None,  # noqa: ARG002
        start_new_transaction: bool = True,  # noqa: ARG002
    ) -> bool:
        """Commit how far all partitions are done, unless already committed."""
        known = self._committed_offset
        due = {tp: at for tp, at in self.acks.all_done().items() if at != (known.get(tp) or 0)}
        if not due:
            return False
        done = await self._thread.commit_in(
            self.acks.generation, {tp: OffsetAndMetadata(at, "") for tp, at in due.items()}
        )
        known.update({tp: at.offset for tp, at in done.items()})
        return bool(done)

    def offer(self, offers: Sequence[Offer]) -> None:
        """Hand these records over without a fetch, if they are what a fetch would bring."""
        self._thread.offer(offers)

    async def look_at_topics(self, topics: Collection[str]) -> dict[str, TopicNow | None]:
        """The current state of these topics; None for one that does not exist. Raises
        KafkaError."""
        return await self._thread.look(topics)  # type: ignore[no-any-return]

    def read_recreated(self, topic: str) -> None:
        """Read this topic from its beginning at the next fetch: it was recreated."""
        self._thread.recreated.add(topic)

    async def commit_notes(self, generation: int, notes: dict[TP, OffsetAndMetadata]) -> bool:
        """Commit these offsets with their metadata, then none without; -> whether it succeeded."""
        self._thread.noting = True
        return bool(await self._thread.commit_in(generation, notes))

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """As in Faust."""
        with self.ending_the_process():
            self.acks.over = True
            self.acks, self._cuts = Acks(generation_id), {}
            self._handed = set()
            self._unacked_messages.clear()  # those are read again
            await super().on_partitions_assigned(assigned, generation_id)


class ChunkTransport(driver.Transport):  # type: ignore[misc]
    """Faust's Kafka transport with our consumer. Set it as an app's `transport`.

    At high rates, each fetch gathers records for `gather_seconds`, at the broker.
    `merged_topics` are those whose partitions may be mixed: one chunk holds all of them.
    `on_rebalance` is called when one begins, before what is in hand is finished.
    `on_failure` is called with an error after which the worker cannot carry on, and where it was.
    `on_hole` is called with records that were gone before they were read, and with logs that lost
    records already read.
    """

    Consumer = ChunkConsumer

    def __init__(
        self,
        app: faust.App,
        *,
        gather_seconds: float,
        isolation_level: Literal["read_committed", "read_uncommitted"],
        merged_topics: Collection[str],
        on_rebalance: Callable[[], None],
        on_failure: Callable[[Exception, str], None],
        on_hole: Callable[[Hole], None],
    ) -> None:
        super().__init__(app.conf.broker_consumer, app, app.loop)
        self.pace = Pace(gather_seconds)
        self.merged_topics = frozenset(merged_topics)
        self.isolation_level = isolation_level
        self.on_rebalance, self.on_failure, self.on_hole = on_rebalance, on_failure, on_hole
