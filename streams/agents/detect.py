"""Stage two: normalised articles in, verdicts, stories, events and segments out."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Sequence

from aiokafka.structs import ConsumerRecord

from streams.agents.canary import without_canaries
from streams.agents.loop import Publish
from streams.agents.measure import count_decided, count_latency, count_published, count_taken
from streams.detection.chunk import Chunk as ArticleChunk
from streams.detection.decide import Decision, decide
from streams.detection.entry import ForeignEntryError, decode_entries
from streams.detection.occupancy import early_evictions
from streams.detection.verdict import VerdictWriter
from streams.kafka.consumer import Chunk
from streams.kafka.event_time import own_time
from streams.kafka.fencing import ShardGoneError
from streams.kafka.headers import (
    EventHeaders,
    carried_entry,
    carried_trace,
    is_notice,
)
from streams.kafka.outgoing import Outgoing, outgoing_segment
from streams.kafka.shards import Shard, Shards
from streams.kafka.topics import ENRICHED, SEGMENTS, STORIES, STORY_EVENTS, topic_name
from streams.metrics import Metrics
from streams.settings import Settings

STAGE = "detect"


class ForeignRecordError(Exception):
    """A record on `articles.normalised` that echowire did not write."""


class DetectStage:
    """Handles a chunk: decided, then its outputs and then its segment published and confirmed."""

    def __init__(self, settings: Settings, shards: Shards, metrics: Metrics) -> None:
        self._shards, self._metrics = shards, metrics
        self._writer = VerdictWriter(settings.parameters())
        self._topics = {
            name: topic_name(settings, name) for name in (ENRICHED, STORIES, STORY_EVENTS, SEGMENTS)
        }
        self._enriched = EventHeaders("article.enriched.v1", ENRICHED)
        self._story = EventHeaders("story.v1", STORIES)
        self._event = EventHeaders("story.event.v1", STORY_EVENTS)

    async def handle(self, chunk: Chunk) -> Awaitable[Publish]:
        """Decide a chunk's articles. The state has them at once, so that the next chunk can be
        decided; it is forgotten if the partition goes before they are published."""
        shard = await self._shards.shard(chunk.partition)
        if not chunk.is_current():
            # The chunks before it went with the rebalance. Decided now, it would come before them,
            # and they would look as if they were done.
            raise ShardGoneError
        state = shard.state
        # Up to here their segment was written, and so were their outputs before it.
        records = [r for r in chunk.records if r.offset > state.last_offset]
        self._metrics.replayed.inc(len(chunk.records) - len(records))
        if not records:
            return _nothing()
        started = time.perf_counter()
        articles = _articles(records)
        decision = decide(state, articles, self._writer)
        decision = without_canaries(decision, self._metrics)
        early = early_evictions(state, decision.segment)
        state.apply(decision.segment)
        shard.unconfirmed += 1
        self._metrics.work_seconds.observe(STAGE, time.perf_counter() - started)
        self._metrics.early_evictions.inc(early)
        return self._encode(shard, chunk.partition, records, articles.times, decision)

    async def _encode(
        self,
        shard: Shard,
        partition: int,
        records: Sequence[ConsumerRecord],
        times: Sequence[int],
        decision: Decision,
    ) -> Publish:
        publisher, segments = shard.publisher, self._topics[SEGMENTS]
        # What a chunk's articles brought about is as old as its newest record, where the topics
        # have no time of their own.
        written = min(max(record.timestamp for record in records), time.time_ns() // 1_000_000)
        outputs = await publisher.encode(
            [self._topics[ENRICHED], self._topics[STORY_EVENTS], self._topics[STORIES]],
            len(records),
            lambda _counts: self._outgoing(records, times, decision, written),
        )
        segment = await publisher.encode(
            [],
            len(records),
            lambda _counts: [outgoing_segment(segments, partition, decision.segment, written)],
        )

        async def publish() -> None:
            started = time.perf_counter()
            size = await publisher.send(outputs)
            size += await publisher.send(segment)
            shard.unconfirmed -= 1
            count_published(self._metrics, STAGE, size, time.perf_counter() - started)
            count_taken(self._metrics, STAGE, records)
            answered = [times[place] for place in decision.places]
            count_latency(self._metrics, STAGE, answered)
            count_decided(self._metrics, decision, records, shard.state)

        return publish

    def _outgoing(
        self,
        records: Sequence[ConsumerRecord],
        times: Sequence[int],
        decision: Decision,
        written: int,
    ) -> list[Outgoing]:
        articles = Outgoing(self._topics[ENRICHED])
        for place, article_id, digest, value in zip(
            decision.places,
            decision.article_ids,
            decision.digests,
            decision.enriched,
            strict=True,
        ):
            trace = carried_trace(records[place].headers)
            headers = self._enriched.of(f"{article_id}-{digest}", times[place], *trace)
            at = min(records[place].timestamp, written)
            articles.add(article_id.encode(), value, at, headers)
        events, stories = Outgoing(self._topics[STORY_EVENTS]), Outgoing(self._topics[STORIES])
        for story_id, sequence, time_ms, value in decision.events:
            headers = self._event.of(f"{story_id}-{sequence}", time_ms)
            events.add(story_id.encode(), value, written, headers)
        for story_id, version, time_ms, value in decision.stories:
            headers = self._story.of(f"{story_id}-{version}", time_ms)
            stories.add(story_id.encode(), value, written, headers)
        return [articles, events, stories]


async def _nothing() -> Publish:
    async def publish() -> None:
        """All of it was decided, and published, before a restart."""

    return publish


def _articles(records: Sequence[ConsumerRecord]) -> ArticleChunk:
    headers = [record.headers for record in records]
    try:
        entries = decode_entries([carried_entry(h) for h in headers])
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
        times=[own_time(record) for record in records],
        offsets=[record.offset for record in records],
        notices=[is_notice(h) for h in headers],
    )
