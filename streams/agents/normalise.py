"""Stage one: raw records in, normalised articles and dead letters out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable

import numpy as np

from streams.agents.loop import Publish
from streams.agents.page_pool import PagePool
from streams.articles.normalise import Decoded, NormalisedChunk, decode_chunk, normalise_chunk
from streams.detection.entry import encode_entries, entries_of
from streams.detection.sketch import sketch_texts
from streams.kafka.consumer import Chunk
from streams.kafka.dead_letters import dead_letters
from streams.kafka.headers import ENTRY_HEADER, NOTICE_HEADER, EventHeaders
from streams.kafka.partitioning import shard_of
from streams.kafka.publish import BatchPublisher, Outgoing
from streams.kafka.topics import DEAD_LETTERS, NORMALISED, topic_name
from streams.metrics import Metrics
from streams.settings import Settings

STAGE = "normalise"


class NormaliseStage:
    """Handles chunks, of which none depends on another."""

    def __init__(self, settings: Settings, publisher: BatchPublisher, metrics: Metrics) -> None:
        self._limit = settings.record_bytes
        self._publisher, self._metrics = publisher, metrics
        self._topic = topic_name(settings, NORMALISED)
        self._dead_letters = topic_name(settings, DEAD_LETTERS)
        self._headers = EventHeaders("article.normalised.v1", NORMALISED)
        self.pages = PagePool(settings.page_processes)

    async def handle(self, chunk: Chunk) -> Awaitable[Publish]:
        """Normalise a chunk's records; the sketches are made while they are encoded."""
        started = time.perf_counter()
        decoded = decode_chunk(chunk.records, self._limit)
        pages = await self.pages.read([html for _, html in decoded.pages])
        articles = normalise_chunk(chunk.records, decoded, pages)
        self._metrics.work_seconds.observe(STAGE, time.perf_counter() - started)
        return self._encode(chunk, decoded, articles)

    async def _encode(self, chunk: Chunk, decoded: Decoded, articles: NormalisedChunk) -> Publish:
        rejected = [(chunk.records[place], why) for place, why in articles.rejections]
        batches = await self._publisher.encode(
            [self._topic, self._dead_letters],
            len(chunk.records),
            lambda counts: [
                self._outgoing(chunk, articles, counts[self._topic]),
                dead_letters(self._dead_letters, STAGE, rejected),
            ],
        )

        async def publish() -> None:
            started = time.perf_counter()
            size = await self._publisher.send(batches)
            self._metrics.publish_seconds.observe(STAGE, time.perf_counter() - started)
            self._metrics.published_bytes.labels(STAGE).inc(size)
            self._count(chunk, decoded, articles)

        return publish

    def _count(self, chunk: Chunk, decoded: Decoded, articles: NormalisedChunk) -> None:
        m, now = self._metrics, time.time()
        m.consumed.labels(STAGE).inc(len(chunk.records))
        m.chunk_records.observe(STAGE, len(chunk.records))
        m.normalised.inc(len(articles.articles))
        m.unknown_fields.inc(decoded.unknown_fields)
        for reason, count in Counter(why.reason.value for _, why in articles.rejections).items():
            m.rejected.labels(reason).inc(count)
        for name, count in articles.dropped.items():
            m.dropped.labels(name).inc(count)
        m.latency.observe(STAGE, now - np.array([r.timestamp for r in chunk.records]) / 1000)

    def _outgoing(self, chunk: Chunk, articles: NormalisedChunk, shards: int) -> Outgoing:
        sketches = sketch_texts([article["text"] for article in articles.articles])
        entries = encode_entries(entries_of(articles.articles, sketches))
        out = Outgoing(self._topic)
        for place, article, value, entry in zip(
            articles.places, articles.articles, articles.values, entries, strict=True
        ):
            key, time_ms = article["article_id"], chunk.records[place].timestamp
            home = shard_of(article["language"], shards)
            event_id = f"{key}-{article['content_digest']}"
            headers = self._headers.of(event_id, time_ms, (ENTRY_HEADER, entry))
            out.add(key.encode(), value, time_ms, headers, home)
            if article["status"] == "canceled":
                notice = (NOTICE_HEADER, b"1")
                headers = self._headers.of(event_id, time_ms, (ENTRY_HEADER, entry), notice)
                for shard in range(shards):
                    if shard != home:
                        out.add(key.encode(), value, time_ms, headers, shard)
        return out
