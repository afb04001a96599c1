"""Writing to a closed connection is an error, in the worker's own event loop, too."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
import uvloop
from aiokafka import AIOKafkaProducer, conn
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

from schemas.topics import RAW
from streams.kafka.connection import client_options
from streams.kafka.insides.closing_connection import ClosingConnection
from streams.kafka.topics import topic_name
from streams.settings import Settings

pytestmark = pytest.mark.broker


def _run(steps: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(asyncio.wait_for(steps, 30))


async def _cut_off(producer: AIOKafkaProducer, topic: str) -> Any:
    """Its connection when the socket has just been closed, and it does not know yet."""
    await producer.send_and_wait(topic, b"before")
    (connection,) = producer.client._conns.values()
    connection._writer.transport.abort()
    await connection._closed_fut
    connection._reader._eof = False  # as after a reset, which is an exception and no end of file
    return connection


def test_a_closed_connection_is_an_error_of_kafka(shard: Settings) -> None:
    async def steps() -> None:
        async with AIOKafkaProducer(**client_options(shard)) as producer:
            connection = await _cut_off(producer, topic_name(shard, RAW))
            with pytest.raises(KafkaConnectionError, match=r"broken: .*closed"):
                connection.send(MetadataRequest([]))
            with pytest.raises(KafkaConnectionError, match="No connection to broker"):
                connection.send(MetadataRequest([]))

    _run(steps())


def test_a_refresh_of_metadata_survives_a_closed_connection(shard: Settings) -> None:
    topic = topic_name(shard, RAW)

    async def steps() -> None:
        async with AIOKafkaProducer(**client_options(shard), enable_idempotence=True) as producer:
            await _cut_off(producer, topic)
            client = producer.client
            assert not await client._metadata_update(client.cluster, [topic])
            assert await client.force_metadata_update()
            await producer.send_and_wait(topic, b"after")

    _run(steps())


def test_a_closed_connection_is_a_runtime_error_in_stock_aiokafka(
    shard: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If this fails, `ClosingConnection` can go."""
    monkeypatch.setattr(conn, "AIOKafkaConnection", ClosingConnection.__mro__[1])

    async def steps() -> None:
        async with AIOKafkaProducer(**client_options(shard)) as producer:
            connection = await _cut_off(producer, topic_name(shard, RAW))
            with pytest.raises(RuntimeError, match="closed"):
                connection.send(MetadataRequest([]))

    _run(steps())
