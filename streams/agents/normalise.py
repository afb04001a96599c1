"""Stage one: raw records in, normalised articles and dead letters out."""

from __future__ import annotations

import time
from collections.abc import Awaitable

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
        self.pages = PagePool(settings.page_processes)

    async def handle(self, chunk: Chunk) -> Awaitable[None]:
        """Normalise a chunk's records and begin to publish what comes of them."""
        records, started = chunk.records, time.perf_counter()
        decoded = decode_chunk(records, self._limit)
        pages = await self.pages.read([html for _, html in decoded.pages])
        articles = normalise_chunk(records, decoded, pages)
        shards = await self._publisher.partition_count(self._topic)
        rejected = [(records[place], why) for place, why in articles.rejections]
        outgoing = [
            self._outgoing(chunk, articles, shards),
            dead_letters(self._dead_letters, STAGE, rejected),
        ]
        self._metrics.work_seconds.observe(STAGE, time.perf_counter() - started)
        confirmation = await self._publisher.send(outgoing)
        return self._confirm(chunk, decoded, articles, confirmation)

    async def _confirm(
        self,
        chunk: Chunk,
        decoded: Decoded,
        articles: NormalisedChunk,
        confirmation: Awaitable[int],
    ) -> None:
        sent = time.perf_counter()
        size = await confirmation
        count_published(self._metrics, STAGE, size, time.perf_counter() - sent)
        count_taken(self._metrics, STAGE, chunk.records)
        count_normalised(self._metrics, decoded, articles)

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
