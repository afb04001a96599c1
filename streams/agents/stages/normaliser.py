"""Raw records -> record batches of normalised articles and dead letters.

Depends only on its arguments, so that it can run in any process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas.dead_letter import Reason
from schemas.topics import DEAD_LETTERS, NORMALISED, TOPIC, Stage
from streams.agents.running.page_time import read_in_time
from streams.articles.normalise import Decoded, NormalisedChunk, decode_chunk, without_records
from streams.articles.page import Page, PageSource
from streams.articles.rejection import rejected
from streams.detection.sketch.entry import encode_entries
from streams.kafka.dead_letters import dead_letters
from streams.kafka.headers import (
    ENTRY_HEADER,
    HEADERS_BYTES,
    NOTICE_HEADER,
    EventHeaders,
    trace_context,
)
from streams.kafka.outgoing import Counts, Encoded, Encoder, Outgoing
from streams.kafka.partitioning import shard_of
from streams.kafka.raw_record import RawRecord
from streams.kafka.topics import topic_name
from streams.pipeline import Sketched, sketched
from streams.settings import Settings

STAGE = Stage.NORMALISE


@dataclass(slots=True)
class NormalisedCounts:
    """The results for some raw records, for the metrics."""

    articles: int = 0
    unknown_fields: int = 0
    rejected: Counter[str] = field(default_factory=Counter)  # by reason
    dropped: Counter[str] = field(default_factory=Counter)  # by field
    published_at: list[str] = field(default_factory=list)  # of the articles that have it

    @classmethod
    def of(cls, decoded: Decoded, made: NormalisedChunk) -> NormalisedCounts:
        """The results for decoded records."""
        return cls(
            articles=len(made.articles),
            unknown_fields=decoded.unknown_fields,
            rejected=Counter(why.reason.value for _, why in made.rejections),
            dropped=made.dropped,
            published_at=[a["published_at"] for a in made.articles if a["published_at"]],
        )


class Normaliser:
    """Normalises records according to a worker's settings."""

    def __init__(self, settings: Settings) -> None:
        self.topic = topic_name(settings, NORMALISED)
        self.dead_letters = topic_name(settings, DEAD_LETTERS)
        self._limit_bytes, self._page_seconds = settings.record_bytes, settings.page_seconds
        self._outlets_file = settings.outlets_file
        self._headers = EventHeaders(TOPIC[NORMALISED])
        self._encoder = Encoder(settings)

    def normalise(
        self, records: Sequence[RawRecord], counts: Counts
    ) -> tuple[list[Encoded], NormalisedCounts]:
        """Everything, including pages: these take milliseconds each and need the main thread's
        timer."""
        decoded = self.decode(records)
        pages = [self.read(page) for _, page in decoded.pages]
        return self.finish(records, decoded, pages, counts)

    def decode(self, records: Sequence[RawRecord]) -> Decoded:
        """The first step."""
        return decode_chunk(records, self._limit_bytes, self._outlets_file)

    def read(self, page: PageSource) -> Page:
        """Read one of the pages."""
        return read_in_time(self._page_seconds, page)

    def finish(
        self,
        records: Sequence[RawRecord],
        decoded: Decoded,
        pages: Sequence[Page],
        counts: Counts,
    ) -> tuple[list[Encoded], NormalisedCounts]:
        """The rest; `pages` are those of `decoded.pages`."""
        sketches = self._without_too_large(sketched(records, decoded, pages))
        made = sketches.chunk
        given_up = [(records[place], why) for place, why in made.rejections]
        outgoing = [
            self._outgoing(records, sketches, counts[self.topic]),
            dead_letters(
                self.dead_letters,
                counts[self.dead_letters],
                STAGE,
                given_up,
                self._encoder.largest_bytes,
            ),
        ]
        return self._encoder.encode(outgoing, counts), NormalisedCounts.of(decoded, made)

    def _without_too_large(self, sketches: Sketched) -> Sketched:
        """Rejects records with an article that is larger than a topic takes."""
        most, made = self._encoder.largest_bytes - HEADERS_BYTES, sketches.chunk
        large = {
            place: len(value)
            for place, value in zip(made.places, made.values, strict=True)
            if len(value) > most
        }
        if not large:
            return sketches
        expected = f"value: expected one that makes an article of at most {most} bytes"
        rejections = {
            place: rejected(Reason.TOO_LARGE, f"{expected}, got {size}")
            for place, size in large.items()
        }
        kept = [i for i, place in enumerate(made.places) if place not in large]
        return Sketched(without_records(made, rejections), sketches.entries[kept])

    def _outgoing(self, records: Sequence[RawRecord], sketches: Sketched, shards: int) -> Outgoing:
        made, entries = sketches.chunk, encode_entries(sketches.entries)
        sources = [records[place] for place in made.places]
        event_ids = [f"{a['article_id']}-{a['content_digest']}" for a in made.articles]
        times = [record.timestamp for record in sources]
        headers = self._headers.of_each_with(event_ids, times, ENTRY_HEADER, entries)
        out = Outgoing(self.topic)
        for i, (article, record) in enumerate(zip(made.articles, sources, strict=True)):
            key, value, written = article["article_id"].encode(), made.values[i], record.written
            home = shard_of(article["language"], shards)
            if record.headers and (trace := trace_context(record.headers)):
                entry_header = (ENTRY_HEADER, entries[i])
                headers[i] = self._headers.of(event_ids[i], times[i], entry_header, *trace)
            out.add(key, value, written, headers[i], home)
            if article["status"] == "canceled":
                others = (ENTRY_HEADER, entries[i]), (NOTICE_HEADER, b"1")
                notice = self._headers.of(event_ids[i], times[i], *others)
                for shard in range(shards):
                    if shard != home:
                        out.add(key, value, written, notice, shard)
        return out
