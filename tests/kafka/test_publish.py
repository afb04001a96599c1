"""A producer that cannot deliver raises an error."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import KafkaTimeoutError

from schemas.topics import ENRICHED
from streams.kafka import publish
from streams.kafka.outgoing import Outgoing
from streams.kafka.publish import BatchPublisher
from streams.kafka.topics import topic_name
from streams.settings import Settings

pytestmark = pytest.mark.broker


async def test_a_delivery_that_takes_too_long_is_an_error(
    shard: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = BatchPublisher(shard)
    await publisher.start()
    out = Outgoing(topic_name(shard, ENRICHED))
    out.add(b"key", b"value", 0, b"\0")
    assert await publisher.publish([out]) > 0

    async def never(*_: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(publish, "send", never)
    monkeypatch.setattr(publish, "DELIVERY_SECONDS", 0.1)
    with pytest.raises(KafkaTimeoutError, match=rf"{out.topic}: not confirmed within 0 s"):
        await publisher.publish([out])
    await publisher.stop()
