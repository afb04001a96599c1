"""Withdraw an article. pip install confluent-kafka; python produce_confluent.py HOST:PORT"""

import json
import sys

from confluent_kafka import KafkaError, Message, Producer


def told(error: KafkaError | None, message: Message) -> None:
    if error is not None:
        sys.exit(f"not sent: {error}")
    print(f"sent to partition {message.partition()} offset {message.offset()}")


producer = Producer(
    {
        "bootstrap.servers": sys.argv[1],
        "enable.idempotence": True,
        # Keys are hashed as Java does, so that all producers agree on partitions.
        "partitioner": "murmur2_random",
    }
)
kill = {"id": "ferry-1", "source": "reuters.example", "status": "canceled"}
producer.produce(
    "articles.raw", json.dumps(kill), key=kill["source"], on_delivery=told,
    # Carried to the enriched event: your trace goes on there.
    headers={"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"},
)  # fmt: skip
producer.flush()
