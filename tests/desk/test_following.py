"""`echowire desk` with a real Kafka: it catches up, survives a kill, and reports problems."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from streams.desk.ingest import Incoming
from streams.desk.serve import KINDS
from streams.kafka.connection import admin_client
from streams.kafka.topics import create_topics, topic_name
from streams.settings import Settings
from tests.kafka.service import until

pytestmark = pytest.mark.broker
TOPICS = {kind: topic for topic, kind in KINDS.items()}


async def publish(settings: Settings, records: Sequence[Incoming]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers)
    await producer.start()
    try:
        for record in records:
            name = topic_name(settings, TOPICS[record.kind])
            value = json.loads(record.value or b"")
            key = value["article_id" if record.kind == "articles" else "story_id"].encode()
            await producer.send(name, record.value, key, partition=0)
    finally:
        await producer.stop()


@contextmanager
def running(settings: Settings, database: Path, *options: str) -> Iterator[Desk]:
    log = database.with_suffix(".log")
    log.write_bytes(b"")
    with log.open("ab") as sink:
        process = subprocess.Popen(
            [
                sys.executable, "-m", "streams.cli.main", "desk", "--port", "0",
                "--database", str(database), "-b", settings.bootstrap_servers,
                "--topic-prefix", settings.topic_prefix, *options,
            ],
            stdout=sink, stderr=sink,
        )  # fmt: skip
    try:
        until(lambda: "http://" in log.read_text() or process.poll() is not None, "it is up", 60)
        found = re.search(r"http://[^/\s]+", log.read_text())
        assert found, log.read_text()
        yield Desk(process, found[0], log)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)


class Desk:
    def __init__(self, process: subprocess.Popen[bytes], address: str, log: Path) -> None:
        self.process, self.address, self.log = process, address, log

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.address + path, timeout=30) as answer:
            return json.loads(answer.read())

    def holds(self, articles: int) -> bool:
        about = self.get("/about.json")
        return bool(about["articles"] == articles and about["lag_records"] == 0)


async def test_a_desk_catches_up_goes_on_after_a_kill_and_follows(
    settings: Settings, sample: list[Incoming], tmp_path: Path
) -> None:
    async with admin_client(settings) as admin:
        await create_topics(admin, settings, 2, 1, retention_hours=-1)
    first, rest = sample[:200], sample[200:]
    count = {json.loads(r.value or b"")["article_id"] for r in sample if r.kind == "articles"}
    early = {json.loads(r.value or b"")["article_id"] for r in first if r.kind == "articles"}
    await publish(settings, first)
    database = tmp_path / "desk.db"
    with running(settings, database, "--keep", "all") as desk:
        until(lambda: desk.holds(len(early)), "it has caught up", 60)
        os.kill(desk.process.pid, signal.SIGKILL)
        desk.process.wait()
    await publish(settings, rest)
    with running(settings, database, "--keep", "all") as desk:
        until(lambda: desk.holds(len(count)), "it has the rest", 60)
        await publish(settings, first)  # at least once, Kafka says
        until(lambda: desk.get("/about.json")["lag_records"] == 0, "it has all of it again")
        until(lambda: desk.holds(len(count)), "it holds each once", 60)
        assert desk.get("/stories.json")["stories"]
    assert desk.process.returncode == 0
    with running(settings, database, "--keep", "all", "--rebuild") as desk:
        until(lambda: desk.holds(len(count)), "it has been rebuilt", 60)


async def test_a_missing_topic_is_a_sentence_and_the_desk_goes_on_when_it_is_there(
    settings: Settings, tmp_path: Path
) -> None:
    with running(settings, tmp_path / "desk.db") as desk:
        until(lambda: desk.get("/about.json")["trouble"], "it says so", 60)
        assert "articles.enriched is missing" in desk.get("/about.json")["trouble"]
        async with admin_client(settings) as admin:
            await create_topics(admin, settings, 1, 1)
        until(lambda: desk.get("/about.json")["lag_records"] == 0, "it reads them", 60)
        assert desk.get("/about.json")["trouble"] is None


def test_without_kafka_the_desk_serves_what_it_has(tmp_path: Path, settings: Settings) -> None:
    nowhere = settings.model_copy(update={"bootstrap_servers": "127.0.0.1:1"})
    with running(nowhere, tmp_path / "desk.db") as desk:
        until(lambda: desk.get("/about.json")["trouble"], "it says so", 60)
        assert "127.0.0.1:1" in desk.get("/about.json")["trouble"]
        assert desk.get("/stories.json")["stories"] == []
