"""Logs with missing records: retention deletes them as DeleteRecords does.

Nothing left to read is nothing that waits, by all accounts: the worker's probes, its metrics, its
page, and the committed offsets, from which KEDA and others compute the lag by themselves.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition

from schemas.topics import RAW
from streams.kafka.connection import admin_client
from streams.settings import Settings
from tests.kafka.service import Worker, committed, make_topics, push, until
from tests.kafka.test_faust_edges import patched
from tests.kafka.test_worker import article, run_until_committed
from tests.kafka.transactions import transact

pytestmark = pytest.mark.broker

STALLED_SECONDS = 2.0
SOON_STALLED = f"""
import streams.health
streams.health.STALLED_SECONDS = {STALLED_SECONDS}
"""


async def delete(settings: Settings, before: int, topic: str = RAW) -> None:
    """All of partition 0 before this offset."""
    tp = TopicPartition(settings.topic_prefix + topic, 0)
    async with admin_client(settings) as admin:
        await admin.delete_records({tp: RecordsToDelete(before_offset=before)})


def committed_to(settings: Settings, offset: int) -> bool:
    return asyncio.run(committed(settings, RAW)).get(0) == offset


def assert_well(worker: Worker) -> None:
    """For longer than a partition may stand still."""
    until_when = time.monotonic() + STALLED_SECONDS + 1
    while time.monotonic() < until_when:
        assert worker.metric("echowire_lag_records", stage="normalise") == 0
        assert worker.metric("echowire_stalled_partitions") == 0
        assert worker.get("/livez") == (200, "live\n")
        assert worker.get("/readyz") == (200, "ready\n")
    assert "Running, and keeping up" in worker.get("/status")[1]


def test_a_transactions_end_does_not_count_as_waiting(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    with patched(settings, tmp_path, SOON_STALLED).start() as worker:
        asyncio.run(transact(settings, [article(1)], commit=True))
        asyncio.run(transact(settings, [article(2)], commit=False))
        until(lambda: committed_to(settings, 4), "the end is committed")
        assert_well(worker)


def test_a_group_that_is_new_on_an_emptied_topic_has_nothing_to_read(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(200)], partition=0))
    asyncio.run(delete(settings, 200))
    with patched(settings, tmp_path, SOON_STALLED).start() as worker:
        until(lambda: committed_to(settings, 200), "the end is committed")
        assert_well(worker)
        assert worker.metric("echowire_records_lost_total") == 0  # it never had any
        asyncio.run(push(settings, [article(1)], partition=0))
        until(lambda: worker.metric("echowire_verdicts_total") == 1, "what comes then is read")


def test_unread_records_that_retention_deleted_are_reported_and_counted(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(5)], partition=0))
    with run_until_committed(settings, tmp_path) as worker:
        worker.stop()
    asyncio.run(push(settings, [article(n) for n in range(5, 15)], partition=0))
    asyncio.run(delete(settings, 11))  # 6 of the 10 that wait
    with Worker(settings, tmp_path).start() as worker:
        until(lambda: worker.metric("echowire_verdicts_total") == 4, "the rest is decided")
        assert worker.metric("echowire_records_lost_total", stage="normalise") == 6
        said = "articles.raw[0]: 6 records were gone before they were read, offset 5 to 10"
        assert said in worker.log()
        until(lambda: committed_to(settings, 15), "the end is committed")


def test_all_unread_records_may_be_gone(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(5)], partition=0))
    with run_until_committed(settings, tmp_path) as worker:
        worker.stop()
    asyncio.run(push(settings, [article(n) for n in range(5, 15)], partition=0))
    asyncio.run(delete(settings, 15))
    with patched(settings, tmp_path, SOON_STALLED).start() as worker:
        until(lambda: committed_to(settings, 15), "the end is committed")
        assert worker.metric("echowire_records_lost_total", stage="normalise") == 10
        assert_well(worker)
    with Worker(settings, tmp_path).start() as again:
        assert again.metric("echowire_records_lost_total") == 0  # told once
