"""The fast service that a good user of libraries would write: Quix Streams and rensa, tuned.

python -m tests.benchmarks.quix_rensa BOOTSTRAP_SERVERS TOPIC_PREFIX GROUP
"""

from __future__ import annotations

import sys

from quixstreams import Application

from tests.benchmarks.copy_finder import CopyFinder


def create_app(bootstrap_servers: str, prefix: str, group: str) -> Application:
    app = Application(
        broker_address=bootstrap_servers,
        consumer_group=group,
        auto_offset_reset="earliest",
        # A commit waits until all that was produced is confirmed: seldom is fast.
        commit_interval=5.0,
        loglevel="WARNING",
        auto_create_topics=False,
        use_changelog_topics=False,
        consumer_extra_config={
            "fetch.min.bytes": 1,  # answers at once under low load
            "max.partition.fetch.bytes": 4 << 20,
            "queued.min.messages": 20_000,
        },
        producer_extra_config={
            "linger.ms": 5,
            "batch.size": 1 << 20,
            "batch.num.messages": 10_000,
            "compression.type": "lz4",
        },
    )
    # Both serializers are orjson.
    raw = app.topic(f"{prefix}articles.raw", value_deserializer="json")
    enriched = app.topic(f"{prefix}articles.enriched", value_serializer="json")
    app.dataframe(raw).apply(CopyFinder().enrich).to_topic(enriched)
    return app


if __name__ == "__main__":
    create_app(*sys.argv[1:4]).run()
