"""Raw events -> enriched articles in one process, without Kafka: what `echowire process` runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import orjson

from streams.articles.normalise import NormalisedChunk, decode_chunk, normalise_chunk
from streams.articles.page import Page, PageSource
from streams.articles.rejection import Rejection
from streams.detection.chunk import Chunk
from streams.detection.decide import decide
from streams.detection.entry import entries_of
from streams.detection.parameters import Parameters
from streams.detection.sketch import sketch_texts
from streams.detection.state import ShardState
from streams.detection.verdict import VerdictWriter
from streams.settings import Settings
from streams.sources.raw_events import FileRecord, RawEvent

ReadPages = Callable[[list[PageSource]], list[Page]]


@dataclass(slots=True)
class Summary:
    """What a run came to."""

    events: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    relations: Counter[str] = field(default_factory=Counter)
    redeliveries: int = 0


@dataclass(frozen=True, slots=True)
class Processed:
    """The outputs of one chunk, as JSON: enriched articles, and rejected events with reasons."""

    enriched: list[bytes]
    rejected: list[bytes]


def process(
    events: Iterable[RawEvent],
    settings: Settings,
    read_pages: ReadPages,
    summary: Summary,
    parameters: Parameters | None = None,
) -> Iterator[Processed]:
    """Normalise and detect; one shard for all languages. Updates `summary` as it goes.

    `parameters` are the settings' own, unless given.
    """
    parameters = parameters or settings.parameters()
    state, writer = ShardState(parameters), VerdictWriter(parameters)
    records = _records(events)
    while chunk := list(islice(records, settings.chunk_records)):
        decoded = decode_chunk(chunk, settings.record_bytes, settings.outlets_file)
        articles = normalise_chunk(chunk, decoded, read_pages([page for _, page in decoded.pages]))
        enriched: list[bytes] = []
        if articles.places:
            decision = decide(state, _articles(chunk, articles), writer)
            state.apply(decision.segment)
            enriched = decision.enriched
            summary.relations.update(decision.relations)
            summary.redeliveries += decision.redeliveries
        summary.events += len(chunk)
        summary.rejected.update(why.reason.value for _, why in articles.rejections)
        yield Processed(enriched, [_rejected(chunk[p], why) for p, why in articles.rejections])


def _articles(chunk: list[FileRecord], articles: NormalisedChunk) -> Chunk:
    sketches = sketch_texts(articles.compared)
    return Chunk(
        values=articles.values,
        entries=entries_of(articles.articles, sketches),
        times=[chunk[place].timestamp for place in articles.places],
        offsets=[chunk[place].offset for place in articles.places],
        notices=[False] * len(articles.places),
    )


def _rejected(record: FileRecord, why: Rejection) -> bytes:
    """One line for a rejected event: which one, why, and what it was."""
    value = record.value.decode(errors="replace")
    return orjson.dumps(
        {"line": record.offset + 1, "reason": why.reason, "detail": why.detail, "value": value}
    )


def _records(events: Iterable[RawEvent]) -> Iterator[FileRecord]:
    """An event without a time takes that of the one before it: never the clock's."""
    time = 0
    for offset, event in enumerate(events):
        time = event.time if event.time is not None else time
        yield FileRecord(offset, time, event.value)
