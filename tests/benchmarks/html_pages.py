"""HTML pages through the whole worker: echowire's reader, and trafilatura in its place.

python -m tests.benchmarks.html_pages FILE [--pages N] [--rounds N]
"""

from __future__ import annotations

import argparse
import lzma
import statistics
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import orjson

from deploy.kafka.embedded import EmbeddedKafka
from streams.articles.page import PageSource, read_page
from tests.benchmarks import trafilatura_worker
from tests.benchmarks.articles import PUBLISHED_AT
from tests.benchmarks.contestants import ECHOWIRE, Place, Run
from tests.benchmarks.throughput import Throughput, measure_throughput

# Each page comes so often, as articles of their own.
_TIMES = 3
_LEAST_CHARACTERS = 500
_MOST_CHARACTERS = 500_000  # of a page; librdkafka sends a megabyte
_NOW = datetime(2026, 3, 2, tzinfo=UTC)

TRAFILATURA = replace(
    ECHOWIRE,
    name="trafilatura",
    title="trafilatura in echowire",
    command=lambda _place: [sys.executable, "-m", "tests.benchmarks.trafilatura_worker", "worker"],
)


def html_of(path: Path) -> Iterator[str]:
    """The `html` of JSON lines (.xz or plain)."""
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as lines:
        for line in lines:
            html = orjson.loads(line).get("html")
            if isinstance(html, str) and len(html) < _MOST_CHARACTERS:
                yield html


def of_one_article(pages: Iterable[str]) -> Iterator[str]:
    """Those of which both readers make one article: the outputs of both workers can be counted."""
    for html in pages:
        source = PageSource(html=html, text=None, now=_NOW)
        ours, theirs = read_page(source), trafilatura_worker.read_page(source)
        one = not ours.parts and not ours.stub
        if one and min(len(ours.text), len(theirs.text)) > _LEAST_CHARACTERS:
            yield html


def event(number: int, html: str) -> bytes:
    return orjson.dumps(
        {
            "id": f"page-{number}",
            "source": f"paper-{number % 40:02}.example",
            "html": html,
            "published_at": PUBLISHED_AT,
            "attributes": {"number": str(number)},
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.html_pages")
    parser.add_argument("input", type=Path, help="JSON lines with `html`, or .xz of them")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3, help="of both, one after the other")
    chosen = parser.parse_args()
    found: dict[str, list[Throughput]] = {ECHOWIRE.name: [], TRAFILATURA.name: []}
    with tempfile.TemporaryDirectory(prefix="bench-") as name, EmbeddedKafka() as broker:
        work = Path(name)
        pages = list(islice(of_one_article(html_of(chosen.input)), chosen.pages))
        if not pages:
            sys.exit(f"{chosen.input}: no page of which both readers make one article")
        events = [event(number, html) for number, html in enumerate(pages * _TIMES)]
        (work / "events.jsonl").write_bytes(b"\n".join(events) + b"\n")
        print(
            f"{len(events)} pages of {sum(map(len, events)) / len(events) / 1000:.0f} kB on average"
        )
        for number in range(chosen.rounds):
            for contestant in (ECHOWIRE, TRAFILATURA):
                own = f"{contestant.name}-{number}"
                place = Place(broker.bootstrap, f"{own}.", own)
                run = Run(contestant, place, work / "events.jsonl", work / own)
                found[contestant.name].append(measure_throughput(run, len(events), {}))
    for contestant in (ECHOWIRE, TRAFILATURA):
        rounds = found[contestant.name]
        rate = statistics.median(r.articles_per_second for r in rounds)
        cost = statistics.median(r.cpu_us_per_article for r in rounds) / 1000
        print(f"{contestant.title:24} {rate:7.0f} pages/s, {cost:5.1f} ms of CPU each (medians)")


if __name__ == "__main__":
    main()
