"""Producers that write in transactions: what they abort never was, and its offsets hold up nothing.

The end of each transaction takes an offset of its own, so that a log ends behind its last record.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from pathlib import Path

import orjson
import pytest

from schemas.topics import DEAD_LETTERS, ENRICHED, NORMALISED, RAW, SEGMENTS
from streams.cli.tail import follow
from streams.kafka.dead_letter_log import Choice, letter_log
from streams.settings import Settings
from tests.kafka.service import Worker, committed, end_offsets, make_topics, push, read, until
from tests.kafka.shard_logs import NEWS, decided, publish_articles, publish_segments, recovered
from tests.kafka.test_worker import article
from tests.kafka.transactions import transact, write, writer

pytestmark = pytest.mark.broker


async def interleave(settings: Settings) -> None:
    """Two producers in one partition, record by record: one commits, the other aborts. Then one
    that aborts all, and is the last."""
    async with writer(settings, "one") as one, writer(settings, "other") as other:
        for turn in range(3):
            await one.begin_transaction()
            await other.begin_transaction()
            for n in range(4):
                await write(settings, one, [article(10 * turn + n)])
                await write(settings, other, [article(100 + 10 * turn + n)])
            await other.abort_transaction()
            await one.commit_transaction()
    await transact(settings, [article(200 + n) for n in range(5)], commit=False)


def titles(settings: Settings) -> set[str]:
    return {orjson.loads(r.value)["title"] for r in asyncio.run(read(settings, ENRICHED))}


def at_the_end(settings: Settings) -> bool:
    ends = asyncio.run(end_offsets(settings, RAW))
    return asyncio.run(committed(settings, RAW)).get(0) == ends[0]


def test_what_a_transaction_aborts_is_never_processed(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(interleave(settings))
    with Worker(settings, tmp_path).start() as worker:
        until(lambda: at_the_end(settings), "it is committed behind the last, aborted transaction")
        until(lambda: worker.metric("echowire_verdicts_total") == 12, "all are decided")
        until(lambda: worker.metric("echowire_lag_records") == 0, "nothing waits")
        # Live, too.
        asyncio.run(interleave(settings))
        until(lambda: at_the_end(settings), "it is committed to the end again")
        assert worker.metric("echowire_records_consumed_total", stage="normalise") == 24
        assert worker.get("/livez")[0] == worker.get("/readyz")[0] == 200
    keys = {turn * 10 + n for turn in range(3) for n in range(4)}
    assert titles(settings) == {article(n)["title"] for n in keys}


def test_uncommitted_records_can_be_read_on_request(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(transact(settings, [article(1)], commit=False))
    hasty = settings.model_copy(update={"isolation_level": "read_uncommitted"})
    with Worker(hasty, tmp_path).start() as worker:
        until(lambda: worker.metric("echowire_verdicts_total") == 1, "it is decided")
        until(lambda: at_the_end(settings), "it is committed to the end")


def test_an_open_transaction_does_not_count_as_lag(settings: Settings, tmp_path: Path) -> None:
    """What stands behind its beginning cannot be read yet, and does not wait for us."""

    async def steps(worker: Worker) -> None:
        async with writer(settings, "slow") as slow:
            await slow.begin_transaction()
            await write(settings, slow, [article(1)])
            await push(settings, [article(2)], partition=0)
            await asyncio.to_thread(
                until, lambda: "partition" in worker.get("/metrics")[1], "it is measured"
            )
            assert worker.metric("echowire_lag_records", stage="normalise") == 0
            assert worker.metric("echowire_verdicts_total") == 0
            await slow.commit_transaction()
        decided_all = lambda: worker.metric("echowire_verdicts_total") == 2  # noqa: E731
        await asyncio.to_thread(until, decided_all, "both are decided")

    asyncio.run(make_topics(settings, partitions=1))
    with Worker(settings, tmp_path).start() as worker:
        asyncio.run(steps(worker))


async def test_dead_letters_are_read_to_an_end_that_is_not_a_record(settings: Settings) -> None:
    await make_topics(settings, partitions=1)
    for commit in (True, False):
        await transact(settings, [b"another's"], commit=commit, topic=NORMALISED)
    await transact(settings, [b"never written"], commit=False, topic=DEAD_LETTERS)
    async with asyncio.timeout(20):
        async with letter_log(settings) as log:
            assert [letter async for letter in log.read(Choice())] == []


async def test_tail_shows_nothing_that_was_aborted(settings: Settings) -> None:
    await make_topics(settings, partitions=1)
    for n, commit in enumerate([False, True, False, True]):
        await transact(settings, [b"%d" % n], commit=commit, topic=ENRICHED)
    async with (
        asyncio.timeout(20),
        aclosing(follow(settings, ENRICHED, from_beginning=True)) as all_,
    ):
        assert [(await anext(all_)).value, (await anext(all_)).value] == [b"1", b"3"]


async def test_a_shard_is_read_back_although_a_transaction_ends_behind_its_segments(
    shard: Settings,
) -> None:
    desk = decided(shard, NEWS)
    await publish_articles(shard, NEWS)
    await publish_segments(shard, desk.segments)
    for _ in range(3):
        await transact(shard, [b"no segment"], commit=False, topic=SEGMENTS)
    async with asyncio.timeout(20):
        recovery = await recovered(shard)
    assert recovery.state.last_offset == desk.state.last_offset
