"""Rebuilds segments from `articles.normalised` when the existing ones can no longer be applied.

That is after a change of algorithm, or damage: the articles are still there, and so is the offset
up to which their verdicts are published. What is decided again up to it is not published again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import ConsumerRecord, TopicPartition

from schemas.records import NormalisedArticleRecord
from schemas.topics import NORMALISED, SEGMENTS
from streams.articles.comparable import comparable_texts
from streams.detection.index.arrivals import ArticleColumns
from streams.detection.index.segment import Segment
from streams.detection.index.state import ShardState
from streams.detection.parts import decide_in_parts
from streams.detection.sketch.entry import Entries, ForeignEntryError, decode_entries, entries_of
from streams.detection.sketch.sketches import sketch_texts
from streams.detection.verdict import VerdictWriter
from streams.kafka.connection import reader
from streams.kafka.event_time import own_time
from streams.kafka.fencing import ShardPublisher
from streams.kafka.headers import Headers, carried_entry, is_notice
from streams.kafka.outgoing import Outgoing, outgoing_segment
from streams.kafka.recorded_cuts import recorded_cuts
from streams.kafka.rights import fence_name
from streams.kafka.shard_note import ShardNote
from streams.kafka.stale_commits import Cut
from streams.kafka.topics import TopicsError, partitions_of, topic_name
from streams.settings import Settings

_SILENCE_SECONDS = 30.0
_POLL_MILLISECONDS = 500


@dataclass(slots=True)
class Rebuilt:
    """The number of articles in the new segments; in words, what could not be restored."""

    articles: int = 0
    missing: list[str] = field(default_factory=list)


class RebuildRefusedError(TopicsError):
    """Segments cannot be rebuilt now; the message says why."""


async def rebuild_all(
    admin: AIOKafkaAdminClient, settings: Settings, progress: Callable[[int, int, int], None]
) -> Rebuilt:
    """Replace the segments of all shards.

    `progress` is called with (partition, articles done, total articles). Raises
    RebuildRefusedError while a worker is running, and KafkaError.
    """
    described = await admin.describe_consumer_groups([settings.group])
    (_code, group, _state, _type, _protocol, members, *_) = described[0].groups[0]
    if members:
        raise RebuildRefusedError(
            f"{len(members)} workers of group {group} are running: stop them first, or they would"
            " write segments of the old kind in between"
        )
    offsets = await admin.list_consumer_group_offsets(settings.group)
    topic, rebuilt = topic_name(settings, NORMALISED), Rebuilt()
    for partition in await partitions_of(admin, topic):
        at = offsets.get(TopicPartition(topic, partition))

        def report(done: int, total: int, partition: int = partition) -> None:
            progress(partition, done, total)

        await _rebuild(admin, settings, partition, at.offset if at else 0, report, rebuilt)
    return rebuilt


async def _rebuild(
    admin: AIOKafkaAdminClient,
    settings: Settings,
    partition: int,
    committed: int,
    progress: Callable[[int, int], None],
    rebuilt: Rebuilt,
) -> None:
    """One shard, from its oldest article to the committed offset, exclusive."""
    source = TopicPartition(topic_name(settings, NORMALISED), partition)
    target = TopicPartition(topic_name(settings, SEGMENTS), partition)
    publisher = ShardPublisher(settings, fence_name(settings, partition))
    consumer = reader(settings, auto_offset_reset="earliest")  # retention may delete what is read
    await publisher.start()
    await consumer.start()
    try:
        until = (await recorded_cuts(consumer, target)).left_of(committed)
        consumer.assign([source])
        end = (await consumer.end_offsets([source]))[source]
        old = (await consumer.end_offsets([target]))[target]
        if until > end:
            raise RebuildRefusedError(
                f"{source.topic} partition {partition} ends at {end}, but is consumed up to"
                f" {until}: it was recreated; take another --group"
            )
        state = ShardState(settings.parameters())
        # It goes with the old segments, and whoever comes next has to know of it.
        if until < committed:
            await _tell_of_cut(publisher, target, state, Cut(until, committed))
        # First: an interrupted rebuild leaves none of the old ones behind the new.
        if old:
            await admin.delete_records({target: RecordsToDelete(before_offset=old)})
        if not until:
            return
        articles = _Articles(consumer, source, until)
        writer, most = VerdictWriter(settings.parameters()), publisher.encoder.largest_bytes - 1
        begin = await articles.begin()
        while articles.position < until:
            if chunk := _chunk(await articles.some(settings.chunk_records, state.count)):
                for _, decision in decide_in_parts(state, chunk, writer, most):
                    await publisher.publish([_outgoing(target, decision.segment)])
                    state.apply(decision.segment)
            progress(min(articles.position, until) - begin, until - begin)
        await _decided_up_to(publisher, target, state, until - 1)
        if until < committed:  # the first may be out of the window
            await _tell_of_cut(publisher, target, state, Cut(until, committed))
        rebuilt.articles += state.count
        rebuilt.missing += articles.missing(state.tail)
    finally:
        await consumer.stop()
        await publisher.stop()


class _Articles:
    """Reads a log of articles from its beginning to `until`, exclusive."""

    def __init__(self, consumer: AIOKafkaConsumer, source: TopicPartition, until: int) -> None:
        self._consumer, self._source, self._until = consumer, source, until
        self.position = 0
        # Deleted records: first offset, the one behind, and how many articles were read before.
        self._gaps: list[tuple[int, int, int]] = []

    async def begin(self) -> int:
        """Go to the beginning, and return it."""
        self.position = await self._beginning()
        self._consumer.seek(self._source, self.position)
        self._gaps.append((0, self.position, 0))
        return self.position

    async def some(self, most: int, known: int) -> list[ConsumerRecord]:
        """The next records, if some arrive soon; `known`: the articles so far."""
        source, before = self._source, self.position
        fetching = self._consumer.getmany(source, timeout_ms=_POLL_MILLISECONDS, max_records=most)
        records = (await asyncio.wait_for(fetching, _SILENCE_SECONDS)).get(source, [])
        self.position = await self._consumer.position(source)
        first = records[0].offset if records else self.position
        # Transactions leave holes, too.
        if first > before and (beginning := await self._beginning()) > before:
            self._gaps.append((before, min(beginning, first, self._until), known))
        return [record for record in records if record.offset < self._until]

    async def _beginning(self) -> int:
        offsets: dict[TopicPartition, int] = await self._consumer.beginning_offsets([self._source])
        return offsets[self._source]

    def missing(self, tail: int) -> list[str]:
        """What was deleted, in words, unless all articles before it have left the window, which
        begins at the number `tail`."""
        topic, partition = self._source
        missing: list[str] = []
        for first, end, known in self._gaps:
            if end == first or tail > known:
                continue
            what = f"begins at offset {end}: articles before it"
            if first:
                what = f"lost offsets {first} to {end - 1} while it was read: their articles"
            missing.append(
                f"{topic} partition {partition} {what} cannot be recreated, and may have been in"
                " the window. Copies of them, and deliveries of them again, will be taken for new."
            )
        return missing


async def _tell_of_cut(
    publisher: ShardPublisher, target: TopicPartition, state: ShardState, cut: Cut
) -> None:
    """Write that a commit of so much is from before a cut of the log."""
    note = ShardNote(state.tail, cut=cut.offset, decided=cut.decided)
    nothing = state.nothing_decided(state.last_offset)
    await publisher.publish([_outgoing(target, nothing, [note.header()])])


async def _decided_up_to(
    publisher: ShardPublisher, target: TopicPartition, state: ShardState, offset: int
) -> None:
    """The last offset may hold no record that a segment covers: record that it is decided, too."""
    if state.last_offset >= offset:
        return
    await publisher.publish([_outgoing(target, state.nothing_decided(offset))])


def _outgoing(target: TopicPartition, segment: Segment, headers: Headers | None = None) -> Outgoing:
    now = time.time_ns() // 1_000_000
    return outgoing_segment(target.topic, target.partition, segment, now, headers)


def _chunk(records: Sequence[ConsumerRecord]) -> ArticleColumns | None:
    """As detection takes it. Records that are not our articles were given up when first decided."""
    ours = [(record, article) for record in records if (article := _article(record))]
    if not ours:
        return None
    return ArticleColumns(
        values=[record.value for record, _ in ours],
        entries=np.concatenate([_entry(record, article) for record, article in ours]),
        times=[own_time(record) for record, _ in ours],
        offsets=[record.offset for record, _ in ours],
        notices=[is_notice(record.headers) for record, _ in ours],
    )


def _entry(record: ConsumerRecord, article: NormalisedArticleRecord) -> Entries:
    """(1,) from the header; sketched again from the text if it has another version."""
    try:
        return decode_entries([carried_entry(record.headers)])
    except (KeyError, ForeignEntryError):
        return entries_of([article], sketch_texts(comparable_texts([article["text"]])))


def _article(record: ConsumerRecord) -> NormalisedArticleRecord | None:
    try:
        parsed: Any = orjson.loads(record.value)
    except ValueError:
        return None
    known = isinstance(parsed, dict) and "content_digest" in parsed
    return parsed if known else None
