"""Dashboards and rules query metrics that exist, and every panel is described."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from prometheus_client.core import Metric

from deploy.grafana.__main__ import FOLDER, stale
from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import Board, Panel
from deploy.prometheus.server import RULES
from schemas.topics import TOPICS
from streams.metrics import Metrics
from streams.metrics.labels import WINDOW_TOPICS

NAME = re.compile(r"\b(?:echowire|process|python)_[a-z0-9_]+|\benvironment:[a-z0-9_:]+")
PANELS = [(board, panel) for board in BOARDS for panel in board.panels]


def rules() -> list[dict[str, str]]:
    groups = [
        group
        for path in RULES.glob("*.yml")
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
    ]
    return [rule for group in groups for rule in group["rules"]]


def sample_names(metric: Metric) -> set[str]:
    """What a metric's samples are called: also of one that has none yet."""
    endings = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
    return {metric.name + ending for ending in endings.get(metric.type, [""])}


def known_names() -> set[str]:
    exposed = [name for m in Metrics().registry.collect() for name in sample_names(m)]
    return {*exposed, *(rule["record"] for rule in rules() if "record" in rule)}


def unknown(expr: str) -> set[str]:
    return set(NAME.findall(expr)) - known_names()


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=lambda x: getattr(x, "title", ""))
def test_a_panel_asks_only_for_metrics_that_exist(board: Board, panel: Panel) -> None:
    assert [q.expr for q in panel.queries if unknown(q.expr) or not NAME.search(q.expr)] == []


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("alert", rule.get("record")))
def test_a_rule_asks_only_for_metrics_that_exist(rule: dict[str, str]) -> None:
    assert unknown(rule["expr"]) == set()


def test_a_metric_that_does_not_exist_is_found() -> None:
    assert unknown("rate(echowire_no_such_thing_total[5m])") == {"echowire_no_such_thing_total"}


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=lambda x: getattr(x, "title", ""))
def test_a_panel_says_what_it_shows_and_in_which_unit(board: Board, panel: Panel) -> None:
    assert panel.description.endswith(".")
    assert panel.unit
    if panel.kind == "stat" and panel.thresholds:
        assert panel.thresholds[0].value is None


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_what_grafana_reads_has_all_panels_with_their_own_ids(board: Board) -> None:
    written = json.loads((FOLDER / f"{board.uid}.json").read_text(encoding="utf-8"))
    panels = [p for p in written["panels"] if p["type"] != "row"]
    assert [p["title"] for p in panels] == [p.title for p in board.panels]
    assert len({p["id"] for p in written["panels"]}) == len(written["panels"])
    for panel in panels:
        assert panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert len({t["refId"] for t in panel["targets"]}) == len(panel["targets"])
    variables = [v["name"] for v in written["templating"]["list"]]
    assert variables[:2] == ["datasource", "environment"]


def test_there_are_variables_for_environment_topic_and_shard() -> None:
    asked = " ".join(q.expr for _, panel in PANELS for q in panel.queries)
    for variable in ("$environment", "$topic", "$shard"):
        assert variable in asked


def test_the_generated_dashboards_are_fresh() -> None:
    assert stale() == [], "run `make dashboards`"


def test_titles_of_panels_are_unique_in_their_dashboard() -> None:
    for board in BOARDS:
        titles = [panel.title for panel in board.panels]
        assert len(set(titles)) == len(titles)


def test_the_topics_of_the_window_are_those_that_recovery_reads() -> None:
    assert {t.name for t in TOPICS if t.outlives_window} == set(WINDOW_TOPICS)


def test_grafana_finds_the_dashboards_where_they_are_mounted() -> None:
    provisioning = FOLDER.parent / "provisioning"
    providers = yaml.safe_load((provisioning / "dashboards" / "echowire.yml").read_text())
    sources = yaml.safe_load((provisioning / "datasources" / "prometheus.yml").read_text())
    assert providers["providers"][0]["options"]["path"] == "/etc/grafana/dashboards"
    assert sources["datasources"][0]["type"] == "prometheus"
    assert Path(FOLDER).is_dir()
