"""Compare echowire with other workers: one broker, one run, the same articles.

python -m tests.benchmarks [--input FILE] [--quick] [--json OUT]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from deploy.kafka.embedded import BrokerFailedError, EmbeddedKafka
from deploy.kafka.jars import JarsUnavailableError
from deploy.kafka.java import JavaMissingError
from tests.benchmarks.articles import read_corpus, write_events
from tests.benchmarks.cluster import PARTITIONS, read_events
from tests.benchmarks.contestants import ALL, USUAL, BenchmarkError, Contestant, Place, Run
from tests.benchmarks.figures import medians
from tests.benchmarks.latency import Period, measure_steady_load
from tests.benchmarks.report import machine, show
from tests.benchmarks.throughput import measure_throughput

SEED = 1
# Before the period of a steady load: caches fill, librdkafka and the JVM settle.
WARM_UP_SECONDS = 5.0
NO_BROKER = (JarsUnavailableError, JavaMissingError)


def parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    add = parser.add_argument
    add("--input", type=Path, help="JSON lines with `text` and `title`, or .xz of them")
    add("--quick", action="store_true", help="10,000 articles, 10 s of each load, one round")
    add("--articles", type=int, help="articles for throughput (30,000)")
    add("--rounds", type=int, help="rounds of throughput, alternating between the workers (2)")
    add("--seconds", type=float, help="period of each steady load (30)")
    add("--only", nargs="+", choices=[c.name for c in ALL], help="leave the other workers out")
    add("--peers", choices=["usual", "all"], default="usual", help="all: Bytewax and a loop, too")
    add("--json", type=Path, default=Path("bench.json"), help="where to write (%(default)s)")
    chosen = parser.parse_args(arguments)
    chosen.articles = chosen.articles or (10_000 if chosen.quick else 30_000)
    chosen.rounds = chosen.rounds or (1 if chosen.quick else 2)
    chosen.seconds = chosen.seconds or (10.0 if chosen.quick else 30.0)
    return chosen


def main(arguments: list[str] | None = None) -> None:
    options = parse(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as work, EmbeddedKafka() as kafka:
            report = compare(options, kafka.bootstrap, Path(work))
    except (BenchmarkError, BrokerFailedError, *NO_BROKER, OSError, ValueError) as error:
        sys.exit(str(error))
    options.json.write_bytes(orjson.dumps(report, option=orjson.OPT_INDENT_2))
    console = Console()
    console.width = max(console.width, 120)  # a pipe is taken to be 80 wide
    show(report, console)
    print(f"All figures of all rounds: {options.json}")


def compare(options: argparse.Namespace, bootstrap: str, work: Path) -> dict[str, Any]:
    """-> the report."""
    peers = ALL if options.only or options.peers == "all" else USUAL
    contestants = [c for c in peers if not options.only or c.name in options.only]
    period = Period(WARM_UP_SECONDS, options.seconds)
    fastest = max(rate for contestant in contestants for rate in contestant.rates)
    most = max(options.articles, period.count(fastest))
    say(f"making {most:,} articles")
    events = work / "events.jsonl"
    originals = write_events(read_corpus(options.input), most, SEED, events)
    numbers = count(1)

    def fresh_run(contestant: Contestant) -> Run:
        """With topics and a group that nobody used before."""
        name = f"run-{next(numbers)}"
        return Run(contestant, Place(bootstrap, f"{name}.", name), events, work / name)

    throughputs: dict[str, list[dict[str, Any]]] = {c.name: [] for c in contestants}
    for number in range(options.rounds):
        for contestant in contestants:
            run = fresh_run(contestant)
            found = measure_throughput(run, options.articles, originals)
            throughputs[contestant.name].append(asdict(found))
            rate = found.articles_per_second
            say(f"{contestant.title}: {rate:,.0f} articles/s, round {number + 1}")
    steady: dict[str, list[dict[str, Any]]] = {c.name: [] for c in contestants}
    for contestant, load_rate in by_rate(contestants):
        load = measure_steady_load(fresh_run(contestant), load_rate, period)
        steady[contestant.name].append(asdict(load))
        say(f"{contestant.title}: {load_rate} articles/s, p99 {load.milliseconds.p99 or 0:.1f} ms")
    return {
        "machine": machine(),
        "options": {"rounds": options.rounds, "seconds": options.seconds, "seed": SEED},
        "input": describe(events, options, originals),
        "contestants": [
            {
                "name": c.name,
                "title": c.title,
                "lacks": c.lacks,
                "throughput": {
                    "median": medians(throughputs[c.name]), "rounds": throughputs[c.name]
                },
                "steady": steady[c.name],
            }
            for c in contestants
        ],
    }  # fmt: skip


def describe(
    events: Path, options: argparse.Namespace, originals: Mapping[int, int]
) -> dict[str, Any]:
    """What the articles of the throughput rounds were."""
    texts = [orjson.loads(e)["text"].encode() for e in read_events(events, options.articles)]
    return {
        "file": options.input.name if options.input else "the demo's sample",
        "articles": options.articles,
        "partitions": PARTITIONS,
        "text_bytes_mean": sum(map(len, texts)) / len(texts),
        "copy_share": sum(copy < options.articles for copy in originals) / options.articles,
    }


def by_rate(contestants: list[Contestant]) -> Iterator[tuple[Contestant, int]]:
    """The workers take turns at each rate, so that no one has the machine's quieter time."""
    for rate in sorted({rate for c in contestants for rate in c.rates}):
        yield from ((c, rate) for c in contestants if rate in c.rates)


def say(sentence: str) -> None:
    """Tell how far it is."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
