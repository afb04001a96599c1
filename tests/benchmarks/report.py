"""The measurements, as tables for the terminal and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from rich.table import Table

from deploy.kafka.jars import KAFKA_VERSION
from tests.benchmarks.latency import GRACE_SECONDS

PACKAGES = (
    "echowire", "faust-streaming", "aiokafka", "uvloop", "quixstreams", "confluent-kafka",
    "datasketch", "rensa", "numpy", "orjson", "pydantic",
)  # fmt: skip


def machine() -> dict[str, Any]:
    """What the figures depend on beside the code."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / (1 << 30), 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "kafka": KAFKA_VERSION,
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def _processor() -> str:
    """Linux tells the model in /proc/cpuinfo only."""
    information = Path("/proc/cpuinfo")
    lines = information.read_text().splitlines() if information.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def show(report: Mapping[str, Any], console: Console) -> None:
    """Print a report as it stands in the JSON file."""
    facts, given = report["machine"], report["input"]
    console.print(
        f"{facts['processor']}, {facts['cores']} cores shared by worker, broker and measuring;"
        f" Python {facts['python']}, Kafka {facts['kafka']}. {given['text_bytes_mean']:.0f} bytes"
        f" of text on average, {given['copy_share']:.0%} copies, {given['partitions']} partitions."
    )
    console.print(_throughput_table(report))
    console.print(_latency_table(report))
    for contestant in report["contestants"]:
        if contestant["lacks"]:
            console.print(f"{contestant['title']}: {contestant['lacks']}.")


def _throughput_table(report: Mapping[str, Any]) -> Table:
    table = Table(
        title=f"{report['input']['articles']:,} articles waiting:"
        f" medians of {report['options']['rounds']} rounds"
    )
    table.add_column("worker")
    for heading in ("articles/s", "CPU us/article", "peak MiB", "copies found", "each round"):
        table.add_column(heading, justify="right", no_wrap=True)
    for contestant in report["contestants"]:
        figures = contestant["throughput"]["median"]
        rounds = contestant["throughput"]["rounds"]
        table.add_row(
            contestant["title"],
            _number(figures["articles_per_second"]),
            _number(figures["cpu_us_per_article"]),
            _number(figures["peak_rss_mib"]),
            _share(figures["copies_found"]),
            _numbers(r["articles_per_second"] for r in rounds),
        )
    return table


def _latency_table(report: Mapping[str, Any]) -> Table:
    seconds = report["options"]["seconds"]
    table = Table(
        title=f"Steady load for {seconds:g} s: milliseconds from send to output",
        caption=f"late: not out {GRACE_SECONDS:.0f} s after the last article was sent",
    )
    table.add_column("worker", no_wrap=True)
    figures = ("sent/s", "p50", "p95", "p99", "max", "p99 of thirds", "late", "CPU us/article")
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    rows = [(load["rate"], c["title"], load) for c in report["contestants"] for load in c["steady"]]
    last_rate = None
    for rate, title, load in sorted(rows, key=lambda row: row[0]):
        if last_rate not in (None, rate):
            table.add_section()
        last_rate = rate
        took = load["milliseconds"]
        table.add_row(
            title,
            _number(load["sent_per_second"]),
            *(_number(took[name]) for name in ("p50", "p95", "p99", "max")),
            _numbers(took["p99_of_thirds"]),
            str(took["unanswered"] or ""),
            _number(load["cpu_us_per_article"]),
        )
    return table


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if value < 99.95 else f"{value:,.0f}"


def _numbers(values: Iterable[float | None]) -> str:
    return "  ".join(map(_number, values))


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"
