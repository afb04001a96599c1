"""What a consumer without a subscription knows of a topic: nothing, until it has asked."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient


async def partitions_for(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    """The partition numbers of a topic; none where it does not exist. Raises KafkaError."""
    await consumer._client._wait_on_metadata(topic)
    return sorted(consumer.partitions_for_topic(topic) or ())


def client_of(consumer: AIOKafkaConsumer) -> AIOKafkaClient:
    """The connections of a started consumer, for requests that it has no method for."""
    return consumer._client
