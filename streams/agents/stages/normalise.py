"""Stage one: raw records in, normalised articles and dead letters out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from aiokafka.structs import ConsumerRecord

from streams.agents.canaries.rounds import ENCODED_SOURCE as CANARY_KEY
from streams.agents.running.normaliser_pool import NormaliserPool
from streams.agents.stages.measure import (
    count_given_up,
    count_latency,
    count_normalised,
    count_published,
    count_taken,
)
from streams.agents.stages.normaliser import STAGE, NormalisedCounts, Normaliser
from streams.kafka.insides.chunk import Chunk
from streams.kafka.outgoing import Counts, Encoded
from streams.kafka.publish import BatchPublisher
from streams.kafka.raw_record import RawRecords, raw_records
from streams.kafka.refused import Refusals
from streams.metrics import Metrics
from streams.settings import Settings

__all__ = ["STAGE", "NormaliseStage"]

# Chunks of this many records go to other processes; handing over fewer takes longer
# than normalising them, unless there is a page among them.
_HAND_OVER_FROM = 32

HandOver = Callable[[Sequence[Encoded]], None]
Normalised = list[tuple[list[Encoded], NormalisedCounts]]


class NormaliseStage:
    """Normalises chunks, which are independent of each other."""

    def __init__(
        self,
        settings: Settings,
        publisher: BatchPublisher,
        metrics: Metrics,
        pages: NormaliserPool,
        hand_over: HandOver | None = None,
    ) -> None:
        """`hand_over` receives the article batches that are confirmed and whose offsets are
        known: a reader of them in this process need not fetch them."""
        self._publisher, self._metrics = publisher, metrics
        self._hand_over = hand_over
        self._normaliser = Normaliser(settings)
        given_up = partial(count_given_up, metrics)
        self._refusals = Refusals(STAGE, self._normaliser.dead_letters, given_up)
        self._pages = pages

    async def work_out(self, chunk: Chunk) -> NormalisingWork:
        """Normalise a few records here; more of them, or pages, are left to the next step."""
        records = raw_records(chunk.records)
        topics = self._normaliser.topic, self._normaliser.dead_letters
        counts = {topic: await self._publisher.partition_count(topic) for topic in topics}
        if len(records) < _HAND_OVER_FROM:
            started = time.perf_counter()
            decoded = self._normaliser.decode(records)
            if not decoded.pages:
                made = self._normaliser.finish(records, decoded, [], counts)
                self._metrics.work_seconds.observe(STAGE, time.perf_counter() - started)
                return NormalisingWork(self, records, counts, [made])
        return NormalisingWork(self, records, counts, None)

    async def pass_over(self, record: ConsumerRecord) -> None:
        """Does nothing: no state depends on the records."""

    async def normalise(self, records: RawRecords, counts: Counts) -> Normalised:
        """In as many parts as there are processes, while other chunks are worked out; without
        processes, here."""
        started = time.perf_counter()
        processes = self._pages.processes
        most = max(_HAND_OVER_FROM, -(-len(records) // processes)) if processes else _HAND_OVER_FROM
        parts = [RawRecords(records[at : at + most]) for at in range(0, len(records), most)]
        if processes:
            run, normalise = self._pages.run, self._normaliser.normalise
            made = await asyncio.gather(*(run(normalise, part, counts) for part in parts))
        else:
            made = [await self._normalise_here(part, counts) for part in parts]
        self._metrics.work_seconds.observe(STAGE, time.perf_counter() - started)
        return made

    async def _normalise_here(
        self, records: RawRecords, counts: Counts
    ) -> tuple[list[Encoded], NormalisedCounts]:
        """In this process, page by page: in between, heartbeats go on."""
        run, normaliser = self._pages.run, self._normaliser
        decoded = await run(normaliser.decode, records)
        pages = [await run(normaliser.read, page) for _, page in decoded.pages]
        return await run(normaliser.finish, records, decoded, pages, counts)

    async def publish(self, records: RawRecords, made: Normalised) -> None:
        """Send the articles and dead letters, and count them."""
        started = time.perf_counter()
        batches = [batch for batches, _ in made for batch in batches]
        size = await self._refusals.send(self._publisher, batches, records)
        if self._hand_over is not None:
            topic = self._normaliser.topic
            self._hand_over([b for b in batches if b.topic == topic and b.batch.offset >= 0])
        count_published(self._metrics, STAGE, size, time.perf_counter() - started)
        count_taken(self._metrics, STAGE, records)
        times = [r.timestamp for r in records if r.key != CANARY_KEY]
        count_latency(self._metrics, STAGE, times)
        for _, counted in made:
            count_normalised(self._metrics, counted)


@dataclass(slots=True)
class NormalisingWork:
    """The records of a chunk; `made` is None until they are normalised and encoded."""

    stage: NormaliseStage
    records: RawRecords
    counts: Counts
    made: Normalised | None

    async def encode(self) -> None:
        """Normalise them, if not done yet."""
        if self.made is None:
            self.made = await self.stage.normalise(self.records, self.counts)

    async def publish(self) -> None:
        """Send them."""
        await self.stage.publish(self.records, self.made or [])

    async def settle(self) -> None:
        """Does nothing: the next worker looks at no log but that of the articles."""
