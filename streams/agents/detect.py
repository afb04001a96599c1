"""Stage two: normalised articles in, verdicts, stories, events and segments out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Sequence

from aiokafka.structs import ConsumerRecord

from streams.agents.canary import without_canaries
from streams.agents.measure import count_decided, count_published, count_taken
from streams.detection.chunk import Chunk as ArticleChunk
from streams.detection.decide import Decision, decide
from streams.detection.entry import ForeignEntryError, decode_entries
from streams.detection.occupancy import early_evictions
from streams.detection.segment import Segment, encode_segment
from streams.detection.verdict import VerdictWriter
from streams.kafka.consumer import Chunk
from streams.kafka.headers import (
    ENTRY_HEADER,
    NOTICE_HEADER,
    EventHeaders,
    carried_trace,
    encode_headers,
)
from streams.kafka.publish import BatchPublisher, Outgoing
from streams.kafka.shards import Shards
from streams.kafka.topics import ENRICHED, SEGMENTS, STORIES, STORY_EVENTS, topic_name
from streams.metrics import Metrics
from streams.settings import Settings

STAGE = "detect"


class ForeignRecordError(Exception):
    """A record on `articles.normalised` that echowire did not write."""


class DetectStage:
    """Handles a chunk: outputs, then the segment, each confirmed; then the state."""

    def __init__(
        self, settings: Settings, publisher: BatchPublisher, shards: Shards, metrics: Metrics
    ) -> None:
        self._publisher, self._shards, self._metrics = publisher, shards, metrics
        self._writer = VerdictWriter(settings.parameters())
        self._topics = {
            name: topic_name(settings, name) for name in (ENRICHED, STORIES, STORY_EVENTS, SEGMENTS)
        }
        self._enriched = EventHeaders("article.enriched.v1", ENRICHED)
        self._story = EventHeaders("story.v1", STORIES)
        self._event = EventHeaders("story.event.v1", STORY_EVENTS)

    async def handle(self, chunk: Chunk) -> Awaitable[None]:
        """Decide a chunk's articles and make the decision last: the next one depends on it."""
        await self._decide(chunk)
        return asyncio.sleep(0)

    async def _decide(self, chunk: Chunk) -> None:
        state = await self._shards.state(chunk.partition)
        # Up to here their segment was written, and so were their outputs before it.
        records = [r for r in chunk.records if r.offset > state.last_offset]
        self._metrics.replayed.inc(len(chunk.records) - len(records))
        if not records:
            return
        started = time.perf_counter()
        decision = decide(state, _articles(records), self._writer)
        decision = without_canaries(decision, self._metrics)
        worked = time.perf_counter()
        size = await self._publisher.publish(self._outgoing(records, decision))
        size += await self._publisher.publish([self._segment(decision.segment, chunk.partition)])
        published = time.perf_counter()
        self._metrics.early_evictions.inc(early_evictions(state, decision.segment))
        state.apply(decision.segment)
        work = worked - started + time.perf_counter() - published
        self._metrics.work_seconds.observe(STAGE, work)
        count_published(self._metrics, STAGE, size, published - worked)
        count_taken(self._metrics, STAGE, records)
        count_decided(self._metrics, decision, records, state)

    def _outgoing(self, records: Sequence[ConsumerRecord], decision: Decision) -> list[Outgoing]:
        articles = Outgoing(self._topics[ENRICHED])
        for place, article_id, digest, value in zip(
            decision.places,
            decision.article_ids,
            decision.digests,
            decision.enriched,
            strict=True,
        ):
            time_ms = records[place].timestamp
            trace = carried_trace(records[place].headers)
            headers = self._enriched.of(f"{article_id}-{digest}", time_ms, *trace)
            articles.add(article_id.encode(), value, time_ms, headers)
        events, stories = Outgoing(self._topics[STORY_EVENTS]), Outgoing(self._topics[STORIES])
        for story_id, sequence, time_ms, value in decision.events:
            headers = self._event.of(f"{story_id}-{sequence}", time_ms)
            events.add(story_id.encode(), value, time_ms, headers)
        for story_id, version, time_ms, value in decision.stories:
            headers = self._story.of(f"{story_id}-{version}", time_ms)
            stories.add(story_id.encode(), value, time_ms, headers)
        return [articles, events, stories]

    def _segment(self, segment: Segment, partition: int) -> Outgoing:
        out = Outgoing(self._topics[SEGMENTS])
        # By this time, which never falls, recovery finds the window's start.
        out.add(None, encode_segment(segment), segment.latest, encode_headers([]), partition)
        return out


def _articles(records: Sequence[ConsumerRecord]) -> ArticleChunk:
    headers = [dict(record.headers) for record in records]
    try:
        entries = decode_entries([h[ENTRY_HEADER] for h in headers])
    except (KeyError, ForeignEntryError) as error:
        first = records[0]
        raise ForeignRecordError(
            f"{first.topic} partition {first.partition} holds a record from offset {first.offset}"
            f" on that this echowire did not write ({error}): nothing else may produce to it, and"
            " workers of one group must run the same version"
        ) from error
    return ArticleChunk(
        values=[record.value for record in records],
        entries=entries,
        times=[record.timestamp for record in records],
        offsets=[record.offset for record in records],
        notices=[NOTICE_HEADER in h for h in headers],
    )
