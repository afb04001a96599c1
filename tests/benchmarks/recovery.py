"""How fast shards come back from their segments, on a real broker: one alone, and four at once.

python -m tests.benchmarks.recovery [--articles N] [--chunk N] [--rounds N]
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from itertools import islice

from confluent_kafka import Producer

from deploy.kafka.embedded import EmbeddedKafka
from schemas.topics import NORMALISED, SEGMENTS
from streams.articles.normalise import decode_chunk
from streams.articles.page import read_page
from streams.detection.index.segment import encode_segment
from streams.detection.index.state import ShardState
from streams.heap import freeze_gc
from streams.kafka.recovery import Recovery
from streams.kafka.topics import topic_name
from streams.pipeline import Detector, sketched, undisturbed_chunk
from streams.settings import Settings, load_settings
from streams.sources.raw_events import FileRecord
from streams.warm_up import compile_kernels
from tests.benchmarks.articles import make_articles, read_corpus
from tests.detection.newsroom import NOON
from tests.kafka.service import make_topics

SHARDS = 4
RECORD_BYTES = 1 << 20
GAP_MILLISECONDS = 500


def decided(
    settings: Settings, count: int, chunk: int
) -> tuple[list[bytes], list[tuple[str, int]]]:
    """-> segments of `count` articles, and (id, time) of each that came out of them."""
    parameters = settings.parameters()
    detector = Detector(parameters)
    made = make_articles(read_corpus(None), count, seed=1)
    segments: list[bytes] = []
    placed: list[tuple[str, int]] = []
    while events := list(islice(made, chunk)):
        records = [
            FileRecord(e.number, NOON + e.number * GAP_MILLISECONDS, e.event()) for e in events
        ]
        decoded = decode_chunk(records, RECORD_BYTES)
        sketches = sketched(records, decoded, [read_page(html) for _, html in decoded.pages])
        offsets = range(len(placed), len(placed) + len(sketches.chunk.places))
        arrived = undisturbed_chunk(sketches, records, offsets)
        decision = detector.decide(arrived)
        detector.apply(decision)
        segments.append(encode_segment(decision.segment))
        ids = (article["article_id"] for article in sketches.chunk.articles)
        placed += zip(ids, arrived.times, strict=True)
    return segments, placed


def fill(settings: Settings, segments: Sequence[bytes], placed: Sequence[tuple[str, int]]) -> None:
    """Every shard's log; of the articles only their keys, which is all that recovery asks for."""
    producer = Producer(
        {"bootstrap.servers": settings.bootstrap_servers, "compression.type": "lz4",
         "message.max.bytes": 16 << 20, "queue.buffering.max.messages": 10_000_000}
    )  # fmt: skip
    for shard in range(SHARDS):
        for data in segments:
            producer.produce(topic_name(settings, SEGMENTS), data, None, shard, timestamp=NOON)
        for article_id, at in placed:
            producer.produce(topic_name(settings, NORMALISED), b"", article_id, shard, timestamp=at)
    producer.flush()


async def recover(settings: Settings, shards: int) -> float:
    """Read so many shards back at once; -> articles a second, of all together."""
    recoveries = [
        Recovery(settings, shard, ShardState(settings.parameters())) for shard in range(shards)
    ]
    started = time.monotonic()
    await asyncio.gather(*(recovery.run() for recovery in recoveries))
    seconds = time.monotonic() - started
    return sum(recovery.state.count for recovery in recoveries) / seconds


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.recovery")
    parser.add_argument("--articles", type=int, default=50_000, help="of each shard")
    parser.add_argument("--chunk", type=int, default=500, help="articles of one segment")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    compile_kernels()
    with EmbeddedKafka() as broker:
        settings = load_settings(bootstrap_servers=broker.bootstrap, topic_prefix="recovery.")
        asyncio.run(make_topics(settings, SHARDS))
        segments, placed = decided(settings, chosen.articles, chosen.chunk)
        fill(settings, segments, placed)
        print(f"{len(placed)} articles a shard, {sum(map(len, segments)) / len(placed):.0f} bytes")
        freeze_gc()  # as a worker does before it begins
        for _ in range(chosen.rounds):
            alone = asyncio.run(recover(settings, 1))
            together = asyncio.run(recover(settings, SHARDS))
            print(f"one shard: {alone:,.0f} articles/s; {SHARDS} side by side: {together:,.0f}")


if __name__ == "__main__":
    main()
