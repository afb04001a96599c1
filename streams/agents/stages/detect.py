"""Stage two: normalised articles in, verdicts, stories, events and segments out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from aiokafka.structs import ConsumerRecord

from schemas.dead_letter import Reason
from schemas.topics import (
    DEAD_LETTERS,
    ENRICHED,
    SEGMENTS,
    STORIES,
    STORY_EVENTS,
    TOPIC,
    TOPICS,
    Stage,
)
from streams.agents.canaries.sender import without_canaries
from streams.agents.running.chunk_life import NoWork, Work
from streams.agents.stages.measure import (
    count_decided,
    count_given_up,
    count_latency,
    count_published,
    count_taken,
)
from streams.articles.rejection import Rejection, rejected
from streams.detection.decide import Decision
from streams.detection.index.arrivals import ArticleColumns
from streams.detection.index.occupancy import early_evictions
from streams.detection.parts import decide_in_parts
from streams.detection.sketch.entry import ForeignEntryError, decode_entries
from streams.detection.stories.records import Published
from streams.detection.verdict import VerdictWriter
from streams.kafka.dead_letters import dead_letters
from streams.kafka.fencing import ShardGoneError
from streams.kafka.headers import HEADERS_BYTES, EventHeaders, Header, Headers
from streams.kafka.insides.chunk import Chunk
from streams.kafka.outgoing import (
    Counts,
    Encoded,
    Outgoing,
    largest_record_bytes,
    outgoing_segment,
)
from streams.kafka.own_records import carried
from streams.kafka.refused import Refusals
from streams.kafka.shards import Shard, Shards
from streams.kafka.topics import topic_name
from streams.metrics import Metrics
from streams.settings import Settings

STAGE = Stage.DETECT


class Part(NamedTuple):
    """Records that were decided together, with their events' times and traces."""

    records: Sequence[ConsumerRecord]
    times: Sequence[int]
    traces: Sequence[Headers]
    decision: Decision
    note: Header


class ForeignRecordError(Exception):
    """A record on `articles.normalised` that echowire did not write."""


class DetectStage:
    """Handles a chunk: decides it, then publishes its outputs and then its segment."""

    def __init__(self, settings: Settings, shards: Shards, metrics: Metrics) -> None:
        self._shards, self._metrics = shards, metrics
        self._writer = VerdictWriter(settings.parameters())
        self._topics = {
            name: topic_name(settings, name)
            for name in (topic.name for topic in TOPICS if STAGE in topic.written_by)
        }
        given_up = partial(count_given_up, metrics)
        self._refusals = Refusals(STAGE, self._topics[DEAD_LETTERS], given_up)
        self._largest_bytes = largest_record_bytes(settings)
        self._enriched = EventHeaders(TOPIC[ENRICHED])
        self._story = EventHeaders(TOPIC[STORIES])
        self._event = EventHeaders(TOPIC[STORY_EVENTS])

    async def work_out(self, chunk: Chunk) -> Work:
        """Decide a chunk's articles. The state includes them at once, so that the next chunk can be
        decided; it is discarded if the partition is lost before they are published."""
        shard = await self._shards.shard(chunk.partition)
        if not chunk.is_current():
            # The chunks before it went with the rebalance. Decided now, it would precede them,
            # and they would look done.
            raise ShardGoneError
        state = shard.state
        if chunk.cut is not None:
            shard.cut(chunk.cut)
        self._metrics.cut[STAGE].inc(shard.compare(chunk.records))
        # Up to here their segment was written, and before it their outputs.
        records = [r for r in chunk.records if r.offset > state.last_offset]
        self._metrics.replayed.inc(len(chunk.records) - len(records))
        if not records:
            return NoWork()  # everything was decided and published before a restart
        started = time.perf_counter()
        parts: list[Part] = []
        # A segment has its note beside it, and may lie at the limit.
        (articles, traces), most = _articles(records), self._largest_bytes - HEADERS_BYTES
        for part, whole in decide_in_parts(state, articles, self._writer, most):
            decision = without_canaries(whole, self._metrics)
            self._metrics.early_evictions.inc(early_evictions(state, decision.segment))
            state.apply(decision.segment)
            note = shard.note(articles=len(decision.segment.rows) > 0, epoch=chunk.epoch)
            times = articles.times[part]
            parts.append(Part(records[part], times, traces[part], decision, note))
        shard.unconfirmed += 1
        self._metrics.work_seconds.observe(STAGE, time.perf_counter() - started)
        return DecidedWork(self, shard, chunk.partition, parts)

    async def pass_over(self, record: ConsumerRecord) -> None:
        """Write to the shard's log that a given-up record is done: segments cover everything
        committed, or some of them are lost."""
        shard = await self._shards.shard(record.partition)
        if record.offset > shard.state.last_offset:
            await shard.write_nothing_decided(record.offset)
            shard.state.apply(shard.state.nothing_decided(record.offset))

    async def encode(self, shard: Shard, parts: Sequence[Part]) -> list[list[Encoded]]:
        """-> the output batches of each part."""
        written, batches = _time_of(parts), list[list[Encoded]]()
        for part in parts:
            large = self._too_large(part.decision)
            topics = [self._topics[ENRICHED], self._topics[STORY_EVENTS], self._topics[STORIES]]
            batches.append(
                await shard.publisher.encode(
                    [*topics, self._topics[DEAD_LETTERS]] if large else topics,
                    len(part.records),
                    partial(self._outgoing, part, large, written),
                )
            )
        return batches

    async def publish(
        self, shard: Shard, parts: Sequence[Part], batches: Sequence[list[Encoded]]
    ) -> None:
        """Send the outputs, and count them."""
        started = time.perf_counter()
        everything = [record for part in parts for record in part.records]
        size = sum([await self._refusals.send(shard.publisher, b, everything) for b in batches])
        given_up = sum(len(self._too_large(part.decision)) for part in parts)
        self._metrics.rejected[Reason.TOO_LARGE.value].inc(given_up)
        count_published(self._metrics, STAGE, size, time.perf_counter() - started)
        for records, times, _, decision, _ in parts:
            count_taken(self._metrics, STAGE, records)
            answered = [times[place] for place in decision.places]
            count_latency(self._metrics, STAGE, answered)
            count_decided(self._metrics, decision, records, shard.state)

    async def settle(self, shard: Shard, partition: int, parts: Sequence[Part]) -> None:
        """Write the segments, which record that outputs are published."""
        topic, written = self._topics[SEGMENTS], _time_of(parts)
        segments = [
            partial(outgoing_segment, topic, partition, p.decision.segment, written, [p.note])
            for p in parts
        ]
        size = await shard.segments.write(segments, sum(len(part.records) for part in parts))
        shard.unconfirmed -= 1
        self._metrics.published_bytes[STAGE].inc(size)

    def _too_large(self, decision: Decision) -> dict[int, Rejection]:
        """By position among the verdicts, articles that are too large for a topic with their
        verdicts."""
        most = self._largest_bytes - HEADERS_BYTES
        if max(map(len, decision.enriched), default=0) <= most:
            return {}
        return {
            i: rejected(
                Reason.TOO_LARGE,
                f"value: expected at most {most} bytes with its verdict, got {len(value)}",
            )
            for i, value in enumerate(decision.enriched)
            if len(value) > most
        }

    def _outgoing(
        self,
        part: Part,
        large: Mapping[int, Rejection],
        written: int,
        counts: Counts,
    ) -> list[Outgoing]:
        records, decision = part.records, part.decision
        outgoing = [
            self._articles(part, large, written),
            _published(self._topics[STORY_EVENTS], decision.events, self._event, written),
            _published(self._topics[STORIES], decision.stories, self._story, written),
        ]
        if given_up := [(records[decision.places[i]], why) for i, why in large.items()]:
            topic = self._topics[DEAD_LETTERS]
            partitions = counts[topic]
            letters = dead_letters(topic, partitions, STAGE, given_up, self._largest_bytes)
            outgoing.append(letters)
        return outgoing

    def _articles(self, part: Part, large: Mapping[int, Rejection], written: int) -> Outgoing:
        """A part's enriched articles, without those that are too large."""
        records, times, traces, decision, _ = part
        sources = [records[place] for place in decision.places]
        ids = [
            f"{article_id}-{digest}"
            for article_id, digest in zip(decision.article_ids, decision.digests, strict=True)
        ]
        events = [times[place] for place in decision.places]
        headers = self._enriched.of_each(ids, events)
        if any(traces):
            for i, place in enumerate(decision.places):
                if trace := traces[place]:
                    headers[i] = self._enriched.of(ids[i], events[i], *trace)
        keys = [article_id.encode() for article_id in decision.article_ids]
        at = [min(record.timestamp, written) for record in sources]
        out = Outgoing(self._topics[ENRICHED], [*keys], [*decision.enriched], at, headers)
        return out.without(large) if large else out


@dataclass(slots=True)
class DecidedWork:
    """A chunk in the parts in which it was decided, and their batches once encoded."""

    stage: DetectStage
    shard: Shard
    partition: int
    parts: Sequence[Part]
    batches: Sequence[list[Encoded]] = ()

    async def encode(self) -> None:
        """Make the batches."""
        self.batches = await self.stage.encode(self.shard, self.parts)

    async def publish(self) -> None:
        """Send them."""
        await self.stage.publish(self.shard, self.parts, self.batches)

    async def settle(self) -> None:
        """Record that they are published."""
        await self.stage.settle(self.shard, self.partition, self.parts)


def _published(
    topic: str, published: Sequence[Published], headers: EventHeaders, written: int
) -> Outgoing:
    """Events or records of stories."""
    if not published:
        return Outgoing(topic)
    ids = [f"{story_id}-{version}" for story_id, version, _, _ in published]
    return Outgoing(
        topic,
        keys=[story_id.encode() for story_id, _, _, _ in published],
        values=[value for _, _, _, value in published],
        times=[written] * len(published),
        headers=headers.of_each(ids, [time for _, _, time, _ in published]),
    )


def _time_of(parts: Sequence[Part]) -> int:
    """Outputs of a chunk have its newest record's time, if the topics do not use broker
    time."""
    newest: int = max(record.timestamp for part in parts for record in part.records)
    return min(newest, time.time_ns() // 1_000_000)


def _articles(records: Sequence[ConsumerRecord]) -> tuple[ArticleColumns, Sequence[Headers]]:
    """The articles in these records, and the records' traces."""
    try:
        entries, times, notices, traces = zip(*map(carried, records), strict=True)
        decoded = decode_entries(entries)
    except (KeyError, ForeignEntryError) as error:
        first = records[0]
        raise ForeignRecordError(
            f"{first.topic} partition {first.partition} holds a record from offset {first.offset}"
            f" on that this echowire did not write ({error}): nothing else may produce to it, and"
            " workers of one group must run the same version"
        ) from error
    values, offsets = [record.value for record in records], [record.offset for record in records]
    return ArticleColumns(values, decoded, times, offsets, notices), traces
