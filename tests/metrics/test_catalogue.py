"""Metrics follow Prometheus' conventions and stay few however much news arrives."""

from __future__ import annotations

import re
import time
from typing import Any

import numpy as np
import orjson
import pytest
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import Metric

from streams.agents.stages.measure import (
    count_decided,
    count_latency,
    count_normalised,
    count_published,
    count_taken,
)
from streams.agents.stages.normaliser import NormalisedCounts
from streams.articles.normalise import decode_chunk, normalise_chunk
from streams.detection.decide import Decision, decide
from streams.detection.index.arrivals import ArticleColumns
from streams.detection.index.state import ShardState
from streams.detection.parameters import Parameters
from streams.detection.sketch.entry import entries_of
from streams.detection.sketch.sketches import sketch_texts
from streams.detection.verdict import VerdictWriter
from streams.metrics import Metrics
from streams.metrics.labels import LANGUAGES
from streams.metrics.shards import measure_shards
from streams.sources.raw_events import FileRecord
from tests.operations.load import story

UNITS = ("_seconds", "_bytes", "_ratio", "_total", "_info")
PARAMETERS = Parameters(capacity=4096)
# Twenty that the list knows and some that it does not.
SPOKEN = [*(name for name in LANGUAGES if len(name) == 2), "fa", "he", "vi", "th"]


def families(metrics: Metrics) -> list[Metric]:
    return [m for m in metrics.registry.collect() if m.name.startswith("echowire_")]


def series(metrics: Metrics) -> int:
    return sum(len(metric.samples) for metric in metrics.registry.collect())


@pytest.mark.parametrize("metric", families(Metrics()), ids=lambda metric: metric.name)
def test_a_metric_has_a_base_unit_a_help_text_and_the_name_of_its_kind(metric: Metric) -> None:
    assert re.fullmatch(r"echowire_[a-z0-9_]+", metric.name)
    assert metric.documentation.endswith(".")
    assert not re.search(r"milli|micro|_ms\b|kilobyte|minute|hour|percent", metric.name)
    assert not metric.name.endswith(("_total", "_count", "_sum", "_bucket"))


def test_two_metrics_of_one_name_are_refused() -> None:
    registry = CollectorRegistry()
    Counter("echowire_records", "Text.", registry=registry)
    with pytest.raises(ValueError, match="Duplicated timeseries"):
        Counter("echowire_records", "Another.", registry=registry)


def test_two_workers_in_one_process_share_no_metric() -> None:
    first, second = Metrics(), Metrics()
    first.consumed["detect"].inc(5)
    assert (
        second.registry.get_sample_value("echowire_records_consumed_total", {"stage": "detect"})
        == 0
    )


class Worked:
    """A chunk that went through both stages, with all that is counted of it."""

    def __init__(self, state: ShardState, writer: VerdictWriter, first: int, count: int) -> None:
        self.records = [raw_record(first + i) for i in range(count)]
        self.decoded = decode_chunk(self.records, 1 << 20)
        self.articles = normalise_chunk(self.records, self.decoded, [])
        for i, article in enumerate(self.articles.articles):
            article["language"] = SPOKEN[(first + i) % len(SPOKEN)]
        entries = entries_of(
            self.articles.articles, sketch_texts([a["text"] for a in self.articles.articles])
        )
        self.normalised = [
            FileRecord(record.offset, record.timestamp, value)
            for record, value in zip(self.records, self.articles.values, strict=True)
        ]
        chunk = ArticleColumns(
            values=self.articles.values,
            entries=entries,
            times=[r.timestamp for r in self.normalised],
            offsets=[r.offset for r in self.normalised],
            notices=[False] * len(self.normalised),
        )
        self.decision: Decision = decide(state, chunk, writer)
        state.apply(self.decision.segment)

    def count(self, metrics: Metrics, state: ShardState) -> None:
        records: Any = self.records
        normalised: Any = self.normalised
        count_published(metrics, "normalise", 10_000, 0.01)
        count_taken(metrics, "normalise", records)
        count_latency(metrics, "normalise", [r.timestamp for r in records])
        count_normalised(metrics, NormalisedCounts.of(self.decoded, self.articles))
        count_published(metrics, "detect", 10_000, 0.01)
        count_taken(metrics, "detect", normalised)
        count_latency(metrics, "detect", [r.timestamp for r in normalised])
        count_decided(metrics, self.decision, normalised, state)


def raw_record(number: int) -> FileRecord:
    """Most are too short to be compared, which saves the test's time; every tenth is a copy."""
    words = 40 if number % 10 == 0 else 8
    event = {
        "id": str(number),
        "source": f"publisher-{number % 500}.example",
        "credit": ("Reuters", "AFP", "A New Agency")[number % 3],
        "published_at": "2026-03-02T12:00:00Z" if number % 4 else "never",
        "text": story(number % 70, words),
        f"strange-{number}": 1,
    }
    return FileRecord(number, 1_772_452_800_000 + number, orjson.dumps(event))


def test_a_hundred_thousand_articles_of_500_publishers_make_under_a_thousand_series() -> None:
    metrics, state, writer = Metrics(), ShardState(PARAMETERS), VerdictWriter(PARAMETERS)
    before = series(metrics)
    for first in range(0, 25_000, 2500):
        worked = Worked(state, writer, first, 2500)
        for _ in range(4):  # the same articles again make the same series
            worked.count(metrics, state)
    for partition in range(4):
        measure_shards(metrics, {partition: state})
    value = metrics.registry.get_sample_value
    assert value("echowire_records_consumed_total", {"stage": "detect"}) == 100_000
    assert value("echowire_verdicts_total", {"relation": "copy", "language": "other"})
    assert value("echowire_agency_copies_total", {"agency": "Reuters"})
    assert value("echowire_index_articles", {"shard": "3"})
    assert before < series(metrics) < 1000
    # Eight partitions of each topic and four shards more add these at most.
    assert series(metrics) + 8 * 2 + 4 * 8 < 1000


def test_counting_an_article_takes_a_few_microseconds() -> None:
    metrics, state, writer = Metrics(), ShardState(PARAMETERS), VerdictWriter(PARAMETERS)
    Worked(state, writer, 0, 500).count(metrics, state)  # warm
    chunks = [Worked(state, writer, first, 500) for first in range(500, 5500, 500)]
    started = time.process_time()
    for worked in chunks:
        worked.count(metrics, state)
    each = (time.process_time() - started) / 5000
    print(f"{each * 1e6:.2f} us an article")
    assert each < 10e-6  # measured: 2; machines under load have measured twice that


def test_counting_a_chunk_of_one_article_is_cheap_too() -> None:
    """Under low load nearly every chunk holds one."""
    metrics, state, writer = Metrics(), ShardState(PARAMETERS), VerdictWriter(PARAMETERS)
    worked = [Worked(state, writer, n, 1) for n in range(200)]
    started = time.process_time()
    for chunk in worked:
        chunk.count(metrics, state)
    each = (time.process_time() - started) / len(worked)
    print(f"{each * 1e6:.0f} us a chunk")
    assert each < 0.001


def test_the_time_from_original_to_copy_is_that_of_their_records() -> None:
    metrics, state, writer = Metrics(), ShardState(PARAMETERS), VerdictWriter(PARAMETERS)
    chunk = Worked(state, writer, 0, 71)  # number 70 is a copy of number 0, 70 ms later
    chunk.count(metrics, state)
    value = metrics.registry.get_sample_value
    copies = [r for r in chunk.decision.relations if r == "copy"]
    assert value("echowire_copy_delay_seconds_count", {"relation": "copy"}) == len(copies) == 1
    assert value("echowire_copy_delay_seconds_sum", {"relation": "copy"}) == pytest.approx(0.07)


def test_similarities_of_all_compared_pairs_are_counted() -> None:
    metrics, state, writer = Metrics(), ShardState(PARAMETERS), VerdictWriter(PARAMETERS)
    chunk = Worked(state, writer, 0, 300)
    chunk.count(metrics, state)
    value = metrics.registry.get_sample_value
    accepted = value("echowire_candidate_jaccard_count", {"outcome": "accepted"}) or 0
    rejected = value("echowire_candidate_jaccard_count", {"outcome": "rejected"}) or 0
    assert accepted == len(chunk.decision.match_stats.jaccard(accepted=True)) > 0
    assert rejected == len(chunk.decision.match_stats.jaccard(accepted=False))
    compared = np.asarray(chunk.decision.match_stats.candidates)
    assert value("echowire_query_candidates_count", {"stage": "detect"}) == len(compared) == 30
