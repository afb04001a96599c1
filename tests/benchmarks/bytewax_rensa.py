"""A Bytewax dataflow with rensa. It has no consumer group: its own recovery store keeps offsets.

python -m tests.benchmarks.bytewax_rensa BOOTSTRAP_SERVERS TOPIC_PREFIX GROUP
"""

from __future__ import annotations

import sys

import bytewax.operators as op
import orjson
from bytewax.connectors.kafka import KafkaSinkMessage, KafkaSourceMessage
from bytewax.connectors.kafka import operators as kop
from bytewax.dataflow import Dataflow
from bytewax.testing import cluster_main
from confluent_kafka import OFFSET_BEGINNING

from tests.benchmarks.copy_finder import CopyFinder


def create_flow(bootstrap_servers: str, prefix: str) -> Dataflow:
    flow, finder = Dataflow("copies"), CopyFinder()
    raw = kop.input(
        "raw", flow, brokers=[bootstrap_servers], topics=[f"{prefix}articles.raw"],
        starting_offset=OFFSET_BEGINNING, batch_size=500,
        add_config={
            "fetch.min.bytes": "1", "max.partition.fetch.bytes": str(4 << 20),
            "queued.min.messages": "20000",
        },
    )  # fmt: skip

    def enrich(message: KafkaSourceMessage) -> KafkaSinkMessage:
        article = finder.enrich(orjson.loads(message.value))
        return KafkaSinkMessage(message.key, orjson.dumps(article))

    kop.output(
        "enriched", op.map("enrich", raw.oks, enrich), brokers=[bootstrap_servers],
        topic=f"{prefix}articles.enriched",
        add_config={"linger.ms": "5", "batch.size": str(1 << 20), "compression.type": "lz4"},
    )  # fmt: skip
    return flow


if __name__ == "__main__":
    # One process and one worker, since the index is one.
    cluster_main(create_flow(*sys.argv[1:3]), [], 0)
