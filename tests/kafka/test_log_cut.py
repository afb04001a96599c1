"""Logs that lose their ends, as by an unclean leader election, and are written on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson
import pytest
from aiokafka.admin import NewTopic

from deploy.kafka.embedded import EmbeddedKafka
from schemas.topics import ENRICHED, NORMALISED, RAW
from streams.kafka.connection import admin_client
from streams.kafka.outgoing import Outgoing
from streams.settings import Settings, load_settings
from tests.kafka.service import Worker, everything_committed, make_topics, read, until
from tests.kafka.test_poison import batches_of, publish
from tests.kafka.test_worker import NOON, article, run_until_committed
from tests.support.cluster import ThreeBrokers
from tests.support.pauses import pause_until_fenced

pytestmark = pytest.mark.broker

BEFORE, KEPT = 20, 12
SOON = 120.0
# A log that grew past its cut is the harder one: no offset in it is out of range.
LENGTHS = pytest.mark.parametrize(
    "more",
    [
        pytest.param(3, marks=pytest.mark.trial, id="shorter than it was"),
        pytest.param(30, id="longer than it was"),
    ],
)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    with EmbeddedKafka(tmp_path / "kafka") as running:
        yield running


@pytest.fixture
def settings(broker: EmbeddedKafka) -> Settings:
    found = load_settings(
        bootstrap_servers=broker.bootstrap, group="cut", http_port=0, window_articles=4096,
        session_timeout_seconds=6, normalising_processes=1,
    )  # fmt: skip
    asyncio.run(make_topics(found, partitions=1))
    return found


def push_singly(settings: Settings, numbers: Sequence[int]) -> None:
    """Articles, each in a batch of its own."""
    singles = [
        Outgoing("", [b"k"], [orjson.dumps(article(n))], [NOON + n], [b"\0"], [0]) for n in numbers
    ]
    asyncio.run(publish(settings, RAW, *singles))


def cut_log(broker: EmbeddedKafka, topic: str, records: int) -> None:
    """Kill the broker, and start it without what follows so many records of a topic."""
    broker.kill()
    folder = broker.directory / "data" / f"{topic}-0"
    path = folder / f"{0:020}.log"
    log = path.read_bytes()
    end = 0
    for start, stop in batches_of(log):
        if int.from_bytes(log[start : start + 8], "big") >= records:
            break
        end = stop
    assert 0 < end < len(log)
    path.write_bytes(log[:end])
    for name in ("*.index", "*.timeindex", "*.snapshot"):
        for recreated in folder.glob(name):
            recreated.unlink()
    broker.start()


def titles(settings: Settings) -> set[str]:
    """Of the articles that have a verdict."""
    return {orjson.loads(r.value)["title"] for r in asyncio.run(read(settings, ENRICHED))}


def wanted(*numbers: range) -> set[str]:
    return {f"T{n}" for some in numbers for n in some}


@pytest.mark.parametrize("more", [3, 30], ids=["shorter than it was", "longer than it was"])
def test_what_follows_a_cut_is_read_under_a_running_worker(
    broker: EmbeddedKafka, settings: Settings, tmp_path: Path, more: int
) -> None:
    push_singly(settings, range(BEFORE))
    with run_until_committed(settings, tmp_path) as worker:
        cut_log(broker, RAW, KEPT)
        push_singly(settings, range(100, 100 + more))
        expected = wanted(range(BEFORE), range(100, 100 + more))
        until(lambda: worker.ended() or titles(settings) == expected, "all have verdicts", SOON)
        assert not worker.ended(), worker.log()
        assert f"the log was cut at offset {KEPT}" in worker.log()
        lost = worker.metric("echowire_log_cut_records_total", stage="normalise")
        assert lost >= BEFORE - KEPT
        until(lambda: everything_committed(settings), "all is committed", SOON)
        assert worker.stop() == 0


@LENGTHS
def test_what_follows_a_cut_is_read_by_the_worker_after(
    broker: EmbeddedKafka, settings: Settings, tmp_path: Path, more: int
) -> None:
    push_singly(settings, range(BEFORE))
    with run_until_committed(settings, tmp_path) as worker:
        worker.stop()
    cut_log(broker, RAW, KEPT)
    push_singly(settings, range(100, 100 + more))
    with Worker(settings, tmp_path) as worker:
        expected = wanted(range(BEFORE), range(100, 100 + more))
        until(lambda: titles(settings) == expected, "all have verdicts", SOON)
        assert f"the log was cut at offset {KEPT}" in worker.log()
        assert worker.stop() == 0


@LENGTHS
def test_records_in_a_shards_log_after_a_cut_are_decided(
    broker: EmbeddedKafka, settings: Settings, tmp_path: Path, more: int
) -> None:
    """A second cut and a third worker show that the first is remembered."""
    with Worker(settings, tmp_path).start() as worker:
        for n in range(0, BEFORE, 4):  # each four in a batch of their own
            push_singly(settings, range(n, n + 4))
            until(lambda: everything_committed(settings), "they are decided", SOON)
        worker.stop()
    cut_log(broker, NORMALISED, KEPT)
    push_singly(settings, range(100, 100 + more))
    with run_until_committed(settings, tmp_path) as worker:
        expected = wanted(range(BEFORE), range(100, 100 + more))
        until(lambda: worker.ended() or titles(settings) == expected, "all have verdicts", SOON)
        assert not worker.ended(), worker.log()
        assert "though it had been decided up to 19" in worker.log()
        assert worker.stop() == 0
    push_singly(settings, range(200, 205))
    with Worker(settings, tmp_path) as worker:
        expected |= wanted(range(200, 205))
        until(lambda: worker.ended() or titles(settings) == expected, "all have verdicts", SOON)
        assert not worker.ended(), worker.log()
        assert worker.stop() == 0
    enriched = asyncio.run(read(settings, ENRICHED))
    keys = [
        (orjson.loads(r.value)["article_id"], orjson.loads(r.value)["content_digest"])
        for r in enriched
    ]
    assert len(keys) == len(set(keys))


def test_a_leader_that_is_elected_again_has_lost_nothing(
    broker: EmbeddedKafka, settings: Settings, tmp_path: Path
) -> None:
    """A broker that pauses keeps its connections; its controller, which paused with it, has every
    leader elected again. What a worker hands to itself meanwhile tells no epoch."""
    with Worker(settings, tmp_path).start() as worker:
        push_singly(settings, range(50))
        until(lambda: everything_committed(settings), "they are decided", SOON)
        for first in (100, 200):
            pause_until_fenced(broker)
            for n in range(first, first + 50, 5):
                push_singly(settings, range(n, n + 5))
        until(lambda: everything_committed(settings), "they are decided", SOON)
        expected = wanted(range(50), range(100, 150), range(200, 250))
        until(lambda: titles(settings) == expected, "all have verdicts", SOON)
        assert "the log was cut" not in worker.log()
        assert worker.stop() == 0


async def make_raw_topic_on_two(settings: Settings) -> None:
    """Its leader is broker 1; broker 2 may lead it without all that broker 1 has."""
    may_lose = {"min.insync.replicas": "1", "unclean.leader.election.enable": "true"}
    name = settings.topic_prefix + RAW
    async with admin_client(settings) as admin:
        await admin.create_topics(
            [NewTopic(name, -1, -1, replica_assignments={0: [1, 2]}, topic_configs=may_lose)]
        )


def test_an_unclean_election_leaves_no_record_of_the_log_without_a_verdict(tmp_path: Path) -> None:
    with ThreeBrokers() as cluster:
        settings = load_settings(
            bootstrap_servers=cluster.bootstrap, group="cut", http_port=0, window_articles=4096,
            session_timeout_seconds=6, normalising_processes=1,
        )  # fmt: skip
        leader, follower, _ = cluster.brokers
        asyncio.run(make_raw_topic_on_two(settings))
        asyncio.run(make_topics(settings, partitions=1, replication=3))
        push_singly(settings, range(KEPT))
        with Worker(settings, tmp_path) as worker:
            until(lambda: titles(settings) == wanted(range(KEPT)), "the first are decided", SOON)
            follower.kill()
            push_singly(settings, range(KEPT, BEFORE))
            until(lambda: titles(settings) == wanted(range(BEFORE)), "all are decided", SOON)
            leader.kill()
            follower.start()
            push_singly(settings, range(100, 130))
            expected = wanted(range(BEFORE), range(100, 130))
            until(lambda: worker.ended() or titles(settings) == expected, "the new ones are", SOON)
            assert not worker.ended(), worker.log()
            assert f"the log was cut at offset {KEPT}" in worker.log()
