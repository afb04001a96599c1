"""Faust's consumer thread as a service of the worker's one loop."""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, OffsetOutOfRangeError
from faust.types import TP

from streams.kafka.insides.app import App
from streams.kafka.insides.consumer import ChunkConsumer
from streams.kafka.insides.one_loop import OneLoop

RAW = TP("raw", 0)


class Consumer:
    """aiokafka's."""

    _max_poll_records = 500

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.did = error, list[str]()
        self.ran_in = set[threading.Thread]()

    async def start(self) -> None:
        self.did.append("start")
        self.ran_in.add(threading.current_thread())
        if self.error:
            raise self.error

    async def stop(self) -> None:
        self.did.append("stop")

    async def seek_to_committed(self) -> dict[TP, int]:
        self.ran_in.add(threading.current_thread())
        return {RAW: 7}


def one_loop(consumer: Consumer) -> Any:
    app: Any = App("group", broker="kafka://nowhere")
    of: Any = SimpleNamespace(transport=SimpleNamespace(app=app), app=app)
    of.RebalanceListener = ChunkConsumer.RebalanceListener
    made: Any = OneLoop(of, loop=asyncio.get_running_loop())
    made._create_consumer = lambda **_: consumer
    return made


async def test_it_connects_takes_calls_and_disconnects_in_this_thread() -> None:
    consumer = Consumer()
    service, threads = one_loop(consumer), threading.active_count()
    await service.maybe_start()
    assert await service.seek_to_committed() == {RAW: 7}
    assert threading.active_count() == threads
    await asyncio.wait_for(service.stop(), 10)
    assert consumer.did == ["start", "stop"]
    assert consumer.ran_in == {threading.current_thread()}


async def test_a_broker_that_cannot_be_reached_is_raised_and_nothing_is_left_open() -> None:
    consumer = Consumer(error=KafkaConnectionError("nobody there"))
    with pytest.raises(KafkaConnectionError, match="nobody there"):
        await one_loop(consumer).maybe_start()
    assert consumer.did == ["start", "stop"]


async def test_what_was_never_started_stops() -> None:
    consumer = Consumer()
    await asyncio.wait_for(one_loop(consumer).stop(), 10)
    assert consumer.did == []


async def test_a_fetch_does_not_wait_for_other_calls() -> None:
    consumer, held = Consumer(), asyncio.Event()
    service = one_loop(consumer)
    await service.maybe_start()

    async def records(_consumer: Any, partitions: Any, **limits: Any) -> Any:
        return partitions, limits

    service._fetch_records = records
    others = [asyncio.create_task(service.call_thread(held.wait)) for _ in range(8)]
    partitions, limits = await asyncio.wait_for(service.getmany({RAW}, 1.0), 10)
    assert partitions == {RAW}
    assert limits == {"timeout": 1.0, "max_records": 500}
    assert not any(other.done() for other in others)
    held.set()
    await asyncio.wait_for(asyncio.gather(*others), 10)
    await asyncio.wait_for(service.stop(), 10)


async def test_the_error_of_a_fetch_is_raised_where_it_was_asked_for() -> None:
    async def out_of_range(*_: Any, **__: Any) -> Any:
        raise OffsetOutOfRangeError({RAW: 7})

    service = one_loop(Consumer())
    await service.maybe_start()
    service._fetch_records = out_of_range
    with pytest.raises(OffsetOutOfRangeError):
        await service.getmany({RAW}, 1.0)
    await asyncio.wait_for(service.stop(), 10)
