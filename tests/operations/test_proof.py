"""A real Prometheus scrapes a worker under load: every panel has data and every rule works."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

from deploy.grafana.asking import answers
from deploy.grafana.boards import BOARDS
from deploy.grafana.draw import draw_board
from deploy.grafana.panels import Board
from deploy.kafka.embedded import EmbeddedKafka
from deploy.prometheus.server import INSTALL, Prometheus, is_installed
from streams.settings import load_settings
from tests.kafka.service import Worker, make_topics, push, until
from tests.operations.load import news

pytestmark = [
    pytest.mark.broker,
    pytest.mark.skipif(not is_installed(), reason=INSTALL),
]

ENVIRONMENT = "test"
# On two cores that the broker, the load and other tests share, latency is not the worker's alone.
LATENCY = {"EchowireLatencyBurnsFast", "EchowireLatencyBurnsSlowly"}
QUERIES: dict[str, Any] = {
    "environment": ENVIRONMENT, "rate_interval": "10s", "seconds": 20.0, "step": 1.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def worker(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    settings = load_settings(
        bootstrap_servers=kafka.bootstrap, topic_prefix="proof.", group="proof", http_port=0,
        window_articles=4096, normalising_processes=1, canary_seconds=2,
    )  # fmt: skip
    asyncio.run(make_topics(settings))
    with Worker(settings, tmp_path_factory.mktemp("worker")) as started:
        yield started


@pytest.fixture(scope="module")
def prometheus(worker: Worker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    """After some seconds of load, which goes on."""
    over = threading.Event()

    def load() -> None:
        number = 0
        while not over.wait(0.2):
            asyncio.run(push(worker.settings, list(news(number, 60))))
            number += 60

    pushing = threading.Thread(target=load)
    folder = tmp_path_factory.mktemp("prometheus")
    # Thirty times faster: an alert that waits a minute in production waits two seconds here.
    server = Prometheus(folder, [address(worker)], ENVIRONMENT, hurry=30)
    with server:
        pushing.start()
        try:
            until(lambda: points(server, "echowire_ready") >= 12, "twelve scrapes")
            yield server
        finally:
            over.set()
            pushing.join()


def address(worker: Worker) -> str:
    found = re.search(r"metrics at (http://\S+)/metrics", worker.log())
    assert found
    return urlparse(found[1]).netloc


def points(server: Prometheus, metric: str) -> int:
    return max([len(p) for _, p in server.query_range(metric, 30, 1)], default=0)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_query_of_a_dashboard_has_data_or_a_reason_to_be_empty_and_can_be_drawn(
    prometheus: Prometheus, board: Board, tmp_path: Path
) -> None:
    asked = {panel.title: answers(prometheus, panel, **QUERIES) for panel in board.panels}
    empty = [
        (panel.title, query.expr)
        for panel in board.panels
        for query, series in asked[panel.title]
        if not series and not panel.empty_when
    ]
    assert empty == []
    path = tmp_path / f"{board.uid}.png"
    draw_board(board, asked, path)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert path.stat().st_size > 20_000


def test_every_rule_is_evaluated_without_an_error(prometheus: Prometheus) -> None:
    rules = prometheus.rules()
    assert len(rules) > 20
    assert [(r["name"], r.get("lastError")) for r in rules if r["health"] != "ok"] == []


def test_every_recording_rule_has_data(prometheus: Prometheus) -> None:
    recorded = {r["name"] for r in prometheus.rules() if r["type"] == "recording"}
    assert {name for name in recorded if not prometheus.query(name)} == set()


def test_a_killed_worker_fires_its_alert_and_no_other(
    prometheus: Prometheus, worker: Worker
) -> None:
    """Last in this file: the worker is gone after it."""
    assert prometheus.firing() - LATENCY == set()
    worker.kill()
    until(lambda: "EchowireDown" in prometheus.firing(), "the alert fires", 20)
    assert prometheus.firing() - LATENCY == {"EchowireDown"}
