"""What a shard reads back: articles and segments, as earlier workers left them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from schemas.topics import NORMALISED, SEGMENTS
from streams.articles.times import format_milliseconds
from streams.detection.index.segment import decode_segment
from streams.detection.index.state import ShardState
from streams.detection.sketch.entry import encode_entries, entries_of
from streams.detection.sketch.sketches import sketch_texts
from streams.kafka.connection import client_options
from streams.kafka.event_time import CE_TIME
from streams.kafka.headers import ENTRY_HEADER
from streams.kafka.recovery import Recovery
from streams.kafka.shard_note import ShardNote
from streams.settings import Settings
from tests.detection.newsroom import (
    NOON,
    Arrival,
    Article,
    Desk,
    article,
    chunk_of,
    cut,
    edited,
    kill,
    story,
)
from tests.kafka.service import push

TOLD = story(1)
NEWS = [
    article("a", TOLD), article("b", edited(TOLD), source="b.example"), article("c", cut(TOLD, 90)),
    article("a", story(2)), article("d", story(3)), kill("b"), article("d", story(3)),
    *(article(f"n{n}", story(100 + n)) for n in range(23)),
]  # fmt: skip


def decided(settings: Settings, articles: Sequence[Article], gap: int = 1000) -> Desk:
    """A desk that has decided them, five at a time; each `gap` milliseconds after the last."""
    desk = Desk(settings.parameters())
    arrivals = [Arrival(a, NOON + n * gap, n) for n, a in enumerate(articles)]
    for start in range(0, len(arrivals), 5):
        desk.decide(chunk_of(arrivals[start : start + 5]))
    return desk


async def publish_articles(
    settings: Settings, articles: Sequence[Article], partition: int = 0, gap: int = 1000
) -> None:
    entries = entries_of(articles, sketch_texts([a["text"] for a in articles]))
    async with AIOKafkaProducer(**client_options(settings), linger_ms=5) as producer:
        for n, (made, entry) in enumerate(zip(articles, encode_entries(entries), strict=True)):
            await producer.send(
                settings.topic_prefix + NORMALISED, Arrival(made, NOON + n * gap, n).value,
                key=made["article_id"].encode(), partition=partition,
                headers=[(CE_TIME, ce_time(NOON + n * gap)), (ENTRY_HEADER, entry)],
            )  # fmt: skip
        await producer.flush()


async def publish_segments(
    settings: Settings, segments: Sequence[bytes], partition: int = 0
) -> None:
    await push(settings, segments, topic=SEGMENTS, partition=partition)


def ce_time(milliseconds: int) -> bytes:
    return format_milliseconds(milliseconds).encode()


async def publish_noted(
    settings: Settings, segments: Sequence[bytes], written: Sequence[int] | None = None
) -> None:
    """Segments with their notes beside them, as workers write them; `written` when, in milliseconds
    since 1970: now, unless told."""
    state, note = ShardState(settings.parameters()), ShardNote()
    for n, data in enumerate(segments):
        segment = decode_segment(data)
        state.apply(segment)
        now = written[n] if written else time.time_ns() // 1_000_000
        note = note.after(state.tail, now if len(segment.rows) else None)
        await push(settings, [data], topic=SEGMENTS, partition=0, headers=[note.header()])


async def commit(settings: Settings, offset: int) -> None:
    """As workers of the group left it."""
    tp = TopicPartition(settings.topic_prefix + NORMALISED, 0)
    async with AIOKafkaConsumer(
        **client_options(settings), group_id=settings.group, enable_auto_commit=False
    ) as consumer:
        consumer.assign([tp])
        await consumer.commit({tp: offset})


async def recovered(settings: Settings, partition: int = 0) -> Recovery:
    recovery = Recovery(settings, partition, ShardState(settings.parameters()))
    await recovery.run()
    return recovery
