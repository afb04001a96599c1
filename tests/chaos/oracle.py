"""What an undisturbed run says of the same log, worked out without Kafka."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka.structs import ConsumerRecord

from streams.articles.normalise import NormalisedChunk, decode_chunk, normalise_chunk
from streams.articles.page import read_page
from streams.detection.decide import decide
from streams.detection.index.arrivals import ArticleColumns
from streams.detection.index.state import ShardState
from streams.detection.sketch.entry import entries_of
from streams.detection.sketch.sketches import sketch_texts
from streams.detection.verdict import VerdictWriter
from streams.kafka.event_time import raw_time
from streams.kafka.partitioning import shard_of
from streams.settings import Settings
from streams.sources.raw_events import FileRecord

CHUNK = 200

Place = tuple[int, int]  # partition and offset of a raw record
Text = tuple[str, str]  # article id and content digest


@dataclass(slots=True)
class Expected:
    """Everything that must come out, once or more often, and nothing else."""

    letters: dict[Place, str] = field(default_factory=dict)  # -> reason
    normalised: dict[tuple[Place, str], bytes] = field(default_factory=dict)  # and article id
    enriched: dict[Text, bytes] = field(default_factory=dict)
    events: dict[tuple[str, int], bytes] = field(default_factory=dict)  # story id, sequence
    stories: dict[str, bytes] = field(default_factory=dict)  # the last record of each
    redeliveries: int = 0


@dataclass(slots=True)
class _ShardLog:
    values: list[bytes] = field(default_factory=list)
    articles: list[dict[str, Any]] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    notices: list[bool] = field(default_factory=list)


def undisturbed(raw: Sequence[ConsumerRecord], settings: Settings, shards: int) -> Expected:
    """Normalise and detect what the raw topic holds, partition by partition, in order."""
    expected = Expected()
    logs: dict[int, _ShardLog] = defaultdict(_ShardLog)
    by_time = sorted(raw, key=lambda r: (raw_time(r), r.partition, r.offset))
    for start in range(0, len(by_time), CHUNK):
        records = by_time[start : start + CHUNK]
        chunk = normalised(records, settings)
        for place, why in chunk.rejections:
            expected.letters[records[place].partition, records[place].offset] = why.reason.value
        for place, article, value, compared in zip(
            chunk.places, chunk.articles, chunk.values, chunk.story_texts, strict=True
        ):
            record = records[place]
            made = (record.partition, record.offset), article["article_id"]
            expected.normalised[made] = value
            home = shard_of(article["language"], shards)
            assert home == record.partition, "the corpus keeps each shard's articles in one order"
            for shard in range(shards) if article["status"] == "canceled" else (home,):
                log = logs[shard]
                log.values.append(value)
                log.articles.append(dict(article))
                log.compared.append(compared)
                log.times.append(raw_time(record))
                log.notices.append(shard != home)
    for log in logs.values():
        _detect(log, settings, expected)
    return expected


def normalised(raw: Sequence[ConsumerRecord], settings: Settings) -> NormalisedChunk:
    """What these records become in the first stage."""
    records = [FileRecord(r.offset, raw_time(r), r.value, r.topic, r.partition) for r in raw]
    decoded = decode_chunk(records, settings.record_bytes)
    pages = [read_page(page) for _, page in decoded.pages]
    return normalise_chunk(records, decoded, pages)


def _detect(log: _ShardLog, settings: Settings, expected: Expected) -> None:
    parameters = settings.parameters()
    state, writer = ShardState(parameters), VerdictWriter(parameters)
    for start in range(0, len(log.values), CHUNK):
        part = slice(start, start + CHUNK)
        articles = log.articles[part]
        sketches = sketch_texts(log.compared[part])
        decision = decide(
            state,
            ArticleColumns(
                values=log.values[part],
                entries=entries_of(articles, sketches),
                times=log.times[part],
                offsets=range(start, start + len(articles)),
                notices=log.notices[part],
            ),
            writer,
        )
        state.apply(decision.segment)
        expected.redeliveries += decision.redeliveries
        texts = zip(decision.article_ids, decision.digests, strict=True)
        expected.enriched.update(zip(texts, decision.enriched, strict=True))
        expected.events.update({(e[0], e[1]): e[3] for e in decision.events})
        expected.stories.update({s[0]: s[3] for s in decision.stories})
