"""Alerts fire when they should and no sooner: promtool runs the rules on synthetic series."""

from __future__ import annotations

import ast
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.prometheus.server import INSTALL, RULES, is_installed

ROOT = Path(__file__).parents[2]
RUNBOOKS = ROOT / "docs" / "runbooks"
ENV = 'environment="test"'
WORKER = f'{ENV}, job="echowire", instance="a"'

needs_promtool = pytest.mark.skipif(not is_installed(), reason=INSTALL)


def promtool(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *arguments], check=False, capture_output=True, text=True)


def alerts() -> dict[str, dict[str, Any]]:
    groups = yaml.safe_load((RULES / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


@dataclass(frozen=True)
class Case:
    """Series (one sample a minute) on which an alert fires at a minute, and not at an earlier one
    or not at all on other series."""

    alert: str
    series: dict[str, str]
    fires_at: str
    quiet_at: str = ""
    quiet: dict[str, str] | None = None


def latency(late: int) -> dict[str, str]:
    """Articles at 100 a minute, of which so many take longer than a second."""
    stage = f'{ENV}, stage="detect"'
    return {
        f'echowire_end_to_end_seconds_bucket{{{stage}, le="1.0"}}': f"0+{100 - late}x600",
        f"echowire_end_to_end_seconds_count{{{stage}}}": "0+100x600",
    }


def verdicts(copies: int, originals: int) -> dict[str, str]:
    return {
        f'echowire_verdicts_total{{{ENV}, relation="copy", language="en"}}': f"0+{copies}x200",
        f'echowire_verdicts_total{{{ENV}, relation="original", language="en"}}': (
            f"0+{originals}x200"
        ),
    }


def dead_letters(refused: int) -> dict[str, str]:
    return {
        f'echowire_records_rejected_total{{{ENV}, reason="not_json"}}': f"0+{refused}x60",
        f'echowire_records_consumed_total{{{ENV}, stage="normalise"}}': "0+100x60",
    }


LAG = f'echowire_lag_records{{{ENV}, topic="articles.raw", partition="0"}}'
CUT = f'echowire_log_cut_records_total{{{ENV}, stage="detect"}}'
LOST = f'echowire_records_lost_total{{{ENV}, stage="normalise"}}'
CANARY_SENT = f"echowire_canary_rounds_sent_total{{{ENV}}}"
CANARY_WRONG = f'echowire_canary_verdicts_total{{{ENV}, kind="copy", outcome="wrong"}}'
CANARY_RIGHT = f'echowire_canary_verdicts_total{{{ENV}, kind="copy", outcome="right"}}'
LEFT = f'echowire_recovery_left_segments{{{ENV}, shard="0"}}'
RETENTION = f'echowire_topic_retention_seconds{{{ENV}, topic="detection.segments"}}'
WINDOW = f"echowire_window_seconds{{{ENV}}}"
USED, LIMIT = (f"echowire_memory_{name}_bytes{{{ENV}}}" for name in ("used", "limit"))

CASES = [
    Case("EchowireDown", {f"up{{{WORKER}}}": "1 1 0x10"}, "6m", "4m"),
    # A new container compiles first.
    Case("EchowireDown", {f"up{{{WORKER}}}": "0x10"}, "4m", quiet={f"up{{{WORKER}}}": "0 0 0 1x9"}),
    Case("EchowireDown", {"something_else": "1x10"}, "4m", quiet={f"up{{{WORKER}}}": "1x10"}),
    Case("EchowireNotReady", {f"echowire_ready{{{WORKER}}}": "0x20"}, "6m", "4m"),
    Case(
        "EchowireRestarting",
        {f"process_start_time_seconds{{{WORKER}}}": "1 1 2 2 3 3 4 4 4 4"}, "8m", "5m",
    ),
    Case(
        "EchowireStalled",
        {f'echowire_stalled_partitions{{{ENV}, stage="detect"}}': "0 1x10"}, "3m", "1m",
    ),
    Case("EchowireRecordsLost", {LOST: "0 0 0 6x80"}, "5m", "2m"),
    Case("EchowireRecordsLost", {LOST: "0 0 0 6x80"}, "5m", "70m"),
    Case("EchowireLogCut", {CUT: "0 0 0 6x80"}, "5m", "2m"),
    Case("EchowireLogCut", {CUT: "0 0 0 6x80"}, "5m", "70m"),
    # Found at a worker's start, before it was first scraped.
    Case("EchowireRecordsLost", {LOST: "_ _ _ 6x80"}, "5m", "2m"),
    Case("EchowireRecordsLost", {LOST: "_ _ _ 6x80"}, "60m", "70m"),
    Case("EchowireLogCut", {CUT: "_ _ _ 6x80"}, "5m", "70m"),
    Case("EchowireRecordsLost", {LOST: "6x10 0x80"}, "5m", "80m"),
    Case("EchowireLagGrowing", {LAG: "2000+100x40"}, "22m", "9m"),
    Case("EchowireLagGrowing", {LAG: "2000+100x40"}, "22m", quiet={LAG: "9000-100x40"}),
    Case(
        "EchowireLagOld", {f'echowire_lag_seconds{{{ENV}, stage="detect"}}': "400x20"}, "6m", "4m"
    ),
    Case("EchowireDeadLettersAboveShare", dead_letters(8), "15m", quiet=dead_letters(4)),
    Case("EchowireLatencyBurnsFast", latency(20), "70m", quiet=latency(10)),
    Case("EchowireLatencyBurnsSlowly", latency(8), "400m", quiet=latency(4)),
    Case("EchowireCopyShareOutOfBand", verdicts(90, 10), "95m", quiet=verdicts(35, 65)),
    Case("EchowireCopyShareOutOfBand", verdicts(1, 99), "95m", quiet=verdicts(1, 9)),
    Case("EchowireCanaryWrong", {CANARY_WRONG: "0 0 0 1x20"}, "5m", "2m"),
    Case("EchowireCanaryWrong", {CANARY_WRONG: "0 0 0 1x40"}, "5m", "25m"),
    Case(
        "EchowireCanaryMissing", {CANARY_SENT: "0+1x60", CANARY_RIGHT: "8x60"}, "40m",
        quiet={CANARY_SENT: "0+1x60", CANARY_RIGHT: "0+8x60"},
    ),
    Case("EchowireRecoveryStuck", {LEFT: "50x30"}, "12m", quiet={LEFT: "50-1x30"}),
    Case("EchowireMemoryNearLimit", {USED: "95x20", LIMIT: "100x20"}, "6m", "4m"),
    Case(
        "EchowireMemoryNearLimit", {USED: "95x20", LIMIT: "100x20"}, "6m",
        quiet={USED: "80x20", LIMIT: "100x20"},
    ),
    Case(
        "EchowireIndexForgetsEarly",
        {f"echowire_index_early_evictions_total{{{ENV}}}": "0+9x40"}, "20m",
        quiet={f"echowire_index_early_evictions_total{{{ENV}}}": "9x40"},
    ),
    Case(
        "EchowireIndexCrowded",
        {f'echowire_index_crowded_slots_ratio{{{ENV}, shard="0"}}': ".6x60"}, "31m", "29m",
    ),
    Case("EchowireRetentionBelowWindow", {RETENTION: "3600x20", WINDOW: "7200x20"}, "6m", "4m"),
    Case(
        "EchowireRetentionBelowWindow", {RETENTION: "3600x20", WINDOW: "7200x20"}, "6m",
        quiet={RETENTION: "9000x20", WINDOW: "7200x20"},
    ),
]  # fmt: skip


@needs_promtool
def test_every_alert_fires_when_it_should_and_not_sooner(tmp_path: Path) -> None:
    tests = [test for case in CASES for test in promtool_tests(case)]
    rules = [str(path) for path in sorted(RULES.glob("*.yml"))]
    file = tmp_path / "tests.yml"
    file.write_text(yaml.safe_dump({"rule_files": rules, "tests": tests}), encoding="utf-8")
    run = promtool("test", "rules", str(file))
    assert run.returncode == 0, run.stdout + run.stderr


def promtool_tests(case: Case) -> list[dict[str, Any]]:
    tests = [promtool_test(case, case.series, case.fires_at, 1)]
    if case.quiet_at:
        tests.append(promtool_test(case, case.series, case.quiet_at, 0))
    if case.quiet is not None:
        tests.append(promtool_test(case, case.quiet, case.fires_at, 0))
    return tests


def promtool_test(case: Case, series: dict[str, str], at: str, count: int) -> dict[str, Any]:
    expr = f'count(ALERTS{{alertname="{case.alert}", alertstate="firing"}})'
    return {
        "name": f"{case.alert} at {at}",
        "interval": "1m",
        "input_series": [{"series": name, "values": v} for name, v in series.items()],
        "promql_expr_test": [
            {
                "expr": expr,
                "eval_time": at,
                "exp_samples": [{"labels": "{}", "value": count}] if count else [],
            }
        ],
    }


def test_every_alert_has_a_case_that_fires_and_one_that_does_not() -> None:
    assert {case.alert for case in CASES} == alerts().keys()
    assert all(case.quiet_at or case.quiet is not None for case in CASES)


@needs_promtool
def test_promtool_accepts_the_rules() -> None:
    run = promtool("check", "rules", *map(str, sorted(RULES.glob("*.yml"))))
    assert run.returncode == 0, run.stdout + run.stderr


@needs_promtool
def test_promtool_accepts_the_configuration() -> None:
    configuration = RULES.parent / "prometheus.yml"
    run = promtool("check", "config", str(configuration))
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("name", alerts())
def test_an_alert_says_how_bad_it_is_what_is_wrong_and_where_to_read_on(name: str) -> None:
    alert = alerts()[name]
    assert alert["labels"]["severity"] in ("critical", "warning")
    assert alert["annotations"].keys() == {"summary", "description", "runbook_url"}
    assert alert["annotations"]["runbook_url"].endswith(f"docs/runbooks/{name}.md")


@pytest.mark.parametrize("name", alerts())
def test_a_runbook_says_what_it_means_how_to_look_and_what_to_do(name: str) -> None:
    text = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {name}\n")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["What it means", "How to look", "What to do"]


def test_every_runbook_belongs_to_an_alert() -> None:
    pages = {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"}
    assert pages == alerts().keys()


def test_what_a_runbook_quotes_at_the_beginning_of_a_line_is_what_workers_say() -> None:
    said = " ".join(
        part.value
        for path in (ROOT / "streams").rglob("*.py")
        for part in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
    pages = [path.read_text(encoding="utf-8") for path in RUNBOOKS.glob("*.md")]
    quoted = [q for page in pages for q in re.findall(r'^- "([^"]+)"', page, re.MULTILINE)]
    assert len(quoted) > 5
    fragments = {f.strip() for quote in quoted for f in " ".join(quote.split()).split("...")}
    assert {fragment for fragment in fragments if fragment not in said} == set()
