"""Calls in other processes, whose records and batches pass through shared memory."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from streams.agents.running.exit import blames_record, exit_code
from streams.agents.running.normaliser_pool import (
    _MOST_BLOCKS,
    NormaliserPool,
    NormaliserProcessError,
)
from streams.agents.running.page_time import last_page_done, read_in_time
from streams.agents.running.shared_memory import BLOCK_BYTES, Block, pack, unpack
from streams.articles.outlets import OutletsError, outlets
from streams.articles.page import Page, PageSource
from streams.kafka.batch import encode_batch
from streams.kafka.raw_record import RawRecord, RawRecords
from tests.kafka.service import until

ROOT = Path(__file__).parents[3]
HEADERS = [("traceparent", b"00-1"), ("more", b"")]


def record(offset: int, value: bytes | None) -> RawRecord:
    return RawRecord(
        "articles.raw",
        3,
        offset,
        1_750_000_000_000,
        1_750_000_000_001,
        False,
        b"key",
        value,
        HEADERS,
    )


RECORDS = RawRecords([record(0, b"first" * 99), record(1, None), record(2, b""), record(3, b"z")])


@pytest.fixture(scope="module")
def block() -> Block:
    return Block()


@pytest.mark.parametrize("records", [RECORDS, RawRecords()], ids=["some", "none"])
@pytest.mark.parametrize("shared", [True, False])
def test_records_arrive_as_they_were(block: Block, records: RawRecords, shared: bool) -> None:
    place = block if shared else None
    found = unpack(place, pack(place, {"records": records, "more": 1}))
    assert found == {"records": records, "more": 1}
    assert all(type(r) is RawRecord for r in found["records"])
    assert all(
        type(r.value) is type(sent.value) for r, sent in zip(found["records"], records, strict=True)
    )


@pytest.mark.parametrize("shared", [True, False])
def test_an_array_without_elements_arrives(block: Block, shared: bool) -> None:
    place = block if shared else None
    assert unpack(place, pack(place, np.zeros(0, np.int64))).shape == (0,)


@pytest.mark.parametrize("shared", [True, False])
def test_a_batch_arrives_as_it_was(block: Block, shared: bool) -> None:
    batch = encode_batch([b"k", None], [b"v" * 500, b"w"], [b"\0", b"\0"], [5, 3], "lz4")
    place = block if shared else None
    found = unpack(place, pack(place, batch))
    assert bytes(found._build()) == bytes(batch._build())
    assert found.record_count() == 2


def test_what_fits_goes_through_the_block_and_the_rest_in_the_pickle(block: Block) -> None:
    half, more = b"a" * (BLOCK_BYTES // 2), b"b" * (BLOCK_BYTES // 2 + 1)
    records = RawRecords([record(0, half), record(1, more), record(2, half)])
    packed = pack(block, records)
    assert packed.ends == [BLOCK_BYTES // 2, BLOCK_BYTES]
    assert half not in packed.pickled
    assert more in packed.pickled
    assert unpack(block, packed) == records


def answered(records: RawRecords, seconds: float = 0, begun: Path | None = None) -> RawRecords:
    if begun is not None:
        begun.touch()
    time.sleep(seconds)
    return RawRecords(r._replace(value=(r.value or b"") + b"!") for r in records)


def refused() -> None:
    raise ValueError("not this one")


class AwkwardError(Exception):
    """Cannot be unpickled: its arguments are not those of its initialiser."""

    def __init__(self, code: int, more: str) -> None:
        super().__init__(f"{more} {code}")
        self.lock = threading.Lock()


def refused_awkwardly() -> None:
    raise AwkwardError(7, "awkward")


async def test_calls_at_once_each_get_their_own_answer(pool: Any) -> None:
    """More of them than there are blocks."""
    calls = [RawRecords([record(n, b"%d" % n * 1000)]) for n in range(12)]
    answers = await asyncio.gather(*(pool.run(answered, records, 0.01) for records in calls))
    assert answers == [answered(records) for records in calls]
    assert sorted(pool._free) == [*range(len(pool._blocks))]


async def test_without_shared_memory_calls_go_through_pipes(
    pool: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none_left() -> Block:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("streams.agents.running.normaliser_pool.Block", none_left)
    assert await pool.run(answered, RECORDS) == answered(RECORDS)
    assert pool._blocks == []
    assert "no shared memory ([Errno 28] No space left on device)" in caplog.text


def test_all_blocks_fit_into_a_containers_shared_memory() -> None:
    assert BLOCK_BYTES * _MOST_BLOCKS <= 56 << 20


async def test_a_call_given_up_keeps_its_block_until_the_process_is_done_with_it(
    pool: Any, tmp_path: Path
) -> None:
    begun = tmp_path / "begun"
    given_up = asyncio.create_task(pool.run(answered, RECORDS, 1.0, begun))
    await asyncio.to_thread(until, begun.exists, "the call is at work")
    given_up.cancel()
    with pytest.raises(asyncio.CancelledError):
        await given_up
    assert len(pool._free) == len(pool._blocks) - 1
    assert await pool.run(answered, RECORDS) == answered(RECORDS)  # in its turn
    assert sorted(pool._free) == [*range(len(pool._blocks))]


async def test_a_call_that_fails_says_so_and_gives_its_block_back(pool: Any) -> None:
    with pytest.raises(NormaliserProcessError, match="ValueError: not this one") as caught:
        await pool.run(refused)
    assert "raise ValueError" in caught.value.__notes__[0]
    assert sorted(pool._free) == [*range(len(pool._blocks))]


async def test_an_error_that_cannot_be_pickled_does_not_hide_behind_a_broken_pool(
    pool: Any,
) -> None:
    with pytest.raises(NormaliserProcessError, match="AwkwardError: awkward 7"):
        await pool.run(refused_awkwardly)
    assert await pool.run(answered, RECORDS) == answered(RECORDS)


async def test_a_wrong_table_of_outlets_is_not_blamed_on_the_records(
    pool: Any, tmp_path: Path
) -> None:
    with pytest.raises(OutletsError, match=r"outlets_file: .*gone\.toml: No such file") as caught:
        await pool.run(outlets, str(tmp_path / "gone.toml"))
    assert not blames_record(caught.value)
    assert exit_code(caught.value) == 78


async def test_without_semaphores_everything_is_done_in_this_process(
    pool: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def none_left(*_arguments: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("streams.agents.running.normaliser_pool.ProcessPoolExecutor", none_left)
    assert await pool.run(os.getpid) == os.getpid()
    assert await pool.run(answered, RECORDS) == answered(RECORDS)
    page = PageSource(None, "Some words.", datetime(2026, 1, 1, tzinfo=UTC))
    assert len([pool.begin(read_in_time, 10, page)() for _ in range(2)]) == 2
    assert caplog.text.count("no processes for pages") == 1
    assert pool.processes == 0


async def test_without_semaphores_heartbeats_go_on_between_two_calls(
    pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_arguments: object) -> None:
        raise OSError(30, "Read-only file system")

    async def beat() -> None:
        while True:
            happened.append("beat")
            await asyncio.sleep(0)

    happened = list[str]()
    monkeypatch.setattr("streams.agents.running.normaliser_pool.ProcessPoolExecutor", none_left)
    heart = asyncio.create_task(beat())
    await asyncio.gather(*(pool.run(happened.append, "call") for _ in range(5)))
    heart.cancel()
    calls = [i for i, what in enumerate(happened) if what == "call"]
    assert len(calls) == 5
    assert all("beat" in happened[one:other] for one, other in pairwise(calls))


async def test_the_owner_knows_when_one_of_the_processes_was_done_with_a_page(pool: Any) -> None:
    page = PageSource(None, "Some words.", datetime(2026, 1, 1, tzinfo=UTC))
    for _ in range(2):
        began = time.monotonic()
        await pool.run(read_in_time, 10, page)
        assert began < last_page_done() < time.monotonic()


async def test_in_one_process_the_moment_of_a_page_is_known_too() -> None:
    page, began = (
        PageSource(None, "Some words.", datetime(2026, 1, 1, tzinfo=UTC)),
        time.monotonic(),
    )
    await NormaliserPool(0).run(read_in_time, 10, page)
    assert began < last_page_done() < time.monotonic()


def reading(monkeypatch: pytest.MonkeyPatch, read: Callable[[PageSource], Page]) -> Page:
    monkeypatch.setattr("streams.agents.running.page_time.read_page", read)
    return read_in_time(0.2, PageSource(None, "words", datetime(2026, 1, 1, tzinfo=UTC)))


@pytest.mark.parametrize("swallowed", [0, 1])
def test_a_page_that_computes_for_too_long_is_given_up(
    monkeypatch: pytest.MonkeyPatch, swallowed: int
) -> None:
    """Also when a library catches whatever is raised in it, once."""

    def endless(_page: PageSource) -> Page:
        for _ in range(swallowed):
            with suppress(Exception):
                while True:
                    pass
        while True:
            pass

    begun = time.process_time()
    page = reading(monkeypatch, endless)
    assert page.timed_out
    assert page.failure == "one that takes more than 0.2 seconds of computing"
    assert time.process_time() - begun > 0.1


def test_a_page_that_only_waits_for_a_busy_machine_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def waits(_page: PageSource) -> Page:
        threading.Event().wait(0.5)
        return Page("words")

    assert reading(monkeypatch, waits) == Page("words")


ENDS_AT_ONCE = """
import asyncio, os
from streams.agents.running.normaliser_pool import NormaliserPool

async def main():
    pool = NormaliserPool(1)
    print(await pool.run(abs, -7), flush=True)
    os._exit(3)

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_worker_that_ends_at_once_logs_nothing_about_semaphores(tmp_path: Path) -> None:
    """The process that unlinks them would write below the sentence that says why it ended."""
    program = tmp_path / "ends_at_once.py"
    program.write_text(ENDS_AT_ONCE)
    ended = subprocess.run(
        [sys.executable, str(program)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # the pipe is open until that process has ended, too
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "7\n", "")
