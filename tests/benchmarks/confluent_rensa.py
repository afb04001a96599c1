"""The loop that many write by hand: confluent-kafka and rensa, at least once.

python -m tests.benchmarks.confluent_rensa BOOTSTRAP_SERVERS TOPIC_PREFIX GROUP
"""

from __future__ import annotations

import sys
import time

import orjson
from confluent_kafka import Consumer, KafkaException, Producer

from tests.benchmarks.copy_finder import CopyFinder

_BATCH_RECORDS, _POLL_SECONDS = 500, 0.002
# A commit waits until all that was produced is confirmed: seldom is fast.
_COMMIT_SECONDS = 5.0


def run(bootstrap_servers: str, prefix: str, group: str) -> None:
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap_servers,
            "group.id": group,
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            "fetch.min.bytes": 1,
            "max.partition.fetch.bytes": 4 << 20,
            "queued.min.messages": 20_000,
        }
    )
    producer = Producer(
        {
            "bootstrap.servers": bootstrap_servers,
            "enable.idempotence": True,
            "linger.ms": 5,
            "batch.size": 1 << 20,
            "batch.num.messages": 10_000,
            "compression.type": "lz4",
        }
    )
    consumer.subscribe([f"{prefix}articles.raw"])
    finder, enriched = CopyFinder(), f"{prefix}articles.enriched"
    committed, since = time.monotonic(), 0
    while True:
        # `consume` returns when the batch is full or the time is over, never earlier.
        for message in consumer.consume(_BATCH_RECORDS, _POLL_SECONDS):
            if error := message.error():
                raise KafkaException(error)
            since += 1
            article = finder.enrich(orjson.loads(message.value() or b"{}"))
            producer.produce(enriched, orjson.dumps(article), message.key())
        producer.poll(0)
        if since and time.monotonic() - committed > _COMMIT_SECONDS:
            producer.flush()
            consumer.commit(asynchronous=False)
            committed, since = time.monotonic(), 0


if __name__ == "__main__":
    run(*sys.argv[1:4])
