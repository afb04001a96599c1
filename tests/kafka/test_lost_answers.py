"""Requests whose answers are lost: nothing is missing in the log, and nothing is there twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from aiokafka.structs import TopicPartition

from schemas.topics import ENRICHED
from streams.kafka.connection import reader
from streams.kafka.insides.closing_connection import ClosingConnection
from streams.kafka.insides.encoded_request import EncodedRequest
from streams.kafka.outgoing import Outgoing
from streams.kafka.publish import BatchPublisher
from streams.kafka.topics import topic_name
from streams.settings import Settings

pytestmark = pytest.mark.broker


def published(settings: Settings, *values: bytes) -> list[Outgoing]:
    out = Outgoing(topic_name(settings, ENRICHED))
    for value in values:
        out.add(b"key", value, 0, b"\0", 0)
    return [out]


async def in_log(settings: Settings) -> list[bytes]:
    place = TopicPartition(topic_name(settings, ENRICHED), 0)
    async with reader(settings) as consumer:
        consumer.assign([place])
        await consumer.seek_to_beginning()
        end = (await consumer.end_offsets([place]))[place]
        found: list[bytes] = []
        while await consumer.position(place) < end:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [record.value for record in records]
    return found


async def test_a_connection_lost_before_the_answer_repeats_nothing_in_the_log(
    shard: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = BatchPublisher(shard)
    await publisher.start()
    await publisher.publish(published(shard, b"0"))  # connects

    async def queued(*_: object, **__: object) -> None:
        raise AssertionError("this was to go directly")

    plain, lost = ClosingConnection.send_encoded, list[Any]()

    def send_encoded(self: Any, request: EncodedRequest, encode: Any) -> None:
        plain(self, request, encode)
        if request._batches[topic0].count == 1:  # type: ignore[attr-defined]
            lost.append(self)
            asyncio.get_running_loop().call_later(0.05, self.close)
            monkeypatch.setattr(self, "_handle_frame", lambda _: None)  # whatever it says

    topic0 = TopicPartition(topic_name(shard, ENRICHED), 0)
    with monkeypatch.context() as context:
        context.setattr(publisher._started(), "send_batch", queued)
        await publisher.publish(published(shard, b"1", b"2"))
        monkeypatch.setattr(ClosingConnection, "send_encoded", send_encoded)
        await publisher.publish(published(shard, b"3"))
    assert len(lost) == 1
    await publisher.publish(published(shard, b"4", b"5"))
    await publisher.stop()
    assert await in_log(shard) == [b"0", b"1", b"2", b"3", b"4", b"5"]


async def test_a_request_without_an_answer_ends_its_connection(
    shard: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher = BatchPublisher(shard)
    await publisher.start()
    await publisher.publish(published(shard, b"0"))
    (connection,) = [c for (node, _), c in publisher._started().client._conns.items() if node == 1]
    monkeypatch.setattr(connection, "_request_timeout", 0.2)
    monkeypatch.setattr(connection, "_handle_frame", lambda _: None)
    await publisher.publish(published(shard, b"1"))
    assert not connection.connected()
    await publisher.publish(published(shard, b"2"))
    (connection,) = [c for (node, _), c in publisher._started().client._conns.items() if node == 1]
    monkeypatch.setattr(connection, "_request_timeout", 0.2)
    await publisher.publish(published(shard, b"3"))
    await asyncio.sleep(0.4)
    assert connection.connected()  # what was answered in time is forgotten
    await publisher.stop()
    assert await in_log(shard) == [b"0", b"1", b"2", b"3"]
