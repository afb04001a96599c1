"""Pages through the whole worker: as HTML, with trafilatura in place of our reader, and as text.

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
from typing import NamedTuple

import orjson
from resiliparse.extract.html2text import extract_plain_text

from deploy.kafka.embedded import EmbeddedKafka
from streams.articles.page import PageSource, read_page
from streams.articles.pages.recognise import is_page
from tests.benchmarks import trafilatura_worker
from tests.benchmarks.articles import PUBLISHED_AT
from tests.benchmarks.contestants import ECHOWIRE, Contestant, Place, Run
from tests.benchmarks.throughput import Throughput, measure_throughput

# Each page comes so often, as articles of their own: for a few seconds' work.
_TIMES = {"html": 3, "text": 30}
_LEAST_CHARACTERS = 500
_MOST_CHARACTERS = 500_000  # of a page; librdkafka sends a megabyte
_NOW = datetime(2026, 3, 2, tzinfo=UTC)


class _Row(NamedTuple):
    """What is measured: how a worker reads pages that come in this field."""

    title: str
    contestant: Contestant
    field: str
    rounds: list[Throughput]


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


def as_texts(pages: Iterable[str]) -> Iterator[str]:
    """All of each page's text, where that is known for a page and makes one article."""
    for html in pages:
        text = extract_plain_text(html, main_content=False)
        if not is_page(text):
            continue
        page = read_page(PageSource(html=None, text=text, now=_NOW))
        if not page.parts and not page.stub and len(page.text) > _LEAST_CHARACTERS:
            yield text


def event(number: int, field: str, content: str) -> bytes:
    return orjson.dumps(
        {
            "id": f"page-{number}",
            "source": f"paper-{number % 40:02}.example",
            field: content,
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
    with tempfile.TemporaryDirectory(prefix="bench-") as name, EmbeddedKafka() as broker:
        work = Path(name)
        pages = list(islice(of_one_article(html_of(chosen.input)), chosen.pages))
        texts = list(as_texts(pages))
        if not texts:
            sys.exit(f"{chosen.input}: no page that makes one article, as HTML and as text")
        written = {
            "html": _written(work / "html.jsonl", "html", pages),
            "text": _written(work / "text.jsonl", "text", texts),
        }
        rows = [
            _Row(ECHOWIRE.title, ECHOWIRE, "html", []),
            _Row(TRAFILATURA.title, TRAFILATURA, "html", []),
            _Row(f"{ECHOWIRE.title}, as plain text", ECHOWIRE, "text", []),
        ]
        for number in range(chosen.rounds):
            for row in rows:
                own = f"{row.contestant.name}-{row.field}-{number}"
                place = Place(broker.bootstrap, f"{own}.", own)
                run = Run(row.contestant, place, work / f"{row.field}.jsonl", work / own)
                row.rounds.append(measure_throughput(run, written[row.field], {}))
    for row in rows:
        rate = statistics.median(r.articles_per_second for r in row.rounds)
        cost = statistics.median(r.cpu_us_per_article for r in row.rounds) / 1000
        print(f"{row.title:24} {rate:7.0f} pages/s, {cost:5.1f} ms of CPU each (medians)")


def _written(path: Path, field: str, pages: list[str]) -> int:
    """Write the events of these pages; -> how many."""
    events = [event(number, field, page) for number, page in enumerate(pages * _TIMES[field])]
    path.write_bytes(b"\n".join(events) + b"\n")
    size = sum(map(len, events)) / len(events) / 1000
    print(f"{len(events)} pages as {field}, of {size:.0f} kB on average")
    return len(events)


if __name__ == "__main__":
    main()
