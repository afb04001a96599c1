"""Health: progress, readiness, and a page that people can read."""

from __future__ import annotations

import asyncio
import re
import time
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP
from pydantic import Field, SecretStr

from streams.health import STALLED_SECONDS, Progress
from streams.kafka.acks import Acks
from streams.metrics import Metrics
from streams.settings import Settings, load_settings
from streams.status import StatusPage, shown_settings
from tests.kafka.service import Worker, push, until
from tests.operations.load import article


class Consumer:
    """What progress asks of Faust's."""

    def __init__(self) -> None:
        self.acks = Acks(1)
        self.highwaters: dict[TP, int] = {}

    def highwater(self, tp: TP) -> int | None:
        return self.highwaters.get(tp)


class App:
    def __init__(self) -> None:
        self.consumer = Consumer()


class Shards:
    def __init__(self) -> None:
        self.recovering: list[object] = []
        self.segments_left: dict[int, int] = {}

    def states(self) -> dict[int, Any]:
        return {}


class Desk:
    """Progress with a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.page_done = 1000.0, 0.0
        monkeypatch.setattr("streams.health.time.monotonic", lambda: self.now)
        self.app, self.shards, self.metrics = App(), Shards(), Metrics()
        app: Any = self.app
        shards: Any = self.shards
        watch: Any = SimpleNamespace(missing=[])
        self.watch = watch
        stages = {"raw": "normalise", "normalised": "detect"}
        self.progress = Progress(app, stages, shards, self.metrics, watch, self.done)
        self.progress.publishing = True
        self.tp, self.shard = TP("raw", 0), TP("normalised", 0)

    def done(self) -> float:
        return self.page_done

    def assign(self) -> None:
        """One partition, which is empty."""
        self.progress.assign({self.tp})
        self.read(0)
        self.app.consumer.highwaters[self.tp] = 0

    def read(self, position: int) -> None:
        self.app.consumer.acks.passed(self.tp, position)

    def handle(self, offset: int) -> None:
        chunk: Any = type("Chunk", (), {"ends": [(self.tp, offset)], "timestamp": 1_772_452_800.0})
        self.read(offset + 1)
        self.progress.handled(chunk)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def test_a_worker_without_partitions_is_not_ready(desk: Desk) -> None:
    assert desk.progress.unready() == ["no partitions are assigned"]
    desk.assign()
    assert desk.progress.unready() == []


def test_a_worker_is_not_ready_while_a_shard_is_recovered_or_the_producer_is_away(
    desk: Desk,
) -> None:
    desk.assign()
    desk.shards.recovering = ["shard 3 is being read back: 1 of 9 segments"]
    desk.progress.publishing = False
    assert desk.progress.unready() == [
        "the producer is not connected",
        "shard 3 is being read back: 1 of 9 segments",
    ]


def test_a_partition_that_stands_still_while_records_wait_is_stuck(desk: Desk) -> None:
    desk.assign()
    desk.handle(9)
    desk.app.consumer.highwaters[desk.tp] = 20
    assert desk.progress.stuck() == []  # as the first probe finds it
    desk.now += STALLED_SECONDS - 1
    assert desk.progress.stuck() == []
    desk.now += 2
    assert desk.progress.stuck() == ["raw partition 0 stands at offset 10"]
    desk.progress.measure()
    value = desk.metrics.registry.get_sample_value
    assert value("echowire_stalled_partitions", {"stage": "normalise"}) == 1
    labels = {"stage": "normalise", "topic": "raw", "partition": "0"}
    assert value("echowire_lag_records", labels) == 10


def test_a_partition_that_moves_is_not_stuck_however_much_waits(desk: Desk) -> None:
    desk.assign()
    desk.app.consumer.highwaters[desk.tp] = 1_000_000
    for offset in range(10):
        desk.now += STALLED_SECONDS - 1
        desk.handle(offset)
        assert desk.progress.stuck() == []


def test_what_is_not_a_record_does_not_count_as_waiting(desk: Desk) -> None:
    """The end of a transaction stands behind the last record."""
    desk.assign()
    desk.handle(9)
    desk.app.consumer.highwaters[desk.tp] = 11
    desk.read(11)
    desk.now += 10 * STALLED_SECONDS
    assert [s.lag_records for s in desk.progress.partitions()] == [0]
    assert desk.progress.stuck() == []


def test_records_that_are_passed_over_are_progress(desk: Desk) -> None:
    """An aborted transaction of any length."""
    desk.assign()
    desk.app.consumer.highwaters[desk.tp] = 1_000_000
    for position in range(100, 1000, 100):
        desk.now += STALLED_SECONDS - 1
        desk.read(position)
        assert desk.progress.stuck() == []


def test_a_partition_that_is_not_read_is_not_ready_and_soon_not_live(desk: Desk) -> None:
    desk.progress.assign({desk.tp})
    assert desk.progress.unready() == ["raw partition 0 is not read yet"]
    assert desk.progress.stuck() == []
    desk.now += STALLED_SECONDS + 1
    assert desk.progress.stuck() == ["raw partition 0 is not read"]
    desk.assign()
    assert desk.progress.unready() == desk.progress.stuck() == []


def test_a_worker_whose_topic_is_missing_is_not_ready(desk: Desk) -> None:
    desk.assign()
    desk.watch.missing = ["raw"]
    assert desk.progress.unready() == ["raw is missing"]


def test_a_quiet_partition_is_not_stuck_when_records_come_at_last(desk: Desk) -> None:
    desk.assign()
    desk.handle(9)
    desk.app.consumer.highwaters[desk.tp] = 10
    desk.now += 10 * STALLED_SECONDS
    assert desk.progress.stuck() == []  # as every probe finds it
    desk.app.consumer.highwaters[desk.tp] = 11
    desk.now += 1
    assert desk.progress.stuck() == []


def test_a_record_that_came_a_moment_ago_is_not_stuck_however_long_nobody_asked(
    desk: Desk,
) -> None:
    desk.assign()
    desk.handle(9)
    desk.now += 10 * STALLED_SECONDS
    desk.app.consumer.highwaters[desk.tp] = 11
    desk.app.consumer.acks.handed(desk.tp, 10, 11)
    assert desk.progress.stuck() == []
    desk.now += STALLED_SECONDS + 1
    assert desk.progress.stuck() == ["raw partition 0 stands at offset 10"]


def test_a_chunk_of_heavy_pages_is_progress_page_by_page(desk: Desk) -> None:
    desk.assign()
    desk.app.consumer.highwaters[desk.tp] = 24
    desk.app.consumer.acks.handed(desk.tp, 0, 24)
    for _ in range(24):
        assert desk.progress.stuck() == []
        desk.now += STALLED_SECONDS - 1
        desk.page_done = desk.now
    desk.now += STALLED_SECONDS + 1
    assert desk.progress.stuck() == ["raw partition 0 stands at offset 0"]


def test_pages_of_others_are_no_progress_of_a_partition_with_nothing_in_hand(desk: Desk) -> None:
    desk.assign()
    desk.app.consumer.highwaters[desk.tp] = 24
    assert desk.progress.stuck() == []
    desk.now += STALLED_SECONDS + 1
    desk.page_done = desk.now
    assert desk.progress.stuck() == ["raw partition 0 stands at offset 0"]


def test_a_shard_that_is_being_read_back_is_progress_as_long_as_it_goes_on(desk: Desk) -> None:
    desk.progress.assign({desk.shard})
    desk.app.consumer.highwaters[desk.shard] = 10
    desk.app.consumer.acks.handed(desk.shard, 0, 10)  # and waits for its shard
    for left in (0, 900, 600, 300, 0):  # it is not known at first
        desk.shards.segments_left = {0: left}
        assert desk.progress.stuck() == []
        desk.now += STALLED_SECONDS - 1
    desk.now += 2
    assert desk.progress.stuck() == ["normalised partition 0 stands at offset 0"]
    desk.shards.segments_left = {}
    assert desk.progress.stuck() == []
    desk.now += STALLED_SECONDS + 1
    assert desk.progress.stuck() == ["normalised partition 0 stands at offset 0"]


def test_a_partition_that_was_lost_has_no_metrics_any_more(desk: Desk) -> None:
    desk.assign()
    desk.progress.measure()
    desk.progress.assign(set())
    desk.progress.measure()
    labels = {"stage": "normalise", "topic": "raw", "partition": "0"}
    assert desk.metrics.registry.get_sample_value("echowire_lag_records", labels) is None


def test_canaries_are_dated_as_the_stream_is_by_the_worker_of_one_partition(desk: Desk) -> None:
    assert desk.progress.newest_time(desk.tp) is None
    desk.assign()
    # The stream may be old articles that are replayed: dated now, a canary would end their window.
    assert desk.progress.newest_time(desk.tp) is None
    desk.handle(9)
    assert desk.progress.newest_time(desk.tp) == 1_772_452_800_000


class WithSecret(Settings):
    password: SecretStr = Field(SecretStr(""), description="A secret.")


def test_the_page_shows_every_setting_and_no_secret() -> None:
    shown = shown_settings(WithSecret(password=SecretStr("hunter2")))
    assert {name for name, _, _ in shown} == {*Settings.model_fields, "password"}
    assert "hunter2" not in str(shown)


def test_what_comes_from_outside_is_escaped(desk: Desk) -> None:
    shards: Any = desk.shards
    settings = load_settings(group="<script>alert(1)</script>")
    page = StatusPage(settings, ["normalise"], desk.metrics, desk.progress, shards).html()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_a_clock_that_is_set_back_is_not_what_the_page_counts_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shards: Any = desk.shards
    page = StatusPage(load_settings(), ["normalise"], desk.metrics, desk.progress, shards)
    set_back = time.time() - 3600
    monkeypatch.setattr(time, "time", lambda: set_back)
    assert "<dt>up for</dt><dd>0 s</dd>" in page.html()


def test_the_page_says_what_is_wrong_first(desk: Desk) -> None:
    shards: Any = desk.shards
    page = StatusPage(load_settings(), ["normalise"], desk.metrics, desk.progress, shards)
    assert "no partitions are assigned" in page.html()
    assert 'class="trouble"' in page.html()
    desk.assign()
    assert "Running, and keeping up" in page.html()
    desk.app.consumer.highwaters[desk.tp] = 5
    assert "Running, catching up" in page.html()


@pytest.mark.broker
def test_a_worker_shows_its_partitions_shards_rates_and_settings(watched: Worker) -> None:
    asyncio.run(push(watched.settings, [article(3000)]))  # without which no canaries are sent
    until(lambda: watched.metric("echowire_canary_verdicts_total") >= 8, "a round went through")
    status, page = watched.get("/status")
    assert status == 200
    rows = re.findall(r"<tr><td>(?:normalise|detect)</td>", page)
    assert len(rows) == 8
    assert f"{watched.settings.topic_prefix}articles.raw" in page
    assert "records/s" in page
    assert re.search(r"<td>window_articles</td><td>4096</td>", page)
    assert watched.get("/readyz") == (200, "ready\n")
    assert watched.get("/livez") == (200, "live\n")
    assert [watched.get(path)[0] for path in ("/", "/table", "/router", "/stats")] == [404] * 4
