"""`echowire process`: the whole work without Kafka, from raw events to JSON lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import orjson

from streams.articles.rejection import Rejection
from streams.pipeline import Pipeline
from streams.sources.raw_events import FileRecord, RawEvent


@dataclass(slots=True)
class Summary:
    """What a run came to."""

    events: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    relations: Counter[str] = field(default_factory=Counter)
    redeliveries: int = 0
    outdated: int = 0


@dataclass(frozen=True, slots=True)
class Processed:
    """The outputs of one chunk, as JSON: enriched articles, and rejected events with reasons."""

    enriched: list[bytes]
    rejected: list[bytes]


def process(
    events: Iterable[RawEvent], pipeline: Pipeline, chunk_records: int, summary: Summary
) -> Iterator[Processed]:
    """Normalise and detect, a chunk at a time. Updates `summary` as it goes."""
    source = iter(events)
    while some := list(islice(source, chunk_records)):
        records = pipeline.records(some)
        taken = pipeline.take(records)
        enriched: list[bytes] = []
        if taken.decision is not None:
            enriched = taken.decision.enriched
            summary.relations.update(taken.decision.relations)
            summary.redeliveries += taken.decision.redeliveries
            summary.outdated += taken.decision.outdated
        rejections = taken.chunk.rejections
        summary.events += len(records)
        summary.rejected.update(why.reason.value for _, why in rejections)
        yield Processed(enriched, [_rejected(records[place], why) for place, why in rejections])


def _rejected(record: FileRecord, why: Rejection) -> bytes:
    """One line for a rejected event: which one, why, and what it was."""
    value = record.value.decode(errors="replace")
    return orjson.dumps(
        {"line": record.offset + 1, "reason": why.reason, "detail": why.detail, "value": value}
    )
