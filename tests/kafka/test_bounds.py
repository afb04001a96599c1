"""Memory stays under a stated limit, however much is waiting and however slow the brokers are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

import orjson
import psutil
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.structs import TopicPartition

from deploy.kafka.embedded import EmbeddedKafka
from schemas.topics import ENRICHED, RAW
from streams.kafka.connection import client_options
from streams.settings import Settings, load_settings
from tests.kafka.service import Worker, end_offsets, everything_committed, make_topics, push, until
from tests.kafka.test_worker import NOON, article, text_of

pytestmark = pytest.mark.broker

MIB = 1 << 20
# Of the worker's own process with a window of 4,096 articles; docs/guarantees.md states it.
LIMIT_BYTES = 600 * MIB
LARGE_BYTES = 200_000
ZSTD = 4  # Kafka's number
PACKED_RECORDS = 400  # of .9 MB
WAITING = 4000  # 800 MB, which a worker that read without end would soon hold


def large(number: int) -> dict[str, object]:
    """An article of 200 KB."""
    lines = [text_of(number + i, 40) for i in range(100)]
    text = "\n\n".join(lines * (1 + LARGE_BYTES // sum(map(len, lines))))
    return article(number, text=text[:LARGE_BYTES])


class Gauge:
    """The most memory that a worker has taken while we looked."""

    def __init__(self, worker: Worker) -> None:
        self._process = psutil.Process(worker.process.pid)
        self.most = 0

    def look(self) -> None:
        self.most = max(self.most, self._process.memory_info().rss)


def watched_until_done(settings: Settings, worker: Worker) -> Gauge:
    """The memory of a worker until it has done all that waits."""
    gauge = Gauge(worker)
    until(
        lambda: (gauge.look(), worker.ended() or everything_committed(settings))[1],
        "all are done", 240,
    )  # fmt: skip
    assert not worker.ended(), worker.log()
    return gauge


def test_large_records_that_wait_do_not_fill_memory(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(make_topics(settings))
    asyncio.run(push(settings, map(large, range(WAITING))))
    with Worker(settings, tmp_path).launch() as worker:
        gauge = watched_until_done(settings, worker)
    assert gauge.most < LIMIT_BYTES, f"{gauge.most / MIB:.0f} MiB"
    assert sum(asyncio.run(end_offsets(settings, ENRICHED)).values()) == WAITING


async def push_packed(settings: Settings, values: Iterable[bytes]) -> int:
    """Records in a single zstd batch; -> its bytes."""
    builder = DefaultRecordBatchBuilder(
        magic=2, compression_type=ZSTD, is_transactional=0, producer_id=-1, producer_epoch=-1,
        base_sequence=-1, batch_size=1 << 30,
    )  # fmt: skip
    for offset, value in enumerate(values):
        builder.append(offset, NOON, b"k", value, [])
    packed = bytes(builder.build())
    topic = settings.topic_prefix + RAW
    async with AIOKafkaProducer(**client_options(settings)) as producer:
        await producer.client.force_metadata_update()
        await producer.partitions_for(topic)
        leader = producer.client.cluster.leader_for_partition(TopicPartition(topic, 0))
        request = ProduceRequest(None, -1, 30_000, [(topic, [(0, packed)])])
        answer = await producer.client.send(leader, request)
        [(_, [(_, code, *_)])] = answer.topics
        assert code == 0, code
    return len(packed)


def test_a_batch_that_unpacks_to_thousands_of_times_its_size_does_not_fill_memory(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    values = (orjson.dumps(article(n, text=text_of(n, 20) * 7000)) for n in range(PACKED_RECORDS))
    packed = asyncio.run(push_packed(settings, values))
    assert packed < 1_000_000
    with Worker(settings, tmp_path).launch() as worker:
        gauge = watched_until_done(settings, worker)
        done = worker.metric("echowire_records_consumed_total", stage="normalise")
        assert done == PACKED_RECORDS
    assert gauge.most < LIMIT_BYTES, f"{gauge.most / MIB:.0f} MiB"


def test_an_absent_broker_stops_the_worker_without_filling_it(tmp_path: Path) -> None:
    with EmbeddedKafka() as broker:
        settings = load_settings(
            bootstrap_servers=broker.bootstrap, group="bounds", http_port=0, window_articles=4096,
            session_timeout_seconds=6, normalising_processes=1,
        )  # fmt: skip
        asyncio.run(make_topics(settings, partitions=2))
        with Worker(settings, tmp_path).start() as worker:
            asyncio.run(push(settings, [large(n) for n in range(100)]))
            until(lambda: worker.metric("echowire_verdicts_total") > 0, "it is at work")
            gauge = Gauge(worker)
            broker.kill()
            ends = time.monotonic() + 4
            until(lambda: (gauge.look(), time.monotonic() > ends)[1], "a while has passed")
            assert gauge.most < LIMIT_BYTES, f"{gauge.most / MIB:.0f} MiB"
            broker.start()
            until(
                lambda: (_supervise(worker), everything_committed(settings))[1],
                "all are done", 90,
            )  # fmt: skip
        assert sum(asyncio.run(end_offsets(settings, ENRICHED)).values()) >= 100


def _supervise(worker: Worker) -> None:
    """Start the next when a worker has ended, as it may while its broker is away."""
    if worker.ended():
        worker.launch()
