"""Topics for tests: raw events pass through the real detection and become records for a desk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from streams.desk.database import Database
from streams.desk.ingest import Applied, Incoming, Kind, apply
from streams.pipeline import Parameters, Pipeline
from streams.sources.inputs import Meter, read_events
from streams.sources.raw_events import event_of

SAMPLE = Path(__file__).parents[2] / "deploy" / "demo" / "sample.jsonl"
WIRE = (
    "GENEVA, March 2 (Reuters) - Ferry crews on the lake ended a nine-day strike on Monday after "
    "accepting a pay deal that raises their wages by 4 percent, and the first boats to the islands "
    "left within the hour.\n\nThe union said 312 of its members had voted for the offer and 41 "
    "against it at a meeting in the boathouse.\n\nThe operator expects the full timetable to be "
    "running again by Thursday, when schools on the eastern shore open after the holidays.\n\n"
    "Fares will rise by 20 cents in May to pay for the agreement, its director Ana Brunner said."
)


def raw(number: int, source: str, text: str | None = WIRE, **fields: Any) -> dict[str, Any]:
    """A raw event that came `number` minutes after noon."""
    return {
        "id": f"{source}-{number}",
        "source": source,
        "title": "Ferry strike on the lake ends",
        "text": text,
        "published_at": f"2026-03-02T{12 + number // 60:02}:{number % 60:02}:00Z",
        **fields,
    }


def records_of(events: Iterable[dict[str, Any]] | Path) -> list[Incoming]:
    """Raw events, or a file of them -> the records of the three topics, in order."""
    parameters = Parameters(window_seconds=72 * 3600, capacity=4096)
    pipeline = Pipeline(parameters, limit_bytes=8 << 20)
    found: list[tuple[Kind, bytes]] = []
    if isinstance(events, Path):
        source = read_events([events], Meter())
        while some := list(islice(source, 500)):
            _take(pipeline, pipeline.records(some), found)
    else:
        _take(pipeline, pipeline.records(event_of(dict(e), "") for e in events), found)
    return [Incoming(kind, kind, 0, n, value) for n, (kind, value) in enumerate(found)]


def _take(pipeline: Pipeline, records: Any, found: list[tuple[Kind, bytes]]) -> None:
    decision = pipeline.take(records).decision
    if decision is not None:
        found += [("articles", bytes(value)) for value in decision.enriched]
        found += [("events", bytes(event[-1])) for event in decision.events]
        found += [("stories", bytes(story[-1])) for story in decision.stories]


def take_in(database: Database, records: Sequence[Incoming], batch: int = 200) -> Applied:
    """Apply records in batches, as the desk's follower does."""
    total = Applied()
    for start in range(0, len(records), batch):
        some = records[start : start + batch]
        ends = {(r.topic, r.partition): r.offset + 1 for r in some}
        done = apply(database, some, ends, lambda source: source)
        total.articles += done.articles
        total.skipped += done.skipped
    return total


def changed(record: Incoming, **fields: Any) -> Incoming:
    """A record whose JSON has other fields."""
    value = orjson.dumps({**orjson.loads(record.value or b"{}"), **fields})
    return Incoming(record.kind, record.topic, record.partition, record.offset, value)
