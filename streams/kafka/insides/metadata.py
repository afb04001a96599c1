"""The connections of a consumer that has started."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer
from aiokafka.client import AIOKafkaClient


def client_of(consumer: AIOKafkaConsumer) -> AIOKafkaClient:
    """A started consumer's connections, for requests that it has no method for."""
    return consumer._client
