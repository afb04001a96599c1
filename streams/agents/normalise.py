"""Stage one: raw records in, normalised articles and dead letters out."""

from __future__ import annotations

import time
from collections.abc import Awaitable

from streams.agents.loop import Publish
from streams.agents.measure import count_normalised, count_published, count_taken
from streams.agents.page_pool import PagePool
from streams.articles.normalise import Decoded, NormalisedChunk, decode_chunk, normalise_chunk
from streams.detection.entry import encode_entries, entries_of
from streams.detection.sketch import sketch_texts
from streams.kafka.consumer import Chunk
from streams.kafka.dead_letters import dead_letters
from streams.kafka.headers import ENTRY_HEADER, NOTICE_HEADER, EventHeaders, trace_context
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
        self._outlets_file = settings.outlets_file
        self.pages = PagePool(settings.page_processes, settings.page_seconds)

    async def handle(self, chunk: Chunk) -> Awaitable[Publish]:
        """Normalise a chunk's records; the sketches are made while they are encoded."""
        started = time.perf_counter()
        decoded = decode_chunk(chunk.records, self._limit, self._outlets_file)
        pages = await self.pages.read([page for _, page in decoded.pages])
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
            count_published(self._metrics, STAGE, size, time.perf_counter() - started)
            count_taken(self._metrics, STAGE, chunk.records)
            count_normalised(self._metrics, decoded, articles)

        return publish

    def _outgoing(self, chunk: Chunk, articles: NormalisedChunk, shards: int) -> Outgoing:
        sketches = sketch_texts(articles.compared)
        entries = encode_entries(entries_of(articles.articles, sketches))
        out = Outgoing(self._topic)
        for place, article, value, entry in zip(
            articles.places, articles.articles, articles.values, entries, strict=True
        ):
            key, time_ms = article["article_id"], chunk.records[place].timestamp
            home = shard_of(article["language"], shards)
            event_id = f"{key}-{article['content_digest']}"
            entry_header = (ENTRY_HEADER, entry)
            trace = trace_context(chunk.records[place].headers)
            headers = self._headers.of(event_id, time_ms, entry_header, *trace)
            out.add(key.encode(), value, time_ms, headers, home)
            if article["status"] == "canceled":
                notice = (NOTICE_HEADER, b"1")
                headers = self._headers.of(event_id, time_ms, entry_header, notice)
                for shard in range(shards):
                    if shard != home:
                        out.add(key.encode(), value, time_ms, headers, shard)
        return out
