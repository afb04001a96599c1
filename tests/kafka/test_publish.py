"""A producer says so when it cannot deliver, and goes on when it can again."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError

from streams.kafka import publish
from streams.kafka.connection import client_options, keep_refreshing
from streams.kafka.outgoing import Outgoing
from streams.kafka.publish import BatchPublisher
from streams.kafka.topics import ENRICHED, topic_name
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

    async def sent(*_: object, **__: object) -> asyncio.Future[None]:
        return asyncio.get_running_loop().create_future()

    monkeypatch.setattr(publisher._started(), "send_batch", sent)
    monkeypatch.setattr(publish, "DELIVERY_SECONDS", 0.1)
    with pytest.raises(KafkaTimeoutError, match=rf"{out.topic}: not confirmed within 0 s"):
        await publisher.publish([out])
    await publisher.stop()


async def _refreshed(settings: Settings, *, kept: bool) -> bool:
    """Whether a client's metadata are refreshed after an error that aiokafka does not expect."""
    producer = AIOKafkaProducer(**client_options(settings), metadata_max_age_ms=100)
    client, failed = producer.client, asyncio.Event()
    if kept:
        keep_refreshing(client)
    await producer.start()
    ask = client._metadata_update

    async def closed_once(*_: object) -> bool:
        client._metadata_update = ask
        client._metadata_max_age_ms = 300_000
        failed.set()
        raise RuntimeError("the handler is closed")

    client._metadata_update = closed_once
    await asyncio.wait_for(failed.wait(), 5)
    try:
        return bool(await asyncio.wait_for(client.force_metadata_update(), 2))
    finally:
        with suppress(RuntimeError):  # of the task that has died
            await producer.stop()


async def test_metadata_are_asked_for_again_after_an_error(settings: Settings) -> None:
    assert await _refreshed(settings, kept=True)


async def test_stock_aiokafka_never_asks_again(settings: Settings) -> None:
    """If this fails, `keep_refreshing` can go."""
    with pytest.raises(TimeoutError):
        await _refreshed(settings, kept=False)
