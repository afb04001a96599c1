"""What each chunk adds to the metrics: once per chunk, in arrays, with closed lists of labels."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeVar

import numpy as np
from aiokafka.structs import ConsumerRecord

from streams.agents.stages.normaliser import NormalisedCounts
from streams.articles.rejection import Rejection
from streams.detection.decide import Decision
from streams.detection.index.segment import Rows
from streams.detection.index.state import ShardState
from streams.kafka.raw_record import RawRecord
from streams.metrics import Metrics
from streams.metrics.labels import AGENCIES, DROPPABLE, LANGUAGES, OTHER

Thing = TypeVar("Thing", bound=Hashable)

_LANGUAGES = {language.encode(): language for language in LANGUAGES}
_AGENCIES = frozenset(AGENCIES)
_DROPPABLE = frozenset(DROPPABLE)
# How an article's JSON names its first agency. A quotation mark inside a JSON text is escaped,
# so these bytes occur nowhere else in it.
_AGENCY = b'"agencies":[{"name":"'
_TYPE = b'"type":"'


# Older records are replayed, or late because of their producer: their age is not our latency,
# and would burn the latency objective. `echowire_lag_seconds` reports backlogs.
_LIVE_SECONDS = 3600.0


def count_taken(
    metrics: Metrics, stage: str, records: Sequence[ConsumerRecord | RawRecord]
) -> None:
    """The size of a chunk whose outputs are confirmed."""
    metrics.consumed[stage].inc(len(records))
    metrics.chunk_records.observe(stage, len(records))
    metrics.chunk_bytes.observe(stage, sum([len(r.value) for r in records if r.value]))


def count_latency(metrics: Metrics, stage: str, times: Sequence[int]) -> None:
    """The age of these events, given in milliseconds since 1970, whose outputs are confirmed.

    Leave out canaries: they are dated as the newest event is, which may be old.
    """
    now = time.time()
    # Of a record that is dated ahead no age is known, and a sum must not fall.
    ages = [max(0.0, now - milliseconds / 1000) for milliseconds in times]
    metrics.latency.observe_many(stage, [age for age in ages if age < _LIVE_SECONDS])


def count_published(metrics: Metrics, stage: str, size_bytes: int, seconds: float) -> None:
    """What a chunk published, and how long the broker took to confirm it."""
    metrics.published_bytes[stage].inc(size_bytes)
    metrics.publish_bytes.observe(stage, size_bytes)
    metrics.publish_seconds.observe(stage, seconds)


def count_given_up(metrics: Metrics, why: Rejection) -> None:
    """A record that became a dead letter before, or instead of, being worked out."""
    metrics.rejected[why.reason.value].inc()


def count_normalised(metrics: Metrics, counted: NormalisedCounts) -> None:
    """The results of normalising raw records."""
    metrics.normalised.inc(counted.articles)
    if counted.unknown_fields:
        metrics.unknown_fields.inc(counted.unknown_fields)
    for reason, count in counted.rejected.items():
        metrics.rejected[reason].inc(count)
    for name, count in counted.dropped.items():
        metrics.dropped[name if name in _DROPPABLE else OTHER].inc(count)
    if counted.published_at:
        now = time.time()
        ages = [max(0.0, now - _seconds(text[:19])) for text in counted.published_at]
        metrics.freshness.observe_many("normalise", ages)


@lru_cache(maxsize=1024)
def _seconds(text: str) -> float:
    """A UTC time like 2026-03-02T05:04:00 -> seconds since 1970."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def count_decided(
    metrics: Metrics, decision: Decision, records: Sequence[ConsumerRecord], state: ShardState
) -> None:
    """The verdicts on a chunk's records. `state` must already have applied the decision's
    segment."""
    rows = decision.segment.rows
    if len(decision.places) < len(rows):  # notices and canaries have rows but no verdict here
        places = [records[place].offset for place in decision.places]
        rows = rows[np.searchsorted(rows["offset"], places)]
    languages = rows["language"].tolist()
    for (relation, language), count in _counted([*zip(decision.relations, languages, strict=True)]):
        metrics.verdicts[relation, _LANGUAGES.get(language, OTHER)].inc(count)
    for (agency, how), count in _counted(decision.credits):
        metrics.credited[agency if agency in _AGENCIES else OTHER, how].inc(count)
    _count_comparisons(metrics, decision)
    for kind, count in _counted([_text_after(_TYPE, e[3]) for e in decision.events]):
        metrics.story_events[kind].inc(count)
    copies = [i for i, relation in enumerate(decision.relations) if relation == "copy"]
    if copies:
        metrics.copy_delay.observe_many("copy", _copy_delays(rows[copies], state))
        named = [_text_after(_AGENCY, records[decision.places[i]].value) for i in copies]
        for agency, count in _counted([*filter(None, named)]):
            metrics.agency_copies[agency if agency in _AGENCIES else OTHER].inc(count)


def _counted(things: Sequence[Thing]) -> Iterable[tuple[Thing, int]]:
    """Each with how often it occurs. To set up a `Counter` takes as long as all else of a small
    chunk here."""
    if len(things) <= 1:
        return [(thing, 1) for thing in things]
    return Counter(things).items()


def _count_comparisons(metrics: Metrics, decision: Decision) -> None:
    """What was recognised, and how similar the compared texts are."""
    if decision.redeliveries:
        metrics.redeliveries.inc(decision.redeliveries)
        metrics.outdated.inc(decision.outdated)
    stats = decision.match_stats
    if stats.has_pairs():
        for relation, count in stats.relations().items():
            if count:
                metrics.matches[relation].inc(count)
        metrics.similarity.observe_many("accepted", stats.jaccard(accepted=True).tolist())
        metrics.similarity.observe_many("rejected", stats.jaccard(accepted=False).tolist())
    metrics.candidates.observe_many("detect", stats.candidates.tolist())


def _copy_delays(copies: Rows, state: ShardState) -> list[float]:
    """(n,) rows of copies -> seconds since the originals of their stories, where known."""
    packed = np.ascontiguousarray(copies["story_id"]).tobytes()
    times, delays = state.rows["time"], list[float]()
    for i, time_ms in enumerate(copies["time"].tolist()):
        story = state.stories.get(packed[16 * i : 16 * i + 16])
        if story and story.original >= state.tail:
            original = times[story.original % len(times)]
            delays.append(max(0, time_ms - int(original)) / 1000)
    return delays


def _text_after(mark: bytes, value: bytes) -> str:
    """The text after a mark in JSON; empty if the mark is missing."""
    at = value.find(mark)
    if at < 0:
        return ""
    start = at + len(mark)
    return value[start : value.index(b'"', start)].decode()
