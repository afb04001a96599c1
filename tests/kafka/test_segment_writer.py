"""Segments are written in batches, in order, and each waits for its own confirmation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import pytest

from streams.kafka import segment_writer
from streams.kafka.outgoing import Outgoing
from streams.kafka.segment_writer import ENOUGH_RECORDS, SegmentWriter


def segment(name: str) -> Outgoing:
    out = Outgoing("segments")
    out.add(None, name.encode(), 0, b"\0", 3)
    return out


class Log:
    """Takes segments when it is let."""

    def __init__(self) -> None:
        self.requests: list[list[bytes | None]] = []
        self.asked, self.open = asyncio.Event(), asyncio.Event()
        self.open.set()
        self.error: Exception | None = None

    async def send(self, make: Callable[[], Outgoing], _: int) -> int:
        together = make()
        assert together.partitions == [3] * len(together.values)
        self.requests.append(together.values)
        self.asked.set()
        await self.open.wait()
        if self.error:
            raise self.error
        return 100


def write(writer: SegmentWriter, name: str, records: int = 1) -> asyncio.Task[int]:
    return asyncio.create_task(writer.write([partial(segment, name)], records))


async def test_segments_that_arrive_together_are_one_request() -> None:
    log = Log()
    writer = SegmentWriter(log.send)
    sizes = await asyncio.gather(*(write(writer, name) for name in "abc"))
    assert log.requests == [[b"a", b"b", b"c"]]
    assert sum(sizes) == 100


async def test_many_records_are_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_writer, "GATHER_SECONDS", 60.0)
    log = Log()
    writer = SegmentWriter(log.send)
    async with asyncio.timeout(5):
        await asyncio.gather(write(writer, "a"), write(writer, "b", ENOUGH_RECORDS))
    assert log.requests == [[b"a", b"b"]]


async def test_a_request_waits_for_the_previous_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_writer, "GATHER_SECONDS", 0.01)
    log = Log()
    log.open.clear()
    writer = SegmentWriter(log.send)
    first = write(writer, "a")
    await log.asked.wait()
    others = [write(writer, "b", ENOUGH_RECORDS), write(writer, "c")]
    await asyncio.sleep(0.05)
    assert log.requests == [[b"a"]]
    assert not first.done()
    log.open.set()
    await asyncio.gather(first, *others)
    assert log.requests == [[b"a"], [b"b", b"c"]]


async def test_a_cancelled_caller_does_not_cancel_the_others() -> None:
    log = Log()
    writer = SegmentWriter(log.send)
    one, other = write(writer, "a"), write(writer, "b")
    await asyncio.sleep(0)
    one.cancel()
    assert await other == 0
    assert log.requests == [[b"a", b"b"]]


async def test_an_unconfirmed_request_is_an_error_for_all_and_for_those_behind() -> None:
    log = Log()
    log.error = ConnectionError("gone")
    writer = SegmentWriter(log.send)
    written = [write(writer, "a"), write(writer, "b", ENOUGH_RECORDS)]
    for one in written:
        with pytest.raises(ConnectionError):
            await one
    with pytest.raises(ConnectionError):
        await write(writer, "c", ENOUGH_RECORDS)
    assert log.requests == [[b"a", b"b"]]
