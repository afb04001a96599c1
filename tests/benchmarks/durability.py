"""What durability costs: throughput with segments and awaited confirmations, and without either.

python -m tests.benchmarks.durability [--articles N] [--rounds N]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from deploy.kafka.embedded import EmbeddedKafka
from tests.benchmarks.articles import read_corpus, write_events
from tests.benchmarks.contestants import ECHOWIRE, Place, Run
from tests.benchmarks.throughput import measure_throughput

CARELESS = replace(
    ECHOWIRE,
    name="careless",
    title="echowire without segments and confirmations",
    command=lambda _place: [sys.executable, "-m", "tests.benchmarks.careless_worker", "worker"],
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.durability")
    parser.add_argument("--articles", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=3, help="of both, one after the other")
    chosen = parser.parse_args()
    rates: dict[str, list[float]] = {ECHOWIRE.name: [], CARELESS.name: []}
    costs: dict[str, list[float]] = {ECHOWIRE.name: [], CARELESS.name: []}
    with tempfile.TemporaryDirectory(prefix="bench-") as name, EmbeddedKafka() as broker:
        work = Path(name)
        originals = write_events(read_corpus(None), chosen.articles, 1, work / "events.jsonl")
        for number in range(chosen.rounds):
            for contestant in (ECHOWIRE, CARELESS):
                own = f"{contestant.name}-{number}"
                place = Place(broker.bootstrap, f"{own}.", own)
                run = Run(contestant, place, work / "events.jsonl", work / own)
                found = measure_throughput(run, chosen.articles, originals)
                rates[contestant.name].append(found.articles_per_second)
                costs[contestant.name].append(found.cpu_us_per_article)
                print(
                    f"{contestant.title}: {found.articles_per_second:,.0f} articles/s,"
                    f" {found.cpu_us_per_article:.0f} us of processor time each",
                    flush=True,
                )
    rate, without = (statistics.median(rates[c.name]) for c in (ECHOWIRE, CARELESS))
    cost, lighter = (statistics.median(costs[c.name]) for c in (ECHOWIRE, CARELESS))
    print(f"durability costs {1 - rate / without:.1%} of the throughput,", end=" ")
    print(f"{1 - lighter / cost:.1%} of the processor time (medians)")


if __name__ == "__main__":
    main()
