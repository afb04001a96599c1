"""How the chunks of fetches reach the agents."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import ConsumerStoppedError
from faust.types import TP

from streams.kafka.insides import fetch_loop
from streams.kafka.insides.app import App
from streams.kafka.insides.fetch_loop import FetchLoop

RAW = TP("raw", 0)


class Loop(FetchLoop):
    """Chunks given, instead of fetched; `passed` are those that reached an agent's queue."""

    def __init__(self, *chunks: int, read: int | None = None, error: Any = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped, self._crashed = asyncio.Event(), asyncio.Event()
        self.suspend_flow, self.flow_active = asyncio.Event(), True
        self.app = SimpleNamespace(
            flow_control=SimpleNamespace(is_active=lambda: self.flow_active), should_stop=False
        )
        self._read_offset: dict[TP, int | None] = {RAW: read}
        self.chunks, self.error, self.passed = chunks, error, list[int]()

    async def getmany(self, timeout: float) -> Any:  # noqa: ASYNC109
        for offset in self.chunks:
            yield RAW, SimpleNamespace(offset=offset, tp=RAW)
        if self.error:
            raise self.error
        self._stopped.set()

    async def callback(self, chunk: Any) -> None:
        if not self.flow_active:
            await asyncio.Event().wait()
        self.passed.append(chunk.offset)

    async def drain(self) -> None:
        fetcher = SimpleNamespace(_stopped=asyncio.Event())
        await asyncio.wait_for(self._drain_messages(fetcher), 10)


async def test_chunks_are_passed_on_in_order_until_the_consumer_stops() -> None:
    loop = Loop(3, 5, 8)
    await loop.drain()
    assert loop.passed == [3, 5, 8]
    assert loop._read_offset == {RAW: 8}


async def test_chunks_from_before_the_place_that_it_went_back_to_are_left_out() -> None:
    loop = Loop(3, 5, 8, read=5)
    await loop.drain()
    assert loop.passed == [5, 8]


async def test_a_rebalance_that_begins_does_not_wait_for_a_chunk_that_is_held_up() -> None:
    loop = Loop(3)
    loop.flow_active = False
    draining = asyncio.create_task(loop.drain())
    for _ in range(10):
        await asyncio.sleep(0)
    assert not draining.done()
    loop.suspend_flow.set()
    await asyncio.wait_for(draining, 10)
    assert loop.passed == []


async def test_a_consumer_that_was_stopped_is_an_error_unless_the_worker_ends() -> None:
    with pytest.raises(ConsumerStoppedError):
        await Loop(error=ConsumerStoppedError()).drain()
    ending = Loop(3, error=ConsumerStoppedError())
    ending.app.should_stop = True
    await ending.drain()
    assert ending.passed == [3]


async def test_a_fetch_begins_when_partitions_come_and_not_at_the_end_of_a_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fetch_loop, "_FETCH_SECONDS", 100.0)
    loop = Loop()
    loop._resumed, loop.can_resume_flow = asyncio.Event(), asyncio.Event()
    loop._active_partitions = set()
    waiting = asyncio.create_task(loop._wait_next_records(1.0))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not waiting.done()
    loop.resume_flow()
    assert await asyncio.wait_for(waiting, 10) == (None, None)


async def test_no_second_is_spent_on_tables_that_nobody_declares(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app: Any = App("group", broker="kafka://nowhere")
    did = []

    async def do(what: str) -> None:
        did.append(what)

    monkeypatch.setattr(app.tables, "_update_channels", lambda: do("channels"))
    monkeypatch.setattr(app.tables.recovery, "start", lambda: do("recovery"))
    monkeypatch.setattr(app.tables, "sleep", lambda _: do("sleep"))
    await app.tables.on_start()
    assert did == ["channels", "recovery"]
