"""A producer that cannot deliver raises an error."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError

from schemas.topics import ENRICHED
from streams.kafka import publish
from streams.kafka.fencing import ShardPublisher
from streams.kafka.outgoing import Outgoing
from streams.kafka.publish import BatchPublisher, StoppedError
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


@pytest.mark.parametrize("kind", [BatchPublisher, partial(ShardPublisher, name="shard")])
async def test_a_publisher_that_is_stopped_while_it_starts_leaves_nothing_open(
    shard: Settings, monkeypatch: pytest.MonkeyPatch, kind: Callable[[Settings], BatchPublisher]
) -> None:
    made: list[AIOKafkaProducer] = []
    plain = AIOKafkaProducer.start

    async def start(self: AIOKafkaProducer) -> None:
        made.append(self)
        await publisher.stop()
        await plain(self)

    monkeypatch.setattr(AIOKafkaProducer, "start", start)
    publisher = kind(shard)
    with pytest.raises(StoppedError):
        await publisher.start()
    (producer,) = made
    assert producer._closed
    assert producer._sender.sender_task is not None
    assert producer._sender.sender_task.done()
    assert not any(connection.connected() for connection in producer.client._conns.values())
