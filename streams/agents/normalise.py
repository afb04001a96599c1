"""Stage one: raw records in, normalised articles and dead letters out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from functools import partial

from aiokafka.structs import ConsumerRecord

from streams.agents.loop import Publish
from streams.agents.measure import (
    count_given_up,
    count_latency,
    count_normalised,
    count_published,
    count_taken,
)
from streams.agents.normaliser import STAGE, NormalisedCounts, Normaliser
from streams.agents.normaliser_pool import NormaliserPool
from streams.canaries import ENCODED_SOURCE as CANARY_KEY
from streams.kafka.insides.consumer import Chunk
from streams.kafka.outgoing import Counts, Encoded
from streams.kafka.publish import BatchPublisher
from streams.kafka.raw_record import RawRecords, raw_records
from streams.kafka.refused import Refusals
from streams.metrics import Metrics
from streams.settings import Settings

__all__ = ["STAGE", "NormaliseStage"]

# A chunk is handed to other processes from so many records on; to hand over fewer takes longer
# than to normalise them, unless there is a page among them.
_HAND_OVER_FROM = 32

Normalised = list[tuple[list[Encoded], NormalisedCounts]]


class NormaliseStage:
    """Handles chunks, of which none depends on another."""

    def __init__(self, settings: Settings, publisher: BatchPublisher, metrics: Metrics) -> None:
        self._publisher, self._metrics = publisher, metrics
        self._normaliser = Normaliser(settings)
        given_up = partial(count_given_up, metrics)
        self._refusals = Refusals(STAGE, self._normaliser.dead_letters, given_up)
        self._processes = settings.page_processes
        self.pages = NormaliserPool(settings.page_processes, settings.page_seconds)

    async def handle(self, chunk: Chunk) -> Awaitable[Publish]:
        """Begin to normalise a chunk's records: here, or in as many parts as there are processes,
        while other chunks are handled."""
        records = raw_records(chunk.records)
        topics = self._normaliser.topic, self._normaliser.dead_letters
        counts = {topic: await self._publisher.partition_count(topic) for topic in topics}
        if len(records) < _HAND_OVER_FROM:
            started = time.perf_counter()
            decoded = self._normaliser.decode(records)
            if not decoded.pages:
                made = self._normaliser.finish(records, decoded, [], counts)
                self._metrics.work_seconds.observe(STAGE, time.perf_counter() - started)
                return self.encoded(records, _at_hand([made]))
        return self.encoded(records, self._elsewhere(records, counts))

    async def pass_over(self, record: ConsumerRecord) -> None:
        """Nothing depends on which records have been."""

    async def encoded(self, records: RawRecords, normalising: Awaitable[Normalised]) -> Publish:
        """Wait for a chunk's batches."""
        parts = await normalising

        async def publish() -> None:
            started = time.perf_counter()
            batches = [batch for batches, _ in parts for batch in batches]
            size = await self._refusals.send(self._publisher, batches, records)
            count_published(self._metrics, STAGE, size, time.perf_counter() - started)
            count_taken(self._metrics, STAGE, records)
            times = [r.timestamp for r in records if r.key != CANARY_KEY]
            count_latency(self._metrics, STAGE, times)
            for _, counted in parts:
                count_normalised(self._metrics, counted)

        return publish

    async def _elsewhere(self, records: RawRecords, counts: Counts) -> Normalised:
        started = time.perf_counter()
        most = max(_HAND_OVER_FROM, -(-len(records) // self._processes))
        made = await asyncio.gather(
            *(
                self.pages.run(
                    self._normaliser.normalise, RawRecords(records[first : first + most]), counts
                )
                for first in range(0, len(records), most)
            )
        )
        self._metrics.work_seconds.observe(STAGE, time.perf_counter() - started)
        return made


async def _at_hand(made: Normalised) -> Normalised:
    return made
