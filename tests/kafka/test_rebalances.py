"""What a rebalance meets in the middle of something else: commits, chunks, publishers."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock
from weakref import WeakSet

import pytest
from aiokafka.errors import ProducerFenced
from faust.types import TP

from streams.agents.running.loop import ChunkLoop
from streams.kafka import publish, shards, window_start
from streams.kafka.acks import Acks
from streams.kafka.fencing import ShardGoneError, ShardPublisher
from streams.kafka.insides.chunk import Chunk
from streams.kafka.insides.consumer import ChunkConsumer
from streams.kafka.insides.fetch_loop import FetchLoop
from streams.kafka.publish import StoppedError
from streams.kafka.shards import Shard, Shards
from streams.settings import Settings
from tests.agents.running.test_loop import Ledger, Stream

RAW = TP("raw", 0)


class Thread:
    """A broker that answers commits when it is let."""

    def __init__(self) -> None:
        self.committed: dict[TP, int] = {}
        self.let = asyncio.Event()
        self.asked = 0

    async def commit_in(self, _generation: int, offsets: dict[TP, Any]) -> dict[TP, Any]:
        self.asked += 1
        await self.let.wait()
        self.committed.update({tp: at.offset for tp, at in offsets.items()})
        return offsets


@pytest.fixture
async def consumer(monkeypatch: pytest.MonkeyPatch) -> Any:
    async def nothing(*_: object) -> None:
        return

    for name in ("on_partitions_revoked", "on_partitions_assigned"):
        monkeypatch.setattr(FetchLoop, name, nothing)
    loop = asyncio.get_running_loop()
    made: Any = ChunkConsumer.__new__(ChunkConsumer)
    made.app = SimpleNamespace(
        client_only=False, loop=loop, conf=SimpleNamespace(broker_session_timeout=6),
        flow_control=MagicMock(), consumer_generation_id=3,
    )  # fmt: skip
    made.loop, made.transport = (
        loop,
        SimpleNamespace(on_rebalance=lambda: None, on_failure=lambda *_: None),
    )
    made._commit_fut = made._waiting_for_ack = None
    made.flow_active, made.can_resume_flow = True, asyncio.Event()
    made.suspend_flow, made._chunk_done = asyncio.Event(), asyncio.Event()
    made._unacked_messages, made._committed_offset = WeakSet(), defaultdict(lambda: None)
    made._handed, made._n_acked, made._cuts = set(), 0, {}
    made.acks, made._thread = Acks(3), Thread()
    return made


def handed(consumer: Any, first: int, end: int) -> Chunk:
    made = Chunk("raw", 0, end - 1, 0.0, 0, None, None, b"", None, 0, 0, RAW, generation_id=3)
    made.app, made.acks, made.ends = consumer.app, consumer.acks, [(RAW, end - 1)]
    made.records, made.unreadable, made.published = [], [], False
    consumer.acks.handed(RAW, first, end)
    consumer._handed.add(made)
    consumer._unacked_messages.add(made)
    return made


async def test_what_is_done_while_a_commit_is_under_way_is_committed_before_the_rebalance(
    consumer: Any,
) -> None:
    one, two = handed(consumer, 0, 10), handed(consumer, 10, 20)
    consumer.ack(one)
    regular = asyncio.create_task(consumer.commit())
    await asyncio.sleep(0)
    revoked = asyncio.create_task(consumer.on_partitions_revoked({RAW}))
    await asyncio.sleep(0)
    consumer.ack(two)
    consumer._thread.let.set()
    await revoked
    await regular
    assert consumer._thread.committed == {RAW: 20}


async def test_the_next_rebalance_does_not_wait_for_a_chunk_that_the_last_one_stopped(
    consumer: Any,
) -> None:
    chunk = handed(consumer, 0, 10)  # its agent keeps it until the next one comes
    consumer._thread.let.set()
    consumer.app.conf.broker_session_timeout = 0.1
    await consumer.on_partitions_revoked({RAW})
    consumer.app.consumer_generation_id = 4
    await consumer.on_partitions_assigned({RAW}, 4)
    consumer.app.conf.broker_session_timeout = 60
    await asyncio.wait_for(consumer.on_partitions_revoked({RAW}), 1)
    assert not chunk.acked


async def test_a_rebalance_does_not_wait_for_a_chunk_that_waits_for_its_shard(
    consumer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shard is read back anew after the rebalance. What the others have in hand is finished."""

    async def recover(shard: Shard) -> None:
        if shard.recovery.partition == 0:
            await asyncio.Event().wait()

    monkeypatch.setattr(Shard, "recover", recover)
    known = Shards(Settings(), lambda *_: None, lambda _: None)
    known.assigned({0, 1})
    consumer.app.consumer, consumer.app.conf.broker_session_timeout = consumer, 60
    consumer.transport.on_rebalance = known.rebalancing
    consumer._thread.let.set()
    waiting, working = handed(consumer, 0, 10), handed(consumer, 10, 20)

    class Waits:
        async def work_out(self, _: Chunk) -> None:
            await known.shard(0)

    class Delivered(Stream):
        async def events(self) -> AsyncIterator[Any]:
            yield SimpleNamespace(message=waiting)

    waiting.records = [SimpleNamespace(headers=())]
    fakes: tuple[Any, ...] = (
        Waits(),
        None,
        Ledger(),
        None,
        SimpleNamespace(begin=lambda *_: SimpleNamespace(end=lambda: None)),
    )
    agent = asyncio.create_task(ChunkLoop("detect", *fakes).run(Delivered()))
    await known.shard(1)
    revoked = asyncio.create_task(consumer.on_partitions_revoked({RAW}))
    await asyncio.wait_for(agent, 5)
    assert not revoked.done()
    await known.shard(1)
    consumer.ack(working)
    await asyncio.wait_for(revoked, 5)
    assert not waiting.acked


async def test_after_the_note_of_a_crash_nothing_is_committed(consumer: Any) -> None:
    consumer._thread.let.set()
    await consumer.commit_notes(3, {})
    assert consumer._thread.noting


BATCH: Any = SimpleNamespace(topic="t", partition=0, batch=SimpleNamespace(size=lambda: 1))


class Slow:
    """A producer that waits for its last confirmation."""

    def __init__(self) -> None:
        self.confirmed, self.closed = asyncio.Event(), False

    async def stop(self) -> None:
        await self.confirmed.wait()
        self.closed = True


def shard_publisher(producer: Any) -> ShardPublisher:
    made = ShardPublisher(Settings(), "name")
    made._producer = producer
    return made


async def test_a_publisher_that_was_parted_with_is_not_shut_out_by_its_own_successor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = asyncio.get_running_loop().create_future()

    async def send(*_: object) -> list[object]:
        return [await answer]

    monkeypatch.setattr(publish, "send", send)
    publisher = shard_publisher(Slow())
    sending = asyncio.create_task(publisher.send([BATCH]))
    await asyncio.sleep(0)
    parting = asyncio.create_task(publisher.stop())
    await asyncio.sleep(0)
    answer.set_result(ProducerFenced())
    with pytest.raises(ShardGoneError):
        await sending
    parting.cancel()


async def test_what_a_publisher_that_was_parted_with_never_confirms_ends_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def send(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(publish, "send", send)
    monkeypatch.setattr(publish, "DELIVERY_SECONDS", 0.05)
    publisher = shard_publisher(Slow())
    sending = asyncio.create_task(publisher.send([BATCH]))
    await asyncio.sleep(0)
    parting = asyncio.create_task(publisher.stop())
    with pytest.raises(StoppedError):
        await sending
    parting.cancel()


async def test_a_question_for_partitions_ends_with_the_producer() -> None:
    class Unanswered(Slow):
        client = SimpleNamespace(cluster=SimpleNamespace(partitions_for_topic=lambda _: None))

        async def partitions_for(self, _topic: str) -> set[int]:
            await asyncio.Event().wait()
            return set()

    producer = Unanswered()
    producer.confirmed.set()
    publisher = shard_publisher(producer)
    encoding = asyncio.create_task(publisher.encode(["stories"], 1, lambda _: []))
    await asyncio.sleep(0.01)
    await publisher.stop()
    with pytest.raises(StoppedError):
        await asyncio.wait_for(encoding, 5)


async def test_a_producer_that_is_parted_with_is_closed_whenever_it_is_confirmed() -> None:
    producer = Slow()
    made = Shards(Settings(), lambda *_: None, lambda _: None)
    made._part_with(shard_publisher(producer))
    await asyncio.sleep(0.01)
    assert not producer.closed
    producer.confirmed.set()
    await asyncio.sleep(0.01)
    assert producer.closed
    assert made._farewells == set()


async def test_the_end_does_not_wait_for_a_producer_that_nobody_confirms(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shards, "_FAREWELL_SECONDS", 0.05)
    made = Shards(Settings(), lambda *_: None, lambda _: None)
    made._part_with(shard_publisher(Slow()))
    await asyncio.wait_for(made.stop(), 5)
    assert "1 producers were left without their last confirmation" in caplog.text
    for farewell in made._farewells:
        farewell.cancel()


async def test_a_recovery_that_is_cancelled_as_its_record_comes_does_not_go_on() -> None:
    got, went_on = asyncio.get_running_loop().create_future(), list[bool]()

    class Consumer:
        async def getone(self, _tp: object) -> object:
            return await got

    async def recovery() -> None:
        reader: Any = Consumer()
        await window_start._next(reader, RAW)
        await asyncio.sleep(0)
        went_on.append(True)

    ready = asyncio.create_task(recovery())
    await asyncio.sleep(0)
    got.set_result("record")
    await asyncio.sleep(0)
    ready.cancel()
    await asyncio.wait([ready])
    assert ready.cancelled()
    assert went_on == []
