"""The pipeline: raw records -> articles -> sketches -> verdicts, composed in one place.

The worker runs these steps with Kafka between them; `Pipeline` runs all of them in memory, for one
shard. `__all__` is the public Python API: docs/library.md shows its use, and nothing else of this
package is promised to stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from schemas.records import EnrichedArticleRecord
from streams.articles.normalise import Decoded, NormalisedChunk, decode_chunk, normalise_chunk
from streams.articles.page import Page, PageSource, read_page
from streams.articles.record import Record
from streams.articles.rejection import Rejection
from streams.detection.decide import Decision, decide
from streams.detection.index.arrivals import ArticleColumns
from streams.detection.index.state import ShardState
from streams.detection.parameters import Parameters
from streams.detection.sketch.entry import Entries, entries_of
from streams.detection.sketch.sketches import sketch_texts
from streams.detection.verdict import VerdictWriter
from streams.sources.json_files import raw_event
from streams.sources.raw_events import FileRecord, RawEvent, event_of

__all__ = ["Parameters", "Pipeline", "RejectedError"]

RECORD_BYTES = 1 << 20
_EVENTS_AT_ONCE = 500

ReadPages = Callable[[list[PageSource]], list[Page]]


@dataclass(frozen=True, slots=True)
class Sketched:
    """The n articles of a chunk of raw records, their entries (n,), and what was rejected."""

    chunk: NormalisedChunk
    entries: Entries


@dataclass(frozen=True, slots=True)
class Taken:
    """The results for a chunk of raw records. `decision` is None if none became an article."""

    chunk: NormalisedChunk
    decision: Decision | None


class RejectedError(ValueError):
    """An event that cannot become an article; `reason` and `detail` are those of a dead letter."""

    def __init__(self, event: Mapping[str, Any] | bytes, why: Rejection) -> None:
        super().__init__(f"{why.reason.value}: {why.detail}")
        self.event, self.reason, self.detail = event, why.reason.value, why.detail


def sketched(records: Sequence[Record], decoded: Decoded, pages: Sequence[Page]) -> Sketched:
    """Articles and sketches of decoded records; `pages` are those of `decoded.pages`, read."""
    chunk = normalise_chunk(records, decoded, pages)
    return Sketched(chunk, entries_of(chunk.articles, sketch_texts(chunk.story_texts)))


def undisturbed_chunk(
    made: Sketched, records: Sequence[Record], offsets: Sequence[int] | None = None
) -> ArticleColumns:
    """A chunk of articles for detection, without a log in between: each has its record's offset,
    unless `offsets` (n,) says otherwise."""
    places = made.chunk.places
    return ArticleColumns(
        values=made.chunk.values,
        entries=made.entries,
        times=[records[place].timestamp for place in places],
        offsets=offsets or [records[place].offset for place in places],
        notices=[False] * len(places),
    )


def _raw_event(event: Mapping[str, Any] | bytes) -> RawEvent:
    return raw_event(event, "") if isinstance(event, bytes) else event_of(dict(event), "")


def read_pages_here(pages: list[PageSource]) -> list[Page]:
    """Read pages one after the other, in this thread."""
    return [read_page(page) for page in pages]


def normalised(
    records: Sequence[Record],
    limit_bytes: int,
    outlets_file: str | None,
    read_pages: ReadPages = read_pages_here,
) -> Sketched:
    """The first stage of a chunk of raw records: decoded, normalised and sketched."""
    decoded = decode_chunk(records, limit_bytes, outlets_file)
    return sketched(records, decoded, read_pages([page for _, page in decoded.pages]))


class Detector:
    """One shard: decides articles in log order, and remembers what was applied."""

    def __init__(self, parameters: Parameters, state: ShardState | None = None) -> None:
        self.state = ShardState(parameters) if state is None else state
        self._writer = VerdictWriter(parameters)

    def decide(self, chunk: ArticleColumns) -> Decision:
        """The verdicts on a chunk. Apply its decision before deciding the next one."""
        return decide(self.state, chunk, self._writer)

    def apply(self, decision: Decision) -> None:
        """Remember a decision."""
        self.state.apply(decision.segment)


class Pipeline:
    """The whole pipeline in memory, as one shard for all languages.

    The same events in the same order give the same verdicts as through Kafka on one partition.
    Memory is bounded by `parameters.capacity` articles of the window, .9 kB each.

    `limit_bytes`: longer raw events are rejected. `outlets_file`: your own table of publishers,
    TOML; raises OutletsError at the first event if it is invalid. `read_pages` reads a
    chunk's pages, in order; without it they are read one by one in the calling thread.
    """

    def __init__(
        self,
        parameters: Parameters | None = None,
        *,
        limit_bytes: int = RECORD_BYTES,
        outlets_file: str | None = None,
        read_pages: ReadPages = read_pages_here,
    ) -> None:
        self.detector = Detector(parameters or Parameters())
        self._limit_bytes, self._outlets_file = limit_bytes, outlets_file
        self._read_pages = read_pages
        self._events, self._time = 0, 0

    def enrich(
        self,
        events: Iterable[Mapping[str, Any] | bytes],
        on_rejection: Callable[[RejectedError], None] | None = None,
    ) -> Iterator[EnrichedArticleRecord]:
        """Yield an enriched article, as in `articles.enriched`, for each new text.

        An event is a raw article's fields, or its JSON as bytes. Redeliveries yield nothing; a
        page's embedded articles follow it. An event without a time takes that of the one before.
        Events that cannot become an article go to `on_rejection`; without it, they raise
        RejectedError.
        """
        source = iter(events)
        while some := list(islice(source, _EVENTS_AT_ONCE)):
            taken = self.take(self.records(map(_raw_event, some)))
            if taken.decision is not None:
                yield from map(orjson.loads, taken.decision.enriched)
            for place, why in taken.chunk.rejections:
                error = RejectedError(some[place], why)
                if on_rejection is None:
                    raise error
                on_rejection(error)

    def records(self, events: Iterable[RawEvent]) -> list[FileRecord]:
        """Events as the next records of a log with one partition."""
        records = []
        for event in events:
            self._time = self._time if event.time is None else event.time
            records.append(FileRecord(self._events, self._time, event.value))
            self._events += 1
        return records

    def take(self, records: Sequence[Record]) -> Taken:
        """Normalise, sketch and decide one chunk of records, and remember it."""
        made = normalised(records, self._limit_bytes, self._outlets_file, self._read_pages)
        return self.decided(records, made)

    def decided(self, records: Sequence[Record], made: Sketched) -> Taken:
        """Decide articles that were made elsewhere, for example in another process."""
        if not made.chunk.places:
            return Taken(made.chunk, None)
        decision = self.detector.decide(undisturbed_chunk(made, records))
        self.detector.apply(decision)
        return Taken(made.chunk, decision)
