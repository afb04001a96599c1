"""The service end to end on a real broker: all that is pushed comes out, once, as it should."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from aiokafka.structs import ConsumerRecord

from deploy.kafka.embedded import EmbeddedKafka
from schemas import CONTRACTS, DeadLetterHeaders, EnrichedArticle, NormalisedArticle
from schemas.topics import DEAD_LETTERS, ENRICHED, NORMALISED, RAW, STORIES, STORY_EVENTS
from streams.agents.running.exit import EXIT_INTERNAL_ERROR
from streams.detection.stories.records import replay_events
from streams.pipeline import Pipeline
from streams.settings import Settings, load_settings
from streams.sources.raw_events import RawEvent
from tests.kafka.service import (
    Worker,
    committed,
    everything_committed,
    make_topics,
    push,
    read,
    until,
)  # fmt: skip

pytestmark = pytest.mark.broker

SAMPLE = Path(__file__).parents[2] / "deploy" / "demo" / "sample.jsonl"
HOUR = 3_600_000
NOON = 1_772_452_800_000  # 2026-03-02T12:00:00Z


def text_of(seed: int, words: int = 120) -> str:
    """A made article: its words come in an order that no other seed has."""
    chance = random.Random(seed)
    return " ".join(f"w{chance.randrange(5000)}" for _ in range(words)) + "."


def article(number: int, **fields: object) -> dict[str, object]:
    return {"id": str(number), "source": "a.example", "title": f"T{number}",
            "text": text_of(number), "language": "en", **fields}  # fmt: skip


def run_until_committed(settings: Settings, folder: Path) -> Worker:
    worker = Worker(settings, folder).start()
    try:
        until(lambda: worker.ended() or everything_committed(settings), "offsets are committed")
    finally:
        if worker.ended():
            print(worker.log())
    return worker


def test_a_first_chunk_of_one_record_at_offset_0_does_not_stop_the_commits_after_it(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings))
    asyncio.run(push(settings, [article(0)], partition=0))
    with run_until_committed(settings, tmp_path) as worker:
        asyncio.run(push(settings, [article(n) for n in range(1, 1500)], partition=0))
        until(lambda: everything_committed(settings), "the large chunks are committed too")
        assert worker.metric("echowire_verdicts_total") == 1500


def test_the_same_bytes_come_out_of_kafka_as_of_process(settings: Settings, tmp_path: Path) -> None:
    lines = SAMPLE.read_bytes().splitlines()
    times = [NOON + i * 60_000 for i in range(len(lines))]
    pipeline = Pipeline(settings.parameters(), limit_bytes=settings.record_bytes)
    events = [RawEvent(None, line, at) for line, at in zip(lines, times, strict=True)]
    decision = pipeline.take(pipeline.records(events)).decision
    assert decision is not None
    expected = decision.enriched
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, lines, times=times))
    with run_until_committed(settings, tmp_path):
        found = [record.value for record in asyncio.run(read(settings, ENRICHED))]
    prefix = settings.topic_prefix.encode()
    assert [value.replace(b'"topic":"' + prefix, b'"topic":"') for value in found] == expected


@dataclass(frozen=True, slots=True)
class SampleRun:
    """What one worker made of the sample."""

    lines: list[bytes]
    topics: dict[str, list[ConsumerRecord]]
    redeliveries: float
    rejected: float
    normalised: float


@pytest.fixture(scope="module")
def sample(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> SampleRun:
    """One worker for all tests that only look at what came out."""
    own = load_settings(
        bootstrap_servers=kafka.bootstrap, topic_prefix="sample.", group="sample", http_port=0,
        window_articles=4096, normalising_processes=1,
    )  # fmt: skip
    lines = SAMPLE.read_bytes().splitlines()
    asyncio.run(make_topics(own))
    asyncio.run(push(own, lines, times=[NOON + i for i in range(len(lines))]))
    names = (NORMALISED, ENRICHED, STORY_EVENTS, STORIES, DEAD_LETTERS)
    with run_until_committed(own, tmp_path_factory.mktemp("sample")) as worker:
        return SampleRun(
            lines,
            {name: asyncio.run(read(own, name)) for name in names},
            worker.metric("echowire_redeliveries_total"),
            worker.metric("echowire_records_rejected_total"),
            worker.metric("echowire_articles_normalised_total"),
        )


def test_every_record_of_the_sample_ends_as_a_verdict_a_redelivery_or_a_dead_letter(
    sample: SampleRun,
) -> None:
    lines, normalised = sample.lines, sample.normalised
    enriched, letters = sample.topics[ENRICHED], sample.topics[DEAD_LETTERS]
    assert len(letters) == sample.rejected == 6
    assert len(enriched) + sample.redeliveries == normalised
    parts = [record for record in enriched if orjson.loads(record.value)["parent_id"]]
    # Twelve pages hold two to four more articles each.
    assert 24 <= len(parts) <= normalised - (len(lines) - len(letters)) <= 48
    verdicts = Counter((r.key, orjson.loads(r.value)["content_digest"]) for r in enriched)
    assert set(verdicts.values()) == {1}
    for record in enriched:
        parsed = EnrichedArticle.model_validate_json(record.value)
        headers = dict(record.headers)
        assert record.key.decode() == parsed.article_id
        assert headers["ce_id"].decode() == f"{parsed.article_id}-{parsed.content_digest}"
        assert headers["content-type"] == b"application/json"
        assert headers["ce_specversion"] == b"1.0"
    for letter in letters:
        headers = {name: value.decode() for name, value in letter.headers}
        DeadLetterHeaders.model_validate(headers)
        assert letter.value in lines


def test_replayed_story_events_give_the_stories(sample: SampleRun) -> None:
    events = [orjson.loads(r.value) for r in sample.topics[STORY_EVENTS]]
    stories = {r.key.decode(): orjson.loads(r.value) for r in sample.topics[STORIES]}
    assert len(stories) > 20
    assert replay_events(events) == stories
    for name, values in (("story", stories.values()), ("story_event", events)):
        for value in values:
            CONTRACTS[name].model_validate_json(orjson.dumps(value))


def test_a_killed_worker_loses_nothing_and_what_it_repeats_is_the_same(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings))
    events = [article(n, text=text_of(n % 700)) for n in range(3000)]
    asyncio.run(push(settings, events, keys=[str(n % 7).encode() for n in range(3000)]))
    # A window for all of it twice: normalising may be far ahead, and starts again at its commit.
    settings = settings.model_copy(update={"window_articles": 8192})
    small = settings.model_copy(update={"chunk_records": 50})
    with Worker(small, tmp_path) as first:
        until(lambda: first.metric("echowire_verdicts_total") > 300, "it is in the middle")
        first.kill()
    with run_until_committed(settings, tmp_path) as second:
        assert second.metric("echowire_recovered_articles_total") > 0
    found: dict[bytes, set[bytes]] = {}
    for record in asyncio.run(read(settings, ENRICHED)):
        found.setdefault(record.key, set()).add(record.value)
    assert len(found) == 3000
    assert {len(values) for values in found.values()} == {1}
    normalised = {r.key for r in asyncio.run(read(settings, NORMALISED))}
    assert normalised == set(found)


def test_a_restarted_worker_knows_the_articles_of_the_one_before(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings))
    asyncio.run(push(settings, [article(1), article(2)], times=[NOON, NOON + 1]))
    with run_until_committed(settings, tmp_path) as first:
        assert first.stop() == 0
    again = [article(1), article(3, text=text_of(2), source="b.example")]
    asyncio.run(push(settings, again, times=[NOON + HOUR, NOON + HOUR + 1]))
    with run_until_committed(settings, tmp_path) as second:
        assert second.metric("echowire_redeliveries_total") == 1
        assert second.metric("echowire_verdicts_total", relation="copy") == 1


def test_a_kill_without_a_language_finds_its_article_in_whichever_shard(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings))
    english = {
        "source": "a.example",
        "language": "en",
        "text": " ".join(["the news of the day"] * 20),
    }
    events = [
        {"id": "1", **english},
        {"id": "2", **english},
        {"id": "1", "source": "a.example", "status": "canceled"},
    ]
    asyncio.run(push(settings, events, times=[NOON, NOON + 1, NOON + 2], partition=0))
    with run_until_committed(settings, tmp_path):
        enriched = [orjson.loads(r.value) for r in asyncio.run(read(settings, ENRICHED))]
        story_events = [orjson.loads(r.value) for r in asyncio.run(read(settings, STORY_EVENTS))]
    assert Counter(e["detection"]["relation"] for e in enriched) == {
        "original": 1, "copy": 1, "withdrawn": 1,
    }  # fmt: skip
    assert [e["type"] for e in story_events] == ["started", "joined", "withdrawn"]


def test_bad_records_become_dead_letters_and_the_rest_of_their_chunk_is_unharmed(
    settings: Settings, tmp_path: Path
) -> None:
    bad: dict[str, bytes | None] = {
        "not_json": b"{",
        "not_object": b"[1]",
        "not_utf8": b'{"text": "\xff\xfe"}',
        "invalid_field": b'{"text": 5}',
        "no_body": b'{"title": "x"}',
        "empty_body": b'{"text": " "}',
        "too_large": b'{"text": "' + b"x" * (settings.record_bytes + 1) + b'"}',
        "no_article": b'{"html": "<html><body><img src=x></body></html>"}',
    }
    good = [article(n) for n in range(20)]
    asyncio.run(make_topics(settings))
    asyncio.run(push(settings, [*good[:10], *bad.values(), None, *good[10:]], partition=2))
    with run_until_committed(settings, tmp_path) as worker:
        assert worker.metric("echowire_verdicts_total") == 20
        letters = asyncio.run(read(settings, DEAD_LETTERS))
    reasons = {dict(r.headers)["dlt_reason"].decode(): r for r in letters if r.value is not None}
    assert reasons.keys() == bad.keys()
    for reason, record in reasons.items():
        headers = {name: value.decode() for name, value in record.headers}
        assert record.value == bad[reason]
        assert (record.partition, headers["dlt_partition"]) == (2, "2")
        assert headers["dlt_topic"] == settings.topic_prefix + RAW
        assert headers["dlt_attempt"] == "1"
    assert (
        "got nothing"
        in dict(next(r for r in letters if r.value is None).headers)["dlt_detail"].decode()
    )


def test_an_internal_error_ends_the_process_without_acknowledging(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [b"not ours"], topic=NORMALISED))
    worker = Worker(settings, tmp_path).launch()
    until(worker.ended, "it has ended")
    assert worker.process.returncode == EXIT_INTERNAL_ERROR
    assert "nothing else may produce to it" in worker.log()
    assert "not acknowledged" in worker.log()
    assert asyncio.run(committed(settings, NORMALISED)).get(0, -1) in (-1, 0)


def test_the_normalised_topic_holds_what_its_contract_says(sample: SampleRun) -> None:
    for record in sample.topics[NORMALISED]:
        NormalisedArticle.model_validate_json(record.value)


def test_the_stages_run_in_workers_of_their_own(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(make_topics(settings))
    asyncio.run(push(settings, [article(n, text=text_of(n % 20)) for n in range(40)]))
    normalising = Worker(settings, tmp_path, "--stage", "normalise", "--group", "normalisers")
    detecting = Worker(settings, tmp_path, "--stage", "detect", "--group", "detectors")
    with normalising, detecting:
        until(lambda: detecting.metric("echowire_verdicts_total") == 40, "all are decided")
        assert normalising.metric("echowire_articles_normalised_total") == 40
        assert normalising.metric("echowire_verdicts_total") == 0
        assert detecting.metric("echowire_articles_normalised_total") == 0
        assert detecting.metric("echowire_verdicts_total", relation="copy") == 20


def test_health_and_metrics_answer_and_nothing_else_does(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings))
    asyncio.run(push(settings, [article(n) for n in range(30)]))
    with run_until_committed(settings, tmp_path) as worker:
        assert worker.get("/livez") == (200, "live\n")
        assert worker.get("/readyz") == (200, "ready\n")
        assert [worker.get(path)[0] for path in ("/table", "/router", "/")] == [404] * 3
        assert worker.metric("echowire_chunk_records_sum", stage="normalise") == 30
        assert worker.metric("echowire_end_to_end_seconds_count", stage="detect") == 30
        assert worker.metric("echowire_index_articles") == 30
        assert worker.metric("echowire_lag_records", stage="detect") == 0
        assert worker.stop() == 0
