"""Canaries have known answers and reach nothing but the metrics."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from schemas.records import EnrichedArticleRecord
from schemas.topics import ENRICHED, NORMALISED, STORIES, STORY_EVENTS
from streams.agents.canaries.rounds import KINDS, SOURCE, canary_round, judge
from streams.agents.canaries.sender import CanarySender
from streams.detection.parameters import Parameters
from streams.kafka.outgoing import Outgoing
from streams.kafka.publish import BatchPublisher
from streams.metrics import Metrics
from streams.pipeline import Pipeline
from streams.settings import Settings
from streams.sources.raw_events import RawEvent
from tests.kafka.service import Worker, push, read, until
from tests.operations.load import article

NOON = 1_772_452_800_000
ROUND = 300_000


def verdicts(rounds: int, copy_overlap: float = 0.5) -> list[EnrichedArticleRecord]:
    events = [
        RawEvent(None, orjson.dumps(event), NOON + n * ROUND)
        for n in range(rounds)
        for event in canary_round(NOON + n * ROUND, copy_overlap)
    ]
    return enriched(events, copy_overlap)


def enriched(events: list[RawEvent], copy_overlap: float = 0.5) -> list[EnrichedArticleRecord]:
    pipeline = Pipeline(Parameters(copy_overlap=copy_overlap))
    decision = pipeline.take(pipeline.records(events)).decision
    return [] if decision is None else [orjson.loads(line) for line in decision.enriched]


def test_a_round_has_a_pair_of_each_kind_and_says_nothing_twice() -> None:
    events = canary_round(NOON)
    assert [event["attributes"]["canary"] for event in events] == [k for k in
        ("copy", "unrelated", "template", "excerpt") for _ in range(2)]  # fmt: skip
    assert {event["source"] for event in events} == {SOURCE}
    texts = [event["text"] for n in range(20) for event in canary_round(NOON + n)]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("kind", KINDS)
def test_three_hours_of_canaries_are_all_right(kind: str) -> None:
    answers = [answer for answer in map(judge, verdicts(36)) if answer and answer.kind == kind]
    assert len(answers) == 72
    assert all(answer.right for answer in answers)


@pytest.mark.parametrize("copy_overlap", [0.1, 0.8, 0.81, 0.9, 0.95, 0.98, 1.0])
def test_canaries_are_right_with_any_threshold(copy_overlap: float) -> None:
    answers = [answer for answer in map(judge, verdicts(36, copy_overlap)) if answer]
    assert len(answers) == 288
    assert [answer.kind for answer in answers if not answer.right] == []


def test_an_answer_knows_when_its_canary_was_sent() -> None:
    answers = [answer for answer in map(judge, verdicts(2)) if answer]
    assert {answer.sent_ms for answer in answers} == {NOON, NOON + ROUND}


def test_a_copy_that_was_not_found_is_a_wrong_answer() -> None:
    events = [RawEvent(None, orjson.dumps(canary_round(NOON)[1]), NOON)]  # without its partner
    (found,) = enriched(events)
    answer = judge(found)
    assert answer is not None
    assert not answer.right


def test_a_stranger_under_the_reserved_source_is_not_a_canary() -> None:
    for fields in ({"id": "copy-1-0"}, {"id": "copy-x-0", "attributes": {"canary": "copy"}},
                   {"attributes": {"canary": "copy"}}):  # fmt: skip
        event = orjson.dumps({"source": SOURCE, "text": "Some words of a text.", **fields})
        (found,) = enriched([RawEvent(None, event, NOON)])
        assert judge(found) is None


@pytest.mark.broker
def test_a_worker_counts_its_canaries_and_keeps_them_out_of_the_outputs(watched: Worker) -> None:
    settings = watched.settings
    asyncio.run(push(settings, [article(n) for n in range(2000, 2030)]))
    until(
        lambda: (
            watched.metric("echowire_canary_verdicts_total") >= 24
            and watched.metric("echowire_verdicts_total") >= 30
        ),
        "three rounds and all articles are judged",
    )
    assert watched.metric("echowire_canary_rounds_sent_total") >= 3
    assert watched.metric("echowire_canary_verdicts_total", outcome="wrong") == 0
    assert watched.metric("echowire_canary_latency_seconds_count") >= 24
    sources = [orjson.loads(r.value)["source"] for r in asyncio.run(read(settings, NORMALISED))]
    enriched = asyncio.run(read(settings, ENRICHED))
    told = [*asyncio.run(read(settings, STORIES)), *asyncio.run(read(settings, STORY_EVENTS))]
    assert sources.count(SOURCE) >= 24
    # Counted when they are confirmed, which is after they can be read.
    until(lambda: watched.metric("echowire_verdicts_total") == len(enriched), "all are counted")
    assert not any(SOURCE.encode() in record.value for record in [*enriched, *told])
    # They are dated as the newest record is, and would make the stream look slow.
    for stage in ("normalise", "detect"):
        counted = watched.metric("echowire_end_to_end_seconds_count", stage=stage)
        assert counted == len(enriched)


class Publisher:
    """Keeps what is published."""

    def __init__(self) -> None:
        self.published = list[Outgoing]()
        self.twice = asyncio.Event()

    async def publish(self, outgoing: list[Outgoing]) -> None:
        self.published += outgoing
        if len(self.published) > 1:
            self.twice.set()


@pytest.mark.parametrize(
    ("record_bytes", "kinds"),
    [
        (4000, {"copy", "template", "unrelated"}),
        (2 << 20, {"copy", "excerpt", "template", "unrelated"}),
    ],
)
async def test_canaries_that_are_longer_than_a_record_may_be_are_left_out(
    record_bytes: int, kinds: set[str]
) -> None:
    publisher: Any = Publisher()
    settings = Settings(canary_seconds=0.01, record_bytes=record_bytes)
    running = asyncio.create_task(CanarySender(settings, publisher, Metrics(), lambda: NOON).run())
    await asyncio.wait_for(publisher.twice.wait(), 10)
    running.cancel()
    for out in publisher.published:
        assert max(map(len, out.values)) <= record_bytes
        found = [orjson.loads(value)["attributes"]["canary"] for value in out.values]
        assert set(found) == kinds
        assert found == [kind for kind in found[::2] for _ in range(2)]  # whole pairs


async def test_a_round_that_is_due_while_the_worker_ends_is_not_sent() -> None:
    """And does not make its end look like a failure."""
    settings = Settings(canary_seconds=0.01)
    publisher = BatchPublisher(settings)
    await publisher.stop()
    sender = CanarySender(settings, publisher, Metrics(), lambda: NOON)
    await asyncio.wait_for(sender.run(), 10)
