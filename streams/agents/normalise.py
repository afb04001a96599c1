"""Stage one: raw records in, normalised articles and dead letters out."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import orjson

from streams.agents.page_pool import PagePool
from streams.articles.normalise import NormalisedChunk, decode_chunk, normalise_chunk
from streams.detection.sketch import encode_sketches, sketch_texts
from streams.kafka.consumer import Chunk
from streams.kafka.dead_letters import dead_letters
from streams.kafka.headers import NOTICE_HEADER, SKETCH_HEADER, EventHeaders
from streams.kafka.partitioning import shard_of
from streams.kafka.publish import BatchPublisher, Outgoing
from streams.kafka.topics import DEAD_LETTERS, NORMALISED, topic_name
from streams.metrics import Metrics
from streams.settings import Settings

STAGE = "normalise"


class NormaliseStage:
    """Handles a chunk: when `handle` returns, all of its outputs are confirmed."""

    def __init__(self, settings: Settings, publisher: BatchPublisher, metrics: Metrics) -> None:
        self._limit = settings.record_bytes
        self._publisher, self._metrics = publisher, metrics
        self._topic = topic_name(settings, NORMALISED)
        self._dead_letters = topic_name(settings, DEAD_LETTERS)
        self._headers = EventHeaders("article.normalised.v1", NORMALISED)
        self.pages = PagePool(settings.page_processes)

    async def handle(self, chunk: Chunk) -> None:
        """Normalise a chunk's records."""
        records, started = chunk.records, time.perf_counter()
        decoded = decode_chunk(records, self._limit)
        pages = await self.pages.read([html for _, html in decoded.pages])
        articles = normalise_chunk(records, decoded, pages)
        shards = await self._publisher.partition_count(self._topic)
        outgoing = [
            self._outgoing(chunk, articles, shards),
            dead_letters(
                self._dead_letters, STAGE, [(records[p], why) for p, why in articles.rejections]
            ),
        ]
        worked = time.perf_counter()
        size = await self._publisher.publish(outgoing)
        self._count(chunk, articles, size, worked - started, time.perf_counter() - worked)
        self._metrics.unknown_fields.inc(decoded.unknown_fields)

    def _outgoing(self, chunk: Chunk, articles: NormalisedChunk, shards: int) -> Outgoing:
        sketches = encode_sketches(sketch_texts(articles.texts))
        out = Outgoing(self._topic)
        for i, place in enumerate(articles.places):
            article_id, time_ms = articles.article_ids[i], chunk.records[place].timestamp
            home = shard_of(articles.languages[i], shards)
            headers = self._headers.of(f"{article_id}-{articles.digests[i]}", time_ms)
            headers.append((SKETCH_HEADER, sketches[i]))
            key, value = article_id.encode(), articles.values[i]
            out.add(key, value, time_ms, headers, home)
            for shard in range(shards) if articles.kills[i] else ():
                if shard != home:
                    out.add(key, value, time_ms, [*headers, (NOTICE_HEADER, b"1")], shard)
        return out

    def _count(
        self, chunk: Chunk, articles: NormalisedChunk, size: int, work: float, publish: float
    ) -> None:
        m, now = self._metrics, time.time()
        m.consumed.labels(STAGE).inc(len(chunk.records))
        m.normalised.inc(len(articles.places))
        m.published_bytes.labels(STAGE).inc(size)
        for reason, count in Counter(why.reason.value for _, why in articles.rejections).items():
            m.rejected.labels(reason).inc(count)
        for name, count in articles.dropped.items():
            m.dropped.labels(name).inc(count)
        m.chunk_records.observe(STAGE, len(chunk.records))
        m.work_seconds.observe(STAGE, work)
        m.publish_seconds.observe(STAGE, publish)
        m.latency.observe(STAGE, now - np.array([r.timestamp for r in chunk.records]) / 1000)
