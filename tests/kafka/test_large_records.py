"""Whatever is too large to be written becomes a truncated dead letter that says so."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import ConsumerRecord
from faust.types import TP
from hypothesis import given
from hypothesis import settings as options
from hypothesis import strategies as st

from schemas import DeadLetterHeaders
from schemas.dead_letter import Reason
from schemas.topics import DEAD_LETTERS, ENRICHED, NORMALISED, RAW
from streams.agents.stages.detect import DetectStage
from streams.agents.stages.normaliser import Normaliser
from streams.articles.rejection import rejected
from streams.detection.index.state import ShardState
from streams.kafka.acks import Acks
from streams.kafka.dead_letters import dead_letters
from streams.kafka.headers import HEADERS_BYTES, Headers
from streams.kafka.insides.chunk import Chunk
from streams.kafka.outgoing import Encoded, Encoder, largest_record_bytes
from streams.kafka.raw_record import RawRecord
from streams.kafka.segment_writer import SegmentWriter
from streams.kafka.shard_note import ShardNote
from streams.kafka.topic_settings import RECORD_OVERHEAD_BYTES
from streams.metrics import Metrics
from streams.settings import Settings, load_settings
from tests.kafka.test_worker import NOON, article, text_of

LARGEST = 20_000
NOT_JSON = rejected(Reason.NOT_JSON, "value: expected JSON")
COUNTS = {RAW: 1, NORMALISED: 1, DEAD_LETTERS: 1, ENRICHED: 1, "stories": 1, "story-events": 1}


def raw(offset: int, value: bytes | None, key: bytes | None = b"k", headers: Any = ()) -> RawRecord:
    return RawRecord(RAW, 0, offset, NOON + offset, NOON + offset, False, key, value, headers)


def records_of(batches: list[Encoded], topic: str) -> list[ConsumerRecord]:
    """As a consumer reads them."""
    return [
        ConsumerRecord(topic, e.partition, n, r.timestamp, 0, r.key, r.value, None, 0, 0, r.headers)
        for e in batches
        if e.topic == topic
        for n, r in enumerate(MemoryRecords(bytes(e.batch._build())).next_batch())
    ]


def why(letter: ConsumerRecord) -> DeadLetterHeaders:
    headers = {n: (v or b"").decode(errors="replace") for n, v in letter.headers}
    return DeadLetterHeaders.model_validate(headers)


def encoder() -> Encoder:
    made = Encoder(load_settings())
    made.largest_bytes = LARGEST
    return made


hostile_headers: st.SearchStrategy[Headers] = st.lists(
    st.tuples(
        st.text(max_size=9) | st.sampled_from(["dlt_attempt", "dlt_reason", "tracestate"]),
        st.none() | st.binary(max_size=30) | st.sampled_from([b"1" * 5000, b"x" * 30_000, b"0"]),
    ),
    max_size=9,
)
sizes = st.sampled_from([None, 0, 10, 5000, LARGEST - 4200, LARGEST, 50_000])


@options(max_examples=150, deadline=None)
@given(key=sizes, value=sizes, headers=hostile_headers)
def test_every_record_has_a_dead_letter_that_fits_and_says_what_it_leaves_out(
    key: int | None, value: int | None, headers: Headers
) -> None:
    record = raw(
        7,
        None if value is None else b"v" * value,
        None if key is None else b"k" * key,
        headers,
    )
    outgoing = dead_letters(DEAD_LETTERS, 99, "normalise", [(record, NOT_JSON)], LARGEST)
    (letter,) = records_of(encoder().encode([outgoing], COUNTS), DEAD_LETTERS)
    reason = why(letter)
    assert (reason.dlt_reason, reason.dlt_offset) == (Reason.NOT_JSON, "7")
    assert int(reason.dlt_attempt) >= 1
    kept = [h for h in headers if not h[0].startswith("dlt_")]
    found = [h for h in letter.headers if not h[0].startswith("dlt_")]
    assert (letter.key is None, letter.value is None) == (key is None, value is None)
    if reason.dlt_truncated is None:
        assert (letter.key, letter.value, found) == (record.key, record.value, kept)
    else:
        # More than half of what fits is used, and what is kept is the beginning.
        assert (key or 0) + (value or 0) + sum(len(v or b"") for _, v in kept) > LARGEST - 5000
        assert (record.value or b"").startswith(letter.value or b"")
        sizes_kept = f"value {len(letter.value or b'')} of {value or 0} bytes"
        assert sizes_kept in reason.dlt_truncated


def test_the_largest_record_is_within_what_the_topics_accept() -> None:
    """Though it does not compress."""
    settings = load_settings()
    most = largest_record_bytes(settings)
    incompressible = random.Random(1).randbytes(most)
    for compression in ("none", "gzip", "lz4", "zstd"):
        chosen = settings.model_copy(update={"compression": compression})
        outgoing = dead_letters(
            DEAD_LETTERS, 99, "detect", [(raw(0, incompressible, b""), NOT_JSON)], most
        )
        (encoded,) = Encoder(chosen).encode([outgoing], COUNTS)
        assert encoded.batch.size() <= settings.record_bytes + RECORD_OVERHEAD_BYTES


def test_an_article_that_outgrows_its_topic_becomes_a_dead_letter_alone() -> None:
    normaliser = Normaliser(load_settings())
    normaliser._encoder.largest_bytes = LARGEST
    large = orjson.dumps(article(1, text=text_of(1, 4000)))
    assert len(large) > LARGEST - HEADERS_BYTES
    records = [raw(n, orjson.dumps(article(n))) for n in range(3)]
    records[1] = raw(1, large)
    batches, counted = normaliser.normalise(records, COUNTS)
    assert [r.timestamp for r in records_of(batches, NORMALISED)] == [NOON, NOON + 2]
    (letter,) = records_of(batches, DEAD_LETTERS)
    assert why(letter).dlt_reason == "too_large"
    assert "expected one that makes an article of at most" in why(letter).dlt_detail
    assert (counted.articles, counted.rejected) == (2, {"too_large": 1})


@pytest.mark.parametrize("state", [b"s" * 900_000, b"\xff\xfe", None, b""])
def test_a_tracestate_that_need_not_be_carried_is_left_out(state: bytes | None) -> None:
    parent = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    headers = [("traceparent", parent), ("tracestate", state)]
    record = raw(0, orjson.dumps(article(1)), headers=headers)
    batches, _ = Normaliser(load_settings()).normalise([record], COUNTS)
    (found,) = records_of(batches, NORMALISED)
    assert dict(found.headers)["traceparent"] == parent
    assert "tracestate" not in dict(found.headers)


def test_our_own_headers_are_no_larger_than_reserved_for() -> None:
    headers = [("traceparent", b"00-" + b"0" * 32 + b"-" + b"0" * 16 + b"-01"),
               ("tracestate", b"s" * 512)]  # fmt: skip
    record = raw(0, orjson.dumps(article(1)), headers=headers)
    prefixed = load_settings(topic_prefix="p" * 100)
    counts = {"p" * 100 + name: 1 for name in COUNTS}
    batches, _ = Normaliser(prefixed).normalise([record], counts)
    (found,) = records_of(batches, "p" * 100 + NORMALISED)
    sizes = [len(n) + len(v) + 6 for n, v in found.headers]
    assert "tracestate" in dict(found.headers)
    assert sum(sizes) < HEADERS_BYTES


class Publisher:
    """Encodes, and keeps what is sent."""

    def __init__(self, settings: Settings) -> None:
        self.encoder = Encoder(settings)
        self.sent: list[Encoded] = []

    async def encode(self, _topics: Any, _records: int, make: Any) -> list[Encoded]:
        return self.encoder.encode(make(COUNTS), COUNTS)

    async def send(self, batches: list[Encoded]) -> int:
        self.sent += batches
        return 0


async def decided(stage: DetectStage, publisher: Publisher, shard: Any, articles: Any) -> None:
    batches, _ = Normaliser(load_settings()).normalise(
        [raw(n, orjson.dumps(a)) for n, a in enumerate(articles)], COUNTS
    )
    app = SimpleNamespace(consumer_generation_id=1)
    chunk = Chunk(NORMALISED, 0, 9, 0.0, 0, None, None, b"", None, 0, 0, TP(NORMALISED, 0),
                  generation_id=1)  # fmt: skip
    chunk.app, chunk.acks, chunk.records = app, Acks(1), records_of(batches, NORMALISED)
    chunk.epoch, chunk.cut = -1, None
    work = await stage.work_out(chunk)
    await work.encode()
    await work.publish()
    await work.settle()
    assert shard.unconfirmed == 0


def stage_of(settings: Settings) -> tuple[DetectStage, Publisher, Any]:
    publisher = Publisher(settings)

    async def send(make: Any, records: int) -> int:
        return await publisher.send(await publisher.encode([], records, lambda _: [make()]))

    shard = SimpleNamespace(
        state=ShardState(settings.parameters()),
        unconfirmed=0,
        publisher=publisher,
        segments=SegmentWriter(send),
        compare=lambda _: 0,
        note=lambda *, articles, epoch: ShardNote().after(0, 1 if articles else None).header(),
    )

    async def ready(_: int) -> Any:
        return shard

    shards: Any = SimpleNamespace(shard=ready)
    return DetectStage(settings, shards, Metrics()), publisher, shard


async def test_an_article_that_outgrows_its_topic_by_its_verdict_is_a_dead_letter() -> None:
    settings = load_settings(window_articles=4096)
    stage, publisher, shard = stage_of(settings)
    stage._largest_bytes = LARGEST
    articles = [article(1), article(2, text=text_of(2, 4000)), article(3)]
    await decided(stage, publisher, shard, articles)
    assert len(records_of(publisher.sent, ENRICHED)) == 2
    (letter,) = records_of(publisher.sent, DEAD_LETTERS)
    reason = why(letter)
    assert (reason.dlt_reason, reason.dlt_stage) == ("too_large", "detect")
    assert reason.dlt_topic == NORMALISED
    assert reason.dlt_truncated is not None
    assert shard.state.count == 3


async def test_a_chunk_whose_segment_is_too_large_is_decided_in_parts() -> None:
    settings = load_settings(window_articles=4096)
    stage, publisher, shard = stage_of(settings)
    stage._largest_bytes = publisher.encoder.largest_bytes = LARGEST
    await decided(stage, publisher, shard, [article(n) for n in range(100)])
    segments = [e for e in publisher.sent if e.topic == "detection.segments"]
    assert len(segments) > 3
    assert len(records_of(publisher.sent, ENRICHED)) == 100
    # Behind the outputs that they stand for.
    topics = [e.topic for e in publisher.sent]
    assert "detection.segments" not in topics[: -len(segments)]


async def test_a_segment_at_the_limit_leaves_room_for_its_note() -> None:
    settings = load_settings(window_articles=4096)
    articles = [article(n) for n in range(100)]
    stage, publisher, shard = stage_of(settings)
    await decided(stage, publisher, shard, articles)
    (segment,) = records_of(publisher.sent, "detection.segments")
    stage, publisher, shard = stage_of(settings)
    stage._largest_bytes = publisher.encoder.largest_bytes = len(segment.value) + 1
    await decided(stage, publisher, shard, articles)
    assert len(records_of(publisher.sent, "detection.segments")) == 2
    assert shard.state.count == 100
