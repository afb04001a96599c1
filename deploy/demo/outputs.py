"""The outputs of a run, read from the topics as any consumer would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from schemas.topics import DEAD_LETTERS, ENRICHED, NORMALISED, STORIES
from streams.kafka.connection import reader
from streams.settings import Settings

# What the summary needs of an article: a few fields, for many thousand articles.
_KEPT = (
    "article_id", "parent_id", "position", "parts", "source", "title", "language", "published_at",
    "published_precision_seconds", "agencies", "status",
)  # fmt: skip


@dataclass(slots=True)
class Outputs:
    """Verdicts by article, the latest of each; stories by id; dead letters."""

    articles: dict[str, dict[str, Any]] = field(default_factory=dict)
    verdicts: int = 0
    stories: dict[str, dict[str, Any]] = field(default_factory=dict)
    dead_letters: list[dict[str, str]] = field(default_factory=list)


async def read_outputs(settings: Settings) -> Outputs:
    """Read the output topics from beginning to end."""
    outputs = Outputs()
    async for record in _records(settings, ENRICHED):
        event = orjson.loads(record.value)
        kept = {name: event[name] for name in _KEPT}
        outputs.articles[event["article_id"]] = {**kept, **event["detection"]}
        outputs.verdicts += 1
    async for record in _records(settings, STORIES):
        story = orjson.loads(record.value)
        outputs.stories[story["story_id"]] = story
    async for record in _records(settings, DEAD_LETTERS):
        headers = {name: value.decode() for name, value in record.headers}
        look = (record.value or b"")[:80].decode(errors="replace")
        outputs.dead_letters.append({**headers, "value": look})
    return outputs


async def record_count(settings: Settings, topic: str = NORMALISED) -> int:
    """How many records a topic has taken, over all partitions."""
    async with reader(settings) as consumer:
        return sum((await _ends(consumer, settings, topic)).values())


async def _ends(
    consumer: AIOKafkaConsumer, settings: Settings, topic: str
) -> dict[TopicPartition, int]:
    name = settings.topic_prefix + topic
    await consumer._client._wait_on_metadata(name)  # noqa: SLF001
    partitions = [TopicPartition(name, p) for p in consumer.partitions_for_topic(name) or ()]
    ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    return ends


async def _records(settings: Settings, topic: str) -> AsyncIterator[ConsumerRecord]:
    async with reader(settings, max_partition_fetch_bytes=8 << 20) as consumer:
        ends = await _ends(consumer, settings, topic)
        consumer.assign(list(ends))
        await consumer.seek_to_beginning()
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            fetched = await asyncio.wait_for(consumer.getmany(timeout_ms=200), 30)
            for records in fetched.values():
                for record in records:
                    yield record
