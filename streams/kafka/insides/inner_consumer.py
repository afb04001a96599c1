"""aiokafka's consumer inside Faust's: what it reads, and what it commits."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import (
    ConsumerStoppedError,
    IllegalGenerationError,
    IllegalStateError,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    RebalanceInProgressError,
    UnknownMemberIdError,
    UnknownTopicOrPartitionError,
)
from aiokafka.structs import OffsetAndMetadata
from faust.exceptions import ConsumerNotStarted
from faust.types import TP

from streams.kafka.connection import METADATA_SECONDS
from streams.kafka.insides.fetched import Fetched
from streams.kafka.insides.fetching import read_epochs_of
from streams.kafka.insides.heartbeats import Heartbeats
from streams.kafka.insides.log_cuts import find_cuts, forget_epochs, with_epochs
from streams.kafka.insides.one_loop import OneLoop
from streams.kafka.insides.pace import FIRST, Wait
from streams.kafka.insides.seeking import begin, seek_to_committed
from streams.kafka.insides.short_cut import Offer, ShortCut, fetched_or_offered, wake
from streams.kafka.insides.topic_ids import TopicNow, topics_now
from streams.kafka.log_holes import Cut, Ended, Lost
from streams.kafka.read_epochs import Divergence

log = logging.getLogger("echowire.consumer")

_REBALANCED = (UnknownMemberIdError, IllegalGenerationError, RebalanceInProgressError)
_RETRY_SECONDS = 0.1
_UNSURE_SECONDS = 0.5  # between two looks at a log that seems to lack our position


class InnerConsumer(OneLoop):
    """Faust's, except for how it waits, how it handles gaps in the log, and its commits."""

    noting = False  # of a crash: no later commit may erase the note

    def __post_init__(self) -> None:
        super().__post_init__()
        self.ends: dict[TP, int] = {}  # queried outside the fetches, which may stall
        self.recreated: set[str] = set()  # topics that the next fetch reads from the beginning
        self.cuts: dict[TP, Divergence] = {}  # where the next fetch goes back to
        self.short_cut = ShortCut()
        self.heartbeats = Heartbeats(self.app.conf.broker_session_timeout)
        self._found_recreated: dict[TP, float] = {}  # noticed by this consumer, and when
        self._known: dict[str, TopicNow] = {}
        self._behind_end: dict[TP, tuple[int, float]] = {}  # the position, and since when

    def _create_worker_consumer(self, transport: Any) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FIRST.wait_milliseconds
        # Outside its own `exactly_once`, Faust reads uncommitted records.
        consumer._isolation_level = transport.isolation_level
        return consumer

    async def on_start(self) -> None:
        """Connect."""
        await super().on_start()
        self.heartbeats.pace(self._ensure_consumer()._coordinator)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """As in aiokafka, but does nothing if a rebalance has left no partitions."""
        return await self.call_thread(seek_to_committed, self._ensure_consumer())  # type: ignore[no-any-return]

    def pace(self, wait: Wait) -> None:
        """How the next fetches wait at the broker."""
        fetcher = self._ensure_consumer()._fetcher
        fetcher._fetch_min_bytes = wait.least_bytes
        fetcher._fetch_max_wait_ms = wait.wait_milliseconds

    def offer(self, offers: Sequence[Offer]) -> None:
        """Records that need not be fetched if it is their turn."""
        self.short_cut.add(offers)
        with suppress(ConsumerNotStarted):  # it is ending
            wake(self._ensure_consumer()._fetcher)

    def highwater(self, tp: TP) -> int | None:
        """The end of the records that we may read: with read_committed, the start of the oldest
        open transaction. None before the first fetch."""
        consumer = self._ensure_consumer()
        committed_only = self.transport.isolation_level == "read_committed"
        try:
            found = consumer.last_stable_offset(tp) if committed_only else consumer.highwater(tp)
        except AssertionError:  # no longer ours
            return None
        asked = self.ends.get(tp)
        return found if asked is None else max(asked, found or 0)

    async def _fetch_records(
        self,
        consumer: AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109
        max_records: int | None = None,
    ) -> Fetched:
        if not self.consumer.flow_active:
            return Fetched()
        fetcher = consumer._fetcher
        if consumer._closed or fetcher._closed:
            raise ConsumerStoppedError
        fetched = Fetched()
        if self.recreated:
            await self._begin_recreated(consumer, fetched)
        self._go_back(consumer, fetched)
        with fetcher._subscriptions.fetch_context():
            try:
                found, offered = await fetched_or_offered(
                    fetcher, self.short_cut, active_partitions, timeout or 0, max_records
                )
                fetched.records = {
                    tp: [*found.get(tp, ()), *offered.get(tp, ())] for tp in {**found, **offered}
                }
                self.short_cut.look(consumer, expected=bool(fetched.records))
            except OffsetOutOfRangeError as error:
                [(tp, position)] = error.args[0].items()
                await self._find_again(consumer, tp, position, fetched)
            except NoOffsetForPartitionError as error:
                await begin(consumer, error.args[0])
        # Nothing is awaited from here on: these are the positions behind those records.
        subscription = consumer._subscription
        if not subscription.reassignment_in_progress:
            assignment = subscription.subscription.assignment
            for tp in active_partitions:
                state = assignment.state_value(tp)
                if state is not None and state.has_valid_position:
                    fetched.positions[tp] = state.position
                    fetched.epochs[tp] = read_epochs_of(state).epoch_at_end()
            fetched.generation = consumer._coordinator.generation
        return fetched

    async def _begin_recreated(self, consumer: AIOKafkaConsumer, fetched: Fetched) -> None:
        """Read topics from the beginning, unless a fetch has already noticed that they are new."""
        topics, self.recreated = self.recreated, set()
        found = time.monotonic() - 2 * METADATA_SECONDS
        for tp in consumer.assignment():
            if tp.topic in topics and self._found_recreated.get(tp, 0.0) < found:
                try:
                    await consumer.seek_to_beginning(tp)
                except IllegalStateError:  # a rebalance: read from what is committed, so try again
                    self.recreated |= topics
                    return
                forget_epochs(consumer, tp)
                fetched.from_beginning.append(tp)

    def _go_back(self, consumer: AIOKafkaConsumer, fetched: Fetched) -> None:
        """Go back to where logs were cut, or may have been, unless the position is earlier.
        Records that are the same when they are read again are known to have been decided."""
        cuts, self.cuts = self.cuts, {}
        for tp, (offset, certain) in cuts.items():
            state = consumer._subscription.subscription.assignment.state_value(tp)
            if state is None or not state.has_valid_position:
                continue  # a rebalance: noticed again from the commit
            read_epochs_of(state).cut(offset)
            if offset < (position := state.position):
                consumer.seek(tp, offset)
                if certain:
                    fetched.holes.append(Cut(tp, offset, position))
                fetched.from_beginning.append(tp)
                self.ends.pop(tp, None)

    async def _find_again(
        self, consumer: AIOKafkaConsumer, tp: TP, position: int, fetched: Fetched
    ) -> None:
        """Carry on at the beginning of a log that does not include our position."""
        try:
            beginning = (await consumer.beginning_offsets([tp]))[tp]
            if position > beginning and not await self._has_ended(consumer, tp, position):
                if tp not in self.cuts:  # to which the next fetch goes back
                    await self.sleep(_UNSURE_SECONDS)
                return
            if await consumer.position(tp) != position:
                return  # the position has been changed meanwhile
            consumer.seek(tp, beginning)
        except IllegalStateError:
            return  # no longer ours
        except KafkaError as error:
            log.warning("%s[%d]: its beginning is not known yet: %r", tp.topic, tp.partition, error)
            await self.sleep(_UNSURE_SECONDS)
            return
        if position < beginning:
            fetched.holes.append(Lost(tp, position, beginning - 1))
            return
        fetched.holes.append(Ended(tp, position))
        forget_epochs(consumer, tp)
        fetched.from_beginning.append(tp)
        self.ends.pop(tp, None)
        self._found_recreated[tp] = time.monotonic()

    async def _has_ended(self, consumer: AIOKafkaConsumer, tp: TP, position: int) -> bool:
        """Whether a log that lacks this position, behind its end, is another one than we read.

        A log may also have lost its end with its leader, and is then read on from there. Leaders
        that do not answer, and brokers that know of the new leader a moment later, leave that
        open: so the log counts as another one only if its topic is new, or if nobody has
        said for `METADATA_SECONDS` that it was cut.
        """
        before, topic = self._known.get(tp.topic), None
        try:
            now = await topics_now(consumer._client, [tp.topic])
            topic = now.get(tp.topic)
            await self._find_cuts(consumer, now)
        except (KafkaError, NotImplementedError) as error:
            log.debug("%s[%d]: no broker says whether it was cut: %r", *tp, error)
        known, since = self._behind_end.get(tp, (-1, 0.0))
        if known != position:
            since = time.monotonic()
            self._behind_end[tp] = position, since
        is_new = topic is not None and before is not None and topic.identity != before.identity
        waited = time.monotonic() - since >= METADATA_SECONDS
        return tp not in self.cuts and (is_new or waited)

    async def look(self, topics: Collection[str]) -> dict[str, TopicNow | None]:
        """The topics' current state, and the ends of our partitions. Raises KafkaError and
        TimeoutError.

        Bypasses the queue of other calls: an unreachable broker would hold them up.
        """
        consumer = self._ensure_consumer()
        async with asyncio.timeout(METADATA_SECONDS):
            now = await topics_now(consumer._client, topics)
            ours = [tp for tp in consumer.assignment() if now.get(tp.topic)]
            if ours and not self.recreated:
                self.ends = await consumer.end_offsets(ours)
            await self._find_cuts(consumer, now)
        return now

    async def _find_cuts(
        self, consumer: AIOKafkaConsumer, now: Mapping[str, TopicNow | None]
    ) -> None:
        """In topics that were not recreated.

        Kafka forgets the commits of a topic that is deleted, so a topic never seen before does not
        count as recreated.
        """
        known = {name: topic for name, topic in now.items() if topic}
        before = {**known, **self._known}
        same = {name for name, topic in known.items() if topic.identity == before[name].identity}
        self._known |= known
        epochs = {
            tp: known[tp.topic].leader_epochs.get(tp.partition, -1)
            for tp in consumer.assignment()
            if tp.topic in same
        }
        if epochs and not self.recreated:
            found = await find_cuts(consumer, epochs)
            self.cuts |= found  # which a fetch may have taken meanwhile

    async def commit_in(
        self, generation: int, offsets: Mapping[TP, OffsetAndMetadata]
    ) -> Mapping[TP, OffsetAndMetadata]:
        """Commit as a member of this generation of the group, or not at all; -> what is committed.

        A worker that was cut off may find another worker far ahead on its partitions, or the group
        without members: then a broker accepts any commit without a generation, and
        aiokafka commits without one once it knows that its own is over. Raises KafkaError.
        """
        return await self.call_thread(self._commit_in, generation, dict(offsets))  # type: ignore[no-any-return]

    async def _commit_in(
        self, generation: int, offsets: dict[TP, OffsetAndMetadata]
    ) -> Mapping[TP, OffsetAndMetadata]:
        consumer = self._ensure_consumer()
        coordinator = consumer._coordinator
        while True:
            await coordinator.ensure_coordinator_known()
            noted = await with_epochs(consumer, offsets)
            async with coordinator._commit_lock:
                # No await between this check and the request, which names the
                # generation: if it is over by then, the broker rejects it.
                if generation < 0 or coordinator.generation != generation:
                    return {}
                if self.noting and not any(at.metadata for at in offsets.values()):
                    return {}
                try:
                    await coordinator._do_commit_offsets(None, noted)
                except (*_REBALANCED, UnknownTopicOrPartitionError):
                    # If a topic was deleted, aiokafka would retry until there is another of the
                    # same name, and commit its predecessor's offsets.
                    return {}
                except KafkaError as error:
                    if not error.retriable:
                        raise
                else:
                    return offsets
            await self.sleep(_RETRY_SECONDS)
