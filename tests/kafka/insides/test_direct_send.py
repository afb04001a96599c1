"""Batches sent past aiokafka's queue: when, and what happens to those that fail."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.client import ConnectionGroup
from aiokafka.errors import KafkaConnectionError, RequestTimedOutError
from aiokafka.protocol.produce import ProduceResponse_v7
from aiokafka.structs import TopicPartition

from schemas.topics import ENRICHED
from streams.kafka.batch import RecordBatch, encode_batch
from streams.kafka.connection import reader
from streams.kafka.insides.closing_connection import ClosingConnection, EncodedRequest
from streams.kafka.insides.direct_send import Flight, send_directly
from streams.kafka.insides.producer import send
from streams.kafka.outgoing import Outgoing
from streams.kafka.publish import BatchPublisher
from streams.kafka.topics import topic_name
from streams.settings import Settings

PLACE, OTHER = TopicPartition("articles", 0), TopicPartition("articles", 1)
NOT_LEADER = 6


class Wire:
    """A connection that keeps what is sent."""

    def __init__(self, most: int = 9) -> None:
        self._versions = {0: (3, most)}
        self.sent: list[tuple[Any, bytes]] = []
        self.broken = self.closed = False

    def connected(self) -> bool:
        return not self.closed

    def send_encoded(self, request: EncodedRequest, encode: Callable[[int, str], bytes]) -> None:
        if self.broken:
            raise KafkaConnectionError
        self.sent.append((request, encode(len(self.sent), "us")))


def batch(count: int = 1) -> RecordBatch:
    return encode_batch([b"k"] * count, [b"v"] * count, [b"\0"] * count, [0] * count, "none")


def answer(*codes: int, offset: int = 7) -> bytes:
    partitions = [(number, code, offset, -1, 0) for number, code in enumerate(codes)]
    octets: bytes = ProduceResponse_v7([("articles", partitions)], 0).encode()
    return octets


@pytest.fixture
async def wire() -> Wire:
    return Wire()


@pytest.fixture
async def producer(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AIOKafkaProducer]:
    """One that is not connected, and takes `wire` for its connection to everything."""
    made = AIOKafkaProducer(enable_idempotence=True, acks="all")
    made._txn_manager.set_pid_and_epoch(5, 2)
    made._sender._retry_backoff = 0.01
    monkeypatch.setattr(made.client.cluster, "leader_for_partition", lambda _: 1)
    monkeypatch.setattr(made.client, "force_metadata_update", lambda: None)
    made.client._conns[1, ConnectionGroup.DEFAULT] = wire
    yield made
    made.client._conns.clear()
    made._closed = True


def flight(producer: AIOKafkaProducer, batches: dict[TopicPartition, RecordBatch]) -> Flight:
    flights = send_directly(producer, batches)
    assert flights is not None
    (only,) = flights
    return only


def sequence(request: bytes, batch: RecordBatch) -> int:
    """That of the last batch in a request, as message format 2 has it."""
    return int.from_bytes(request[-batch.size() :][53:57], "big")


async def test_a_batch_is_sent_at_once_with_its_sequence(
    producer: AIOKafkaProducer, wire: Wire
) -> None:
    batches = batch(3), batch(2)
    for number, body in enumerate(batches):
        sent = flight(producer, {PLACE: body})
        assert PLACE in producer._sender._muted_partitions
        assert sent in producer._message_accumulator._pending_batches
        sent.set_result(answer(0, offset=10 + number))
        (found,) = (await sent).values()
        assert (found.offset, found.timestamp_type) == (10 + number, 0)
    assert not producer._sender._muted_partitions
    assert not producer._message_accumulator._pending_batches
    requests = (octets for _, octets in wire.sent)
    assert list(map(sequence, requests, batches)) == [0, 3]
    assert producer._txn_manager.sequence_number(PLACE) == 5


@pytest.mark.parametrize(
    "hinder",
    [
        lambda p, _: p._message_accumulator._batches[OTHER].append("waits"),
        lambda p, _: p._sender._muted_partitions.add(PLACE),
        lambda p, _: setattr(p._message_accumulator, "_exception", RuntimeError()),
        lambda p, _: setattr(p._message_accumulator, "_closed", True),
        lambda p, _: p._txn_manager.__init__(None, 1000),
        lambda p, _: setattr(p.client.cluster, "leader_for_partition", lambda _: None),
        lambda _, wire: setattr(wire, "closed", True),
        lambda _, wire: setattr(wire, "_versions", {0: (0, 2)}),
        lambda _, wire: setattr(wire, "_versions", {0: (9, 12)}),
        lambda _, wire: setattr(wire, "_versions", {}),
    ],
)
async def test_what_is_not_plain_is_left_to_aiokafka(
    producer: AIOKafkaProducer, wire: Wire, hinder: Callable[[Any, Wire], object]
) -> None:
    hinder(producer, wire)
    assert send_directly(producer, {PLACE: batch()}) is None
    assert not wire.sent
    producer._message_accumulator._batches.clear()


async def retried(producer: AIOKafkaProducer) -> Any:
    """The batch that aiokafka has taken over, as it would send it."""
    for _ in range(100):
        nodes, _unknown = producer._message_accumulator.drain_by_nodes(())
        if nodes:
            (found,) = nodes[1].values()
            return found
        await asyncio.sleep(0.01)
    raise AssertionError("nothing was taken over")


@pytest.mark.parametrize("error", [KafkaConnectionError(), RequestTimedOutError(), NOT_LEADER])
async def test_what_fails_is_repeated_with_the_same_sequence(
    producer: AIOKafkaProducer, error: Exception | int
) -> None:
    flight(producer, {PLACE: batch(4)}).set_result(answer(0))
    body = batch(2)
    sent = flight(producer, {PLACE: body})
    if isinstance(error, int):
        sent.set_result(answer(error))
    else:
        sent.set_exception(error)
    again = await retried(producer)
    assert body._producer == (5, 2, 4)
    again.done(21)
    (found,) = (await sent).values()
    assert found.offset == 21
    assert not producer._message_accumulator._pending_batches
    body.confirmed(21, None)
    assert body.offset == -1  # nobody knows which of the two attempts that was


async def test_of_several_only_those_that_fail_are_repeated(producer: AIOKafkaProducer) -> None:
    sent = flight(producer, {PLACE: batch(), OTHER: batch()})
    sent.set_result(answer(0, NOT_LEADER))
    again = await retried(producer)
    assert again.tp == OTHER
    again.done(30)
    assert {tp: found.offset for tp, found in (await sent).items()} == {PLACE: 7, OTHER: 30}


async def test_each_broker_gets_a_request(
    producer: AIOKafkaProducer, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Wire(most=5)
    producer.client._conns[2, ConnectionGroup.DEFAULT] = second
    monkeypatch.setattr(
        producer.client.cluster, "leader_for_partition", lambda tp: tp.partition + 1
    )
    sending = asyncio.create_task(
        send(producer, [("articles", 1, batch(2)), ("articles", 0, batch())])
    )
    await asyncio.sleep(0)
    ((of_second, _),), ((of_first, octets),) = second.sent, wire.sent
    assert octets[6:8] == b"\0\7"  # the version
    of_first.set_result(answer(0, offset=3))
    of_second.set_exception(KafkaConnectionError())
    for _ in range(100):
        nodes, _unknown = producer._message_accumulator.drain_by_nodes(())
        if nodes:
            break
        await asyncio.sleep(0.01)
    (again,) = nodes[2].values()
    again.done(8)
    found: Any = await sending
    assert [answered.offset for answered in found] == [8, 3]


async def test_an_error_that_is_final_is_the_answer(producer: AIOKafkaProducer) -> None:
    sent = flight(producer, {PLACE: batch()})
    sent.set_result(answer(10))  # too large
    (found,) = (await sent).values()
    assert type(found).__name__ == "MessageSizeTooLargeError"
    assert not producer._sender._muted_partitions


async def test_a_connection_that_breaks_as_it_is_used_loses_nothing(
    producer: AIOKafkaProducer, wire: Wire
) -> None:
    wire.broken = True
    sent = flight(producer, {PLACE: batch()})
    (await retried(producer)).done(4)
    (found,) = (await sent).values()
    assert found.offset == 4


async def test_a_caller_that_is_cancelled_takes_nothing_back(producer: AIOKafkaProducer) -> None:
    sending = asyncio.create_task(send(producer, [("articles", 0, batch(3))]))
    await asyncio.sleep(0)
    (sent,) = producer._message_accumulator._pending_batches
    sending.cancel()
    await asyncio.wait([sending])
    assert not sent.future.done()  # what a producer that stops waits for
    assert send_directly(producer, {PLACE: batch()}) is None
    sent.set_result(answer(0))
    assert sent.future.done()
    assert flight(producer, {PLACE: batch()})._batches[PLACE]._producer == (5, 2, 3)


async def test_what_waits_for_a_partition_is_woken(producer: AIOKafkaProducer) -> None:
    sent = flight(producer, {PLACE: batch()})
    accumulator = producer._message_accumulator
    future = await accumulator.add_batch(batch(), PLACE, 1.0)
    accumulator.drain_by_nodes((), producer._sender._muted_partitions)
    waiter = accumulator.waiter()
    assert not waiter.done()
    sent.set_result(answer(0))
    assert waiter.done()
    (await retried(producer)).done(8)
    assert (await future).offset == 8


async def test_a_producer_that_has_failed_says_so(producer: AIOKafkaProducer) -> None:
    sent = flight(producer, {PLACE: batch()})
    producer._message_accumulator.fail_all(RuntimeError("over"))
    with pytest.raises(RuntimeError, match="over"):
        await sent
    sent.set_exception(KafkaConnectionError())
    await asyncio.sleep(0.05)
    assert not producer._message_accumulator._pending_batches


async def test_an_answer_that_cannot_be_read_closes_the_connection(
    producer: AIOKafkaProducer,
) -> None:
    sent = flight(producer, {PLACE: batch()})
    with pytest.raises(struct.error):  # in the connection, which closes and reports that
        sent.set_result(b"\0\0\0\1")
    assert not sent.done()
    sent.set_exception(KafkaConnectionError())
    (await retried(producer)).done(4)
    assert await sent


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


@pytest.mark.broker
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


@pytest.mark.broker
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
