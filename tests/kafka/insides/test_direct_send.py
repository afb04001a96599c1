"""Batches sent past aiokafka's queue: when, and what happens to those that fail."""

from __future__ import annotations

import asyncio
import gc
import struct
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.client import ConnectionGroup
from aiokafka.errors import KafkaConnectionError, RequestTimedOutError
from aiokafka.protocol.produce import ProduceResponse_v7
from aiokafka.structs import TopicPartition

from streams.kafka.batch import RecordBatch, encode_batch
from streams.kafka.insides.direct_send import Flight, send_directly
from streams.kafka.insides.encoded_request import EncodedRequest
from streams.kafka.insides.producer import send

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


async def test_an_unexpected_error_in_repeating_fails_the_producer(
    producer: AIOKafkaProducer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent = flight(producer, {PLACE: batch()})

    def broken(_: object) -> None:
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(producer._message_accumulator, "reenqueue", broken)
    sent.set_exception(KafkaConnectionError())
    async with asyncio.timeout(5):
        with pytest.raises(RuntimeError, match="unforeseen"):
            await sent
    assert send_directly(producer, {PLACE: batch()}) is None
    with pytest.raises(RuntimeError, match="unforeseen"):
        await producer._message_accumulator.add_batch(batch(), PLACE, 1.0)
    await asyncio.sleep(0)
    assert not producer._message_accumulator._pending_batches
    assert not producer._sender._muted_partitions
    del sent
    gc.collect()
    assert [record.name for record in caplog.records] == [
        "aiokafka.producer.sender",
        "echowire.producer",
    ]


async def test_how_long_a_batch_may_wait_counts_from_when_it_was_sent(
    producer: AIOKafkaProducer,
) -> None:
    sent = flight(producer, {PLACE: batch()})
    await asyncio.sleep(0.1)
    before = time.monotonic()
    sent.set_exception(KafkaConnectionError())
    again = await retried(producer)
    assert again._ctime < before
    again.done(1)
    await sent


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
