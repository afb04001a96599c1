"""Topic metadata for a consumer without a subscription, which has none until it asks."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient


async def partitions_for(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    """A topic's partition numbers; empty if it does not exist. Raises KafkaError."""
    await consumer._client._wait_on_metadata(topic)
    return sorted(consumer.partitions_for_topic(topic) or ())


def client_of(consumer: AIOKafkaConsumer) -> AIOKafkaClient:
    """A started consumer's connections, for requests that it has no method for."""
    return consumer._client
