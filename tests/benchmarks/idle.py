"""What a worker with nothing to do takes: memory, processor time, and from its start to ready.

python -m tests.benchmarks.idle [--rounds N] [--seconds S]
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
import uuid
from pathlib import Path

import psutil

from deploy.kafka.embedded import EmbeddedKafka
from streams.settings import load_settings
from tests.chaos.machine import family
from tests.kafka.service import Worker, make_topics, until
from tests.soak.samples import proportional_mib


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Of all of them, since each began."""
    return sum(sum(p.cpu_times()[:2]) for p in processes)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.idle")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20.0, help="for which it is watched")
    parser.add_argument("--window-articles", type=int, default=65_536)
    chosen = parser.parse_args()
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="idle-") as name, EmbeddedKafka() as broker:
        for _ in range(chosen.rounds):
            own = uuid.uuid4().hex[:8]
            settings = load_settings(
                bootstrap_servers=broker.bootstrap, topic_prefix=f"{own}.", group=own, http_port=0,
                window_articles=chosen.window_articles, canary_seconds=0,
            )  # fmt: skip
            asyncio.run(make_topics(settings, partitions=1))
            started = time.monotonic()
            with Worker(settings, Path(name)).launch() as worker:
                until(worker.ready, "it is ready")
                ready = time.monotonic() - started
                processes = family(worker.process.pid)
                at_start = cpu_seconds(processes)
                time.sleep(chosen.seconds / 4)  # what is begun in the background comes to its end
                processes = family(worker.process.pid)
                before, began = cpu_seconds(processes), time.monotonic()
                time.sleep(chosen.seconds)
                share = (cpu_seconds(processes) - before) / (time.monotonic() - began)
                measured = {
                    "start to ready, s": ready,
                    "CPU up to ready, s": at_start,
                    "CPU idle, % of a core": 100 * share,
                    "memory idle, MiB": sum(proportional_mib(p.pid) for p in processes),
                    "processes": len(processes),
                }
            for what, value in measured.items():
                figures.setdefault(what, []).append(value)
    for what, values in figures.items():
        print(f"{what:24} {statistics.median(values):8.2f}  ({min(values):.2f}-{max(values):.2f})")


if __name__ == "__main__":
    main()
