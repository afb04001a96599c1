"""A chunk takes its steps in order, and its stage publishes chunks in order of arrival."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from streams.agents.running.chunk_life import MOST_UNFINISHED, ChunkLife, Overlap, State
from streams.kafka.publish import StoppedError
from tests.agents.running.test_loop import Ledger


class Steps:
    """A stage that writes down what is done; each chunk encodes for as long as it says."""

    def __init__(self, *seconds: float) -> None:
        self.done: list[tuple[str, int]] = []
        self._seconds = seconds
        self.settling = asyncio.Event()
        self.settling.set()

    async def work_out(self, chunk: Any) -> Any:
        stage, number = self, chunk.number
        self.done.append(("worked out", number))

        class OneChunk:
            async def encode(self) -> None:
                await asyncio.sleep(stage._seconds[number])
                stage.done.append(("encoded", number))

            async def publish(self) -> None:
                stage.done.append(("published", number))

            async def settle(self) -> None:
                await stage.settling.wait()
                stage.done.append(("settled", number))

        return OneChunk()


class OneChunk:
    def __init__(self, number: int) -> None:
        self.number, self.records = number, [number]
        self.unreadable: list[Any] = []
        self.published = False


async def nothing() -> None:
    return


def life(stage: Any, number: int, before: ChunkLife | None) -> ChunkLife:
    chunk: Any = OneChunk(number)
    ledger: Any = Ledger()
    give_up: Any = None
    return ChunkLife(chunk, stage, ledger, give_up, before)


async def test_a_chunk_goes_through_all_steps() -> None:
    seen: list[State] = []
    one = life(Steps(0.01), 0, None)
    seen.append(one.state)
    await one.work_out()
    seen.append(one.state)

    async def acknowledge() -> None:
        seen.append(one.state)

    await one.finish(acknowledge)
    seen.append(one.state)
    assert seen == [State.TAKEN, State.WORKED_OUT, State.PUBLISHED, State.ACKNOWLEDGED]


async def test_a_later_chunk_that_is_encoded_sooner_is_still_published_later() -> None:
    stage, overlap = Steps(0.05, 0.0, 0.0), Overlap()
    lives = []
    for number in range(3):
        one = life(stage, number, overlap.last)
        await one.work_out()
        one.finish(nothing)
        lives.append(one)
        await overlap.add(one)
    await asyncio.gather(*(one.finished() for one in lives))
    assert next(n for step, n in stage.done if step == "encoded") == 1
    assert [n for step, n in stage.done if step == "published"] == [0, 1, 2]


async def test_a_chunk_is_published_while_the_one_before_is_not_settled() -> None:
    stage, overlap, acknowledged = Steps(*[0.0] * 8), Overlap(), list[int]()
    stage.settling.clear()
    lives = []

    async def acknowledge(number: int) -> None:
        acknowledged.append(number)

    for number in range(8):
        one = life(stage, number, overlap.last)
        await one.work_out()
        one.finish(partial(acknowledge, number))
        lives.append(one)
        await overlap.add(one)
    await lives[-1].published()
    assert [n for step, n in stage.done if step == "published"] == list(range(8))
    assert acknowledged == []
    assert {one.state for one in lives} == {State.PUBLISHED}
    stage.settling.set()
    await asyncio.gather(*(one.finished() for one in lives))
    assert acknowledged == list(range(8))


async def test_nothing_is_published_behind_a_chunk_that_was_cancelled() -> None:
    stage = Steps(5.0, 0.0)
    one = life(stage, 0, None)
    other = life(stage, 1, one)
    for each in (one, other):
        await each.work_out()
        each.finish(nothing)
    await asyncio.sleep(0.01)
    one.cancel()
    with pytest.raises(asyncio.CancelledError):
        await other.finished()
    assert not [n for step, n in stage.done if step == "published"]


async def test_nothing_is_acknowledged_behind_a_chunk_that_was_not() -> None:
    acknowledged = []

    async def acknowledge() -> None:
        acknowledged.append(1)

    stage = Steps(0.0, 0.0)
    stage.settling.clear()
    one = life(stage, 0, None)
    other = life(stage, 1, one)
    for each in (one, other):
        await each.work_out()
        each.finish(acknowledge)
    await other.published()
    one.cancel()
    stage.settling.set()
    with pytest.raises(asyncio.CancelledError):
        await other.finished()
    assert acknowledged == []


async def test_the_number_of_unfinished_chunks_is_bounded() -> None:
    stage, overlap = Steps(*[0.02] * 6), Overlap()
    for number in range(6):
        one = life(stage, number, overlap.last)
        await one.work_out()
        published = sum(step == "published" for step, _ in stage.done)
        assert number - published <= MOST_UNFINISHED
        one.finish(nothing)
        await overlap.add(one)
    overlap.cancel()


async def test_what_a_rebalance_stops_says_so_and_the_next_one_goes_on() -> None:
    class Stopped(Steps):
        async def work_out(self, chunk: Any) -> Any:
            if chunk.number == 1:
                raise StoppedError
            return await super().work_out(chunk)

    stage = Stopped(0, 0, 0)
    one, other = life(stage, 0, None), life(stage, 1, None)
    await one.work_out()
    await other.work_out()
    assert (one.state, other.state) == (State.WORKED_OUT, State.STOPPED)


async def test_what_is_cancelled_is_not_acknowledged() -> None:
    acknowledged = []

    async def acknowledge() -> None:
        acknowledged.append(1)

    one = life(Steps(5.0), 0, None)
    await one.work_out()
    one.finish(acknowledge)
    await asyncio.sleep(0)
    one.cancel()
    with pytest.raises(asyncio.CancelledError):
        await one.finished()
    assert acknowledged == []
    assert one.state is State.WORKED_OUT


async def test_a_chunk_that_the_next_one_waits_for_is_cancelled_with_the_others() -> None:
    stage, overlap, lives = Steps(*[60.0] * 3), Overlap(), list[ChunkLife]()

    async def take_three() -> None:
        try:
            for number in range(MOST_UNFINISHED + 1):
                one = life(stage, number, overlap.last)
                await one.work_out()
                lives.append(one)
                one.finish(nothing)
                await overlap.add(one)
        finally:
            overlap.cancel()

    taking = asyncio.create_task(take_three())
    await asyncio.sleep(0.01)
    assert len(lives) == MOST_UNFINISHED + 1
    taking.cancel()
    ended = await asyncio.gather(*(one.finished() for one in lives), return_exceptions=True)
    assert [type(end) for end in ended] == [asyncio.CancelledError] * len(lives)
