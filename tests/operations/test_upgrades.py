"""The steps of docs/upgrading.md, carried out on a real broker with Kafka's own tools."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from aiokafka.admin import NewPartitions

from deploy.kafka.embedded import EmbeddedKafka
from deploy.kafka.jars import cache_directory, fetch_jars
from deploy.kafka.java import find_java
from schemas.topics import ENRICHED
from streams.kafka.connection import admin_client
from streams.settings import Settings, load_settings
from tests.kafka.service import Worker, everything_committed, make_topics, push, read, until
from tests.operations.load import language, story

pytestmark = [pytest.mark.broker, pytest.mark.trial]

CONFIGS = "kafka.admin.ConfigCommand"  # kafka-configs.sh


@pytest.fixture
def own(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    """A broker whose data stays when it is stopped."""
    with EmbeddedKafka(tmp_path / "kafka") as broker:
        yield broker


def settings_of(broker: EmbeddedKafka) -> Settings:
    return load_settings(
        bootstrap_servers=broker.bootstrap, http_port=0, window_articles=4096,
        normalising_processes=1, canary_seconds=0, session_timeout_seconds=6,
    )  # fmt: skip


def tool(settings: Settings, name: str, *arguments: str) -> str:
    """One of Kafka's command line tools, as its shell script would run it."""
    jars = fetch_jars(cache_directory())
    done = subprocess.run(
        [str(find_java()), "-cp", f"{jars}/*", name, "--bootstrap-server",
         settings.bootstrap_servers, *arguments],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def add_partitions(settings: Settings, total: int, *names: str) -> None:
    """As `kafka-topics.sh --alter --topic NAME --partitions TOTAL`."""
    async with admin_client(settings) as admin:
        await admin.create_partitions({name: NewPartitions(total) for name in names})


def article(number: int, told: int) -> dict[str, object]:
    return {
        "id": f"item-{number}",
        "source": f"publisher-{number % 9}.example",
        "language": language(told),
        "text": story(told),
    }


def relations(settings: Settings) -> dict[str, str]:
    return {
        (value := orjson.loads(r.value))["producer_id"]: value["detection"]["relation"]
        for r in asyncio.run(read(settings, ENRICHED))
    }


def work_off(settings: Settings, folder: Path, articles: list[dict[str, object]]) -> None:
    """Push, and run one worker until all is committed."""
    asyncio.run(push(settings, articles))
    with Worker(settings, folder) as worker:
        until(lambda: worker.ended() or everything_committed(settings), "all is committed")
        assert worker.stop() == 0


FIRST = [article(n, n) for n in range(200)]
COPIES = [article(1000 + n, n) for n in range(200)]


def test_workers_are_replaced_one_by_one_while_articles_come(
    own: EmbeddedKafka, tmp_path: Path
) -> None:
    settings = settings_of(own)
    asyncio.run(make_topics(settings))
    old = [Worker(settings, tmp_path).start() for _ in range(2)]
    asyncio.run(push(settings, FIRST))
    try:
        for i in range(2):
            assert old[i].stop() == 0
            asyncio.run(push(settings, COPIES[i * 100 : (i + 1) * 100]))
            old.append(Worker(settings, tmp_path).start())
        until(lambda: everything_committed(settings), "all is committed")
    finally:
        for worker in old:
            worker.kill()
    found = relations(settings)
    assert len(found) == 400
    assert {found[f"item-{1000 + n}"] for n in range(200)} == {"copy"}


def test_partitions_are_added(own: EmbeddedKafka, tmp_path: Path) -> None:
    """Languages that move to another shard begin with an empty window: their copies of earlier
    articles are missed, those of later ones found."""
    settings = settings_of(own)
    asyncio.run(make_topics(settings, partitions=2))
    work_off(settings, tmp_path, FIRST)
    grown = ("articles.raw", "articles.raw-dlt", "articles.normalised", "detection.segments")
    asyncio.run(add_partitions(settings, 6, *grown))
    work_off(settings, tmp_path, COPIES)
    again = [article(2000 + n, n) for n in range(200)]
    work_off(settings, tmp_path, again)
    found = relations(settings)
    assert len(found) == 600
    assert {found[f"item-{2000 + n}"] for n in range(200)} == {"copy"}
    missed = [n for n in range(200) if found[f"item-{1000 + n}"] == "original"]
    assert {language(n) for n in missed} < {"en", "de", "fr", "es"}
    print(f"{len(missed)} of 200 copies were missed after partitions were added")


def test_another_number_of_partitions_for_the_segments_is_refused(
    own: EmbeddedKafka, tmp_path: Path
) -> None:
    settings = settings_of(own)
    asyncio.run(make_topics(settings, partitions=2))
    asyncio.run(add_partitions(settings, 6, "articles.normalised"))
    worker = Worker(settings, tmp_path).launch()
    until(worker.ended, "it has ended")
    assert "detection.segments has 2 partitions, but must have as many" in worker.log()


def test_thresholds_and_the_window_are_changed_at_a_restart(
    own: EmbeddedKafka, tmp_path: Path
) -> None:
    settings = settings_of(own)
    asyncio.run(make_topics(settings))
    work_off(settings, tmp_path, FIRST)
    changed = settings.model_copy(
        update={"copy_overlap": 0.6, "window_articles": 8192, "window_seconds": 48 * 3600}
    )
    work_off(changed, tmp_path, COPIES)
    found = relations(settings)
    assert {found[f"item-{1000 + n}"] for n in range(200)} == {"copy"}


def test_a_copy_of_the_data_is_a_backup(tmp_path: Path) -> None:
    data, backup = tmp_path / "kafka", tmp_path / "backup"
    with EmbeddedKafka(data) as broker:
        settings = settings_of(broker)
        asyncio.run(make_topics(settings))
        work_off(settings, tmp_path, FIRST)
    shutil.copytree(data, backup)
    shutil.rmtree(data)
    with EmbeddedKafka(backup) as restored:
        later = settings_of(restored)
        work_off(later, tmp_path, COPIES)
        found = relations(later)
    assert len(found) == 400
    assert {found[f"item-{1000 + n}"] for n in range(200)} == {"copy"}


def test_everything_can_be_recreated_from_the_raw_events(
    own: EmbeddedKafka, tmp_path: Path
) -> None:
    """Under another prefix, from a copy of `articles.raw` with its times."""
    settings = settings_of(own)
    asyncio.run(make_topics(settings))
    work_off(settings, tmp_path, [*FIRST, *COPIES])
    again = settings.model_copy(update={"topic_prefix": "again.", "group": "again"})
    asyncio.run(make_topics(again, partitions=8))
    raw = sorted(asyncio.run(read(settings, "articles.raw")), key=lambda r: r.timestamp)
    asyncio.run(push(again, [r.value for r in raw], times=[r.timestamp for r in raw]))
    with Worker(again, tmp_path):
        until(lambda: everything_committed(again), "all is committed")
    assert relations(again) == relations(settings)


def test_retention_is_lengthened_while_a_topic_is_used(own: EmbeddedKafka, tmp_path: Path) -> None:
    settings = settings_of(own)
    asyncio.run(make_topics(settings))
    work_off(settings, tmp_path, FIRST[:20])
    name = "detection.segments"
    entity = ("--entity-type", "topics", "--entity-name", name)
    tool(settings, CONFIGS, "--alter", *entity, "--add-config", "retention.ms=345600000")
    assert "retention.ms=345600000" in tool(settings, CONFIGS, "--describe", *entity)
