"""`echowire process`: the whole pipeline without Kafka, from raw events to JSON lines."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from streams.agents.running.page_time import read_in_time
from streams.articles.page import Page, PageSource
from streams.articles.rejection import Rejection
from streams.pipeline import Pipeline, Sketched, normalised
from streams.sources.raw_events import FileRecord, RawEvent

# Pages may be as long as a record may be, and a thousand of them take gigabytes.
_CHUNK_BYTES = 16 << 20


@dataclass(slots=True)
class Summary:
    """Totals of a run."""

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
    events: Iterable[RawEvent],
    pipeline: Pipeline,
    chunk_records: int,
    summary: Summary,
    begin: Callable[[list[FileRecord]], Callable[[], Sketched]],
    ahead: int,
) -> Iterator[Processed]:
    """Normalise and detect, a chunk at a time. Updates `summary` as it goes.

    A chunk has at most `chunk_records` events, and ends with the one that fills 16 MiB.

    `begin` starts normalising a chunk, for example in another process, and returns a function that
    waits for the result. `ahead` chunks are started before the current one is decided; chunks
    are decided in order.
    """
    source = iter(events)
    begun: deque[tuple[list[FileRecord], Callable[[], Sketched]]] = deque()
    while True:
        while len(begun) <= ahead and (some := _chunk(source, chunk_records)):
            records = pipeline.records(some)
            begun.append((records, begin(records)))
        if not begun:
            return
        records, made = begun.popleft()
        taken = pipeline.decided(records, made())
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


def _chunk(source: Iterator[RawEvent], most: int) -> list[RawEvent]:
    some: list[RawEvent] = []
    size = 0
    while len(some) < most and size < _CHUNK_BYTES and (event := next(source, None)) is not None:
        some.append(event)
        size += len(event.value)
    return some


def normalised_in_time(
    records: Sequence[FileRecord], limit_bytes: int, outlets_file: str | None, page_seconds: float
) -> Sketched:
    """The whole first stage. Needs the main thread, whose timer stops pages that take too long."""

    def read_pages(pages: list[PageSource]) -> list[Page]:
        return [read_in_time(page_seconds, page) for page in pages]

    return normalised(records, limit_bytes, outlets_file, read_pages)


def _rejected(record: FileRecord, why: Rejection) -> bytes:
    """One line for a rejected event: which one, why, and its content."""
    value = record.value.decode(errors="replace")
    return orjson.dumps(
        {"line": record.offset + 1, "reason": why.reason, "detail": why.detail, "value": value}
    )
