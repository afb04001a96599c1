"""Topics that are deleted, recreated or given more partitions under a running worker."""

from __future__ import annotations

import asyncio
from pathlib import Path

import orjson
import pytest
from aiokafka.admin import NewPartitions

from schemas.topics import DEAD_LETTERS, NORMALISED, RAW, SEGMENTS
from streams.agents.running.exit import EXIT_CONFIGURATION
from streams.kafka.connection import METADATA_SECONDS, admin_client
from streams.kafka.partitioning import shard_of
from streams.settings import Settings
from tests.kafka.service import Worker, committed, make_topics, push, read, until
from tests.kafka.test_worker import article, run_until_committed

pytestmark = pytest.mark.broker

# It is noticed within METADATA_SECONDS; a rebalance follows, on a busy machine.
SOON = METADATA_SECONDS + 30


def delete_topic(settings: Settings, name: str) -> None:
    full = settings.topic_prefix + name

    async def delete() -> None:
        async with admin_client(settings) as admin:
            await admin.delete_topics([full])

    async def topics() -> list[str]:
        async with admin_client(settings) as admin:
            return await admin.list_topics()

    asyncio.run(delete())
    until(lambda: full not in asyncio.run(topics()), "it is gone")


async def widen(settings: Settings, name: str, partitions: int) -> None:
    async with admin_client(settings) as admin:
        await admin.create_partitions({settings.topic_prefix + name: NewPartitions(partitions)})


def normalised_titles(settings: Settings) -> list[str]:
    found = asyncio.run(read(settings, NORMALISED))
    return [orjson.loads(record.value)["title"] for record in found]


@pytest.mark.parametrize("pause", [False, True], ids=["at once", "after it was noticed"])
def test_a_recreated_topic_is_read_from_its_beginning(
    settings: Settings, tmp_path: Path, *, pause: bool
) -> None:
    """Also where it is longer than the one before was by the time that it is looked at."""
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(5)], partition=0))
    with run_until_committed(settings, tmp_path) as worker:
        delete_topic(settings, RAW)
        if pause:
            missing = f"{settings.topic_prefix}{RAW} is missing"
            until(lambda: missing in worker.get("/readyz")[1], "it is missed", SOON)
        asyncio.run(make_topics(settings, partitions=1))
        asyncio.run(push(settings, [article(n) for n in range(10, 22)], partition=0))
        until(
            lambda: {f"T{n}" for n in range(10, 22)} <= set(normalised_titles(settings)),
            "all of the new topic is read",
            SOON,
        )
        until(lambda: asyncio.run(committed(settings, RAW)).get(0) == 12, "it is committed", SOON)
        until(worker.ready, "it is ready", SOON)


@pytest.mark.parametrize("name", [NORMALISED, SEGMENTS])
def test_a_worker_whose_shards_topic_is_recreated_ends_with_a_sentence(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(5)], partition=0))
    with run_until_committed(settings, tmp_path) as worker:
        delete_topic(settings, name)
        asyncio.run(make_topics(settings, partitions=1))
        until(worker.ended, "it has ended", SOON)
        assert worker.process.returncode == EXIT_CONFIGURATION, worker.log()
        # The watch, the consumer or a recovery is first; each says it.
        (said,) = [line for line in worker.log().splitlines() if "[critical" in line]
        assert "recreated" in said


def test_added_partitions_are_read_and_their_bad_records_have_a_place(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=2))
    with Worker(settings, tmp_path).start() as worker:
        asyncio.run(widen(settings, RAW, 5))
        for partition in range(5):
            asyncio.run(push(settings, [article(partition), b"no json"], partition=partition))
        until(lambda: worker.metric("echowire_verdicts_total") == 5, "all are decided", SOON)
        until(lambda: len(asyncio.run(read(settings, DEAD_LETTERS))) == 5, "all have a letter")
        letters = asyncio.run(read(settings, DEAD_LETTERS))
        origin = [dict(r.headers)["dlt_partition"] for r in letters]
        assert sorted(origin) == [b"0", b"1", b"2", b"3", b"4"]
        assert {int(o) % 2 == r.partition for o, r in zip(origin, letters, strict=True)} == {True}
        assert f"{RAW} has 5 partitions now, 2 before" in worker.log()
        assert worker.stop() == 0
    with Worker(settings, tmp_path).start() as again:  # a restart does not refuse what went on
        assert again.ready()


def test_shards_without_a_log_of_their_own_are_refused(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    with Worker(settings, tmp_path).start() as worker:
        asyncio.run(widen(settings, NORMALISED, 3))
        until(worker.ended, "it has ended", SOON)
        assert worker.process.returncode == EXIT_CONFIGURATION, worker.log()
        assert "detection.segments must have as many: 1" in worker.log()


def test_shards_that_are_added_with_their_logs_take_languages_over(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    moved = next(code for code in ("de", "fr", "es", "en") if shard_of(code, 3))
    asyncio.run(push(settings, [article(1, language=moved)], partition=0))
    with run_until_committed(settings, tmp_path) as worker:
        asyncio.run(widen(settings, SEGMENTS, 3))
        asyncio.run(widen(settings, NORMALISED, 3))
        until(lambda: "languages move to other shards" in worker.log(), "it is said", SOON)
        until(lambda: worker.metric("echowire_assigned_partitions", stage="detect") == 3, "", SOON)

        def lands() -> bool:
            asyncio.run(push(settings, [article(1, language=moved)], partition=0))
            return any(r.partition for r in asyncio.run(read(settings, NORMALISED)))

        until(lands, "what is written goes by the new count", SOON)
        until(lambda: worker.metric("echowire_verdicts_total") == 2, "it is decided again there")
