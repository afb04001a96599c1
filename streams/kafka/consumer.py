"""Faust that hands over a whole fetch as one event: a `Chunk`.

Stock Faust spends 60 to 80 us on every message before an agent sees it; here that is paid per
fetch. The chunk is also the unit of acknowledgement: an agent acks it when all of its outputs are
confirmed, and until then nothing of it has happened.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from heapq import merge
from typing import Any
from weakref import WeakSet

import faust
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IllegalStateError, KafkaError
from aiokafka.structs import ConsumerRecord
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from faust.types.tuples import ConsumerMessage
from mode.utils.futures import notify

from streams.kafka.event_time import own_time, raw_time
from streams.kafka.unreadable import UnreadableRecord, apart

log = logging.getLogger("echowire.consumer")

# While nothing comes, a fetch waits so long at the broker for the first record. Faust's own
# 1,500 ms would keep a partition waiting that was handed over late: aiokafka leaves it out of the
# fetch that is under way, and a broker answers one fetch of a client at a time.
_IDLE_WAIT_MILLISECONDS = 100
# While records come, a fetch gathers them at the broker: until there are so many bytes or
# `gather_seconds` are over. (To wait before handing over gathers nothing: aiokafka does not fetch
# while it holds records, so that what comes meanwhile waits for the fetch after the next.)
_GATHER_BYTES = 256 << 10

# Chunks of a topic that are in hand, not yet acked, when no more of it is fetched: two that are
# encoded and published, one at work, one that waits. (A fetch, of bounded size, may bring several.)
CHUNKS_IN_HAND = 4
# A fetch that leaves a busy topic out waits no longer than this before it looks again.
_LOOK_AGAIN_SECONDS = 0.05


class Chunk(ConsumerMessage):  # type: ignore[misc]
    """All records that one fetch returned: of one partition, or of a whole topic.

    `offset` is the last one of the first partition; `ends` has the last offset of each.
    `timestamp` is the time of the last record's event, in seconds since 1970.
    """

    __slots__ = ("app", "ends", "records", "unreadable")

    app: faust.AppT
    records: list[ConsumerRecord]
    unreadable: list[UnreadableRecord]
    ends: list[tuple[TP, int]]

    def is_current(self) -> bool:
        """Whether no rebalance has come since: after one, all that was not acked is read again."""
        current: bool = self.generation_id == self.app.consumer_generation_id
        return current


class _ConsumerThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _IDLE_WAIT_MILLISECONDS  # noqa: SLF001
        return consumer

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """As aiokafka does, but of nothing where a rebalance has left nothing."""
        return await self.call_thread(seek_to_committed, self._ensure_consumer())  # type: ignore[no-any-return]

    def pace(self, *, gather_milliseconds: int) -> None:
        """How the next fetches wait: for the first record, or for so long to gather more."""
        fetcher = self._ensure_consumer()._fetcher  # noqa: SLF001
        fetcher._fetch_min_bytes = _GATHER_BYTES if gather_milliseconds else 1  # noqa: SLF001
        fetcher._fetch_max_wait_ms = gather_milliseconds or _IDLE_WAIT_MILLISECONDS  # noqa: SLF001


async def seek_to_committed(consumer: AIOKafkaConsumer) -> Mapping[TP, int]:
    """Go back to what is committed of the partitions that are ours, if any still are.

    aiokafka raises where there are none, and where one goes while it asks: in the middle of a
    rebalance, after which everything is read from what is committed in any case. And it leaves a
    partition where it is of which nothing is committed yet: what was fetched of it, and dropped
    as a rebalance went on, would never be read.
    """
    if not consumer.assignment():
        return {}
    try:
        offsets: Mapping[TP, int] = await consumer.seek_to_committed()
        if begun_anew := [tp for tp, offset in offsets.items() if not offset]:
            await consumer.seek_to_beginning(*begun_anew)
    except (AssertionError, IllegalStateError):
        return {}
    return offsets


class ChunkConsumer(driver.Consumer):  # type: ignore[misc]
    """Fetches chunks as its `ChunkTransport` says."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not acked yet. Faust's own set has only those that a stream has taken from its queue.
        self._handed: WeakSet[Chunk] = WeakSet()
        self._chunk_done = asyncio.Event()
        self._acked_in = 0  # the generation of the newest ack

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Chunk]]:  # noqa: ASYNC109
        """Yield the chunks of one fetch."""
        fetched, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        if fetched is None or self.should_stop:
            return
        flowing = self.transport.gather_milliseconds if fetched else 0
        self._thread.pace(gather_milliseconds=flowing)
        if not self.flow_active:  # a rebalance began while we waited: it is read again later
            await self.perform_seek()
            return
        wanted = {
            tp: records
            for tp, records in fetched.items()
            if records and (active is None or tp in active or tp in self._buffered_partitions)
        }
        for parts in self._grouped(wanted):
            # Partitions may be lost between two chunks: theirs are another worker's then.
            if not self.flow_active or self.app.consumer_generation_id != generation:
                return
            yield parts[0][0], self._chunk(parts, generation)

    async def _getmany(
        self,
        active_partitions: set[TP] | None,
        timeout: float,  # noqa: ASYNC109
    ) -> dict[TP, list[ConsumerRecord]]:
        """One fetch, of the topics of which few chunks are in hand: no queue grows long, and one
        stage's does not hold up the records of the other."""
        self._chunk_done.clear()
        # Those from before a rebalance are read again, by whoever has the partition, or acked.
        generation = self.app.consumer_generation_id
        in_hand = Counter(c.topic for c in self._handed if c.generation_id == generation)
        busy = {topic for topic, chunks in in_hand.items() if chunks >= CHUNKS_IN_HAND}
        if not busy or active_partitions is None:
            return await super()._getmany(active_partitions, timeout)  # type: ignore[no-any-return]
        free = {tp for tp in active_partitions if tp.topic not in busy}
        if free:
            return await super()._getmany(free, min(timeout, _LOOK_AGAIN_SECONDS))  # type: ignore[no-any-return]
        with suppress(TimeoutError):
            await asyncio.wait_for(self._chunk_done.wait(), _LOOK_AGAIN_SECONDS)
        return {}

    def _grouped(
        self, fetched: dict[TP, list[ConsumerRecord]]
    ) -> list[list[tuple[TP, list[ConsumerRecord]]]]:
        """Partitions that go into one chunk together."""
        merged: dict[str, list[tuple[TP, list[ConsumerRecord]]]] = {}
        alone = []
        for tp, records in fetched.items():
            if tp.topic in self.transport.merged_topics:
                merged.setdefault(tp.topic, []).append((tp, records))
            else:
                alone.append([(tp, records)])
        return [*merged.values(), *alone]

    def _chunk(self, parts: list[tuple[TP, list[ConsumerRecord]]], generation: int) -> Chunk:
        tp, records = parts[0]
        last, time_of = records[-1], own_time
        if tp.topic in self.transport.merged_topics:
            # By time, each partition in its order: detection takes the first for the original.
            time_of = raw_time
            records = list(merge(*(part for _, part in parts), key=raw_time))
        chunk = Chunk(
            tp.topic, tp.partition, last.offset, time_of(records[-1]) / 1000, last.timestamp_type,
            None, None, b"", None, 0, 0, tp, generation_id=generation,
        )  # fmt: skip
        chunk.app = self.app
        chunk.records, chunk.unreadable = apart(records)
        chunk.ends = [(tp, part[-1].offset) for tp, part in parts]
        self._handed.add(chunk)
        return chunk

    # Faust stops fetching a partition whose agent has a few events waiting. The fetch that goes on
    # meanwhile waits for the other partitions, a second if they are idle, and only then is the
    # partition looked at again. Here `_getmany` leaves out topics of which enough is in hand.
    def on_buffer_full(self, tp: TP) -> None:
        """Nothing, as when there is room again."""

    on_buffer_drop = on_buffer_full

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: `/livez` tells of partitions that stand still. Faust's own look ends the worker
        where aiokafka does not know a position yet."""

    def ack(self, message: Chunk) -> bool:
        """Mark all of a chunk's partitions as done up to its last offsets.

        Not after a rebalance: they are read again from what is committed, by whoever has them, and
        may be far ahead by now.
        """
        if message.acked:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        self._handed.discard(message)
        if message.is_current():
            self._forget_acks_of_before()
            for tp, offset in message.ends:
                self._acked[tp].append(offset)
            self._n_acked += 1
        self._chunk_done.set()
        notify(self._waiting_for_ack)
        return True

    def _forget_acks_of_before(self) -> None:
        """Faust forgets them when a rebalance begins; some come while it goes on."""
        if self._acked_in != self.app.consumer_generation_id:
            self._acked_in = self.app.consumer_generation_id
            for offsets in self._acked.values():
                offsets.clear()

    # Chunks of a partition are handled strictly in order and a failed one ends the process, so
    # the newest acked offset is the commit point. Faust's own gap tracking takes the offsets
    # inside a chunk for holes, and stalls for good when a chunk of one record at offset 0 is first.
    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:  # noqa: ARG002
        return

    def _new_offset(self, tp: TP) -> int | None:
        self._forget_acks_of_before()
        acked = self._acked[tp]
        if not acked:
            return None
        newest: int = max(acked)
        acked.clear()
        return newest + 1

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish what is in hand and commit it: Faust forgets uncommitted acks at every rebalance.

        No other worker is given the partitions before we have answered. Ours may take half the
        session timeout over it, since it is silent meanwhile; then the chunk is read again.
        """
        with self._ending_the_process():
            self.stop_flow()
            self.app.flow_control.suspend()
            self.app.flow_control.clear()
            deadline = self.app.loop.time() + self.app.conf.broker_session_timeout / 2
            while self._unacked_messages and self.app.loop.time() < deadline:
                await self._wait_for_ack(timeout=1)
            try:
                await self.commit()
            except KafkaError as error:
                log.warning("not committed before a rebalance, so done again: %s", error)
            await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """As Faust does."""
        with self._ending_the_process():
            await super().on_partitions_assigned(assigned, generation_id)

    @contextmanager
    def _ending_the_process(self) -> Iterator[None]:
        """Around callbacks: aiokafka logs what they raise, and goes on with a half rebalance."""
        try:
            yield
        except Exception as error:
            self.transport.on_failure(error)
            raise


class ChunkTransport(driver.Transport):  # type: ignore[misc]
    """Faust's Kafka transport with our consumer. Set it as an app's `transport`.

    While records come, each fetch gathers them for `gather_seconds`, at the broker.
    `merged_topics` are those whose partitions need not be kept apart: one chunk holds all of them.
    `on_failure` is told what ended a rebalance; the worker cannot go on then.
    """

    Consumer = ChunkConsumer

    def __init__(
        self,
        app: faust.App,
        *,
        gather_seconds: float,
        merged_topics: Collection[str],
        on_failure: Callable[[Exception], None],
    ) -> None:
        super().__init__(app.conf.broker_consumer, app, app.loop)
        self.gather_milliseconds = round(gather_seconds * 1000)
        self.merged_topics = frozenset(merged_topics)
        self.on_failure = on_failure
