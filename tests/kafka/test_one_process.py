"""A worker without processes beside it does everything itself, and nothing else differs."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest

from schemas.topics import DEAD_LETTERS, ENRICHED, NORMALISED
from streams.agents.running.normaliser_pool import NormaliserPool
from streams.agents.stages.normalise import NormaliseStage
from streams.agents.stages.normaliser import Normaliser
from streams.articles.page import Page, PageSource
from streams.kafka.raw_record import RawRecord, RawRecords
from streams.metrics import Metrics
from streams.settings import Settings, SettingsError, load_settings
from tests.kafka.service import make_topics, push, read
from tests.kafka.test_worker import NOON, SAMPLE, run_until_committed

PAGE = f"<html><body><article><h1>Ferry strike ends</h1>{'<p>Crews return to work.</p>' * 60}"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"normalising_processes": 0, "page_seconds": 2.0})


@pytest.mark.broker
def test_a_worker_alone_makes_the_same_of_the_sample(settings: Settings, tmp_path: Path) -> None:
    lines = SAMPLE.read_bytes().splitlines()
    found = []
    for processes in (0, 1):
        prefix = f"{processes}{settings.topic_prefix}"
        own = settings.model_copy(
            update={"normalising_processes": processes, "topic_prefix": prefix, "group": prefix}
        )
        asyncio.run(make_topics(own, partitions=1))
        asyncio.run(push(own, lines, times=[NOON + i * 60_000 for i in range(len(lines))]))
        with run_until_committed(own, tmp_path) as worker:
            children = psutil.Process(worker.process.pid).children()
            assert bool(children) == bool(processes)
            assert worker.stop() == 0
        came = [asyncio.run(read(own, topic)) for topic in (NORMALISED, ENRICHED, DEAD_LETTERS)]
        found.append(
            [[(r.key, r.value.replace(prefix.encode(), b"")) for r in records] for records in came]
        )
    assert found[0] == found[1]
    assert len(found[0][1]) > 150


async def test_between_two_pages_heartbeats_go_on(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened: list[str] = []

    def read_page(_self: Normaliser, _page: PageSource) -> Page:
        happened.append("page")
        return Page("Crews return to work after nine days of strike. " * 20)

    async def beat() -> None:
        while True:
            happened.append("beat")
            await asyncio.sleep(0)

    monkeypatch.setattr(Normaliser, "read", read_page)
    publisher: Any = None
    stage = NormaliseStage(settings, publisher, Metrics(), NormaliserPool(0))
    value = orjson.dumps({"id": "1", "source": "a.example", "html": PAGE})
    records = RawRecords(
        RawRecord("raw", 0, offset, NOON, NOON, False, None, value, ()) for offset in range(70)
    )
    topics = stage._normaliser.topic, stage._normaliser.dead_letters
    heart = asyncio.create_task(beat())
    made = await stage.normalise(records, dict.fromkeys(topics, 1))
    heart.cancel()
    assert sum(counted.articles for _, counted in made) == 70
    pages = [at for at, what in enumerate(happened) if what == "page"]
    assert len(pages) == 70
    assert all("beat" in happened[one:other] for one, other in pairwise(pages))


def test_heartbeats_must_not_wait_too_long_for_a_page() -> None:
    for flags in ({"page_seconds": 11}, {"session_timeout_seconds": 27}):
        assert load_settings(**flags).normalising_processes == 2
        with pytest.raises(SettingsError, match="page_seconds must be at most a third of session"):
            load_settings(normalising_processes=0, **flags)
    assert load_settings(normalising_processes=0).page_seconds == 10
