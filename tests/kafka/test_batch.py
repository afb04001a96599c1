"""Kafka's clients read from our batches exactly the records that went in."""

from __future__ import annotations

import pytest
from aiokafka.record.memory_records import MemoryRecords
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.topics import ENRICHED, TOPIC
from streams.kafka.batch import RecordBatch, encode_batch, records_of_few, records_of_many
from streams.kafka.headers import EventHeaders, encode_headers
from streams.kafka.outgoing import Encoder, Outgoing
from streams.kafka.topic_settings import topic_configs
from streams.settings import load_settings

Record = tuple[bytes | None, bytes | None, list[tuple[str, bytes | None]], int]

records = st.tuples(
    st.none() | st.binary(max_size=80),
    st.none() | st.binary(max_size=300),
    st.lists(st.tuples(st.text(max_size=9), st.none() | st.binary(max_size=200)), max_size=9),
    st.integers(0, 2**42),
)


def encoded(made: list[Record], compression: str) -> RecordBatch:
    keys, values, headers, times = zip(*made, strict=True)
    return encode_batch(keys, values, [encode_headers(h) for h in headers], times, compression)


def read(batch: RecordBatch) -> list[Record]:
    """As aiokafka's consumer reads it; the checksum is right."""
    memory = MemoryRecords(bytes(batch._build()))
    found = memory.next_batch()
    assert found.validate_crc()
    assert not memory.has_next()
    return [(r.key, r.value, list(r.headers), r.timestamp) for r in found]


@pytest.mark.parametrize("compression", ["none", "gzip", "lz4", "zstd"])
@settings(max_examples=60, deadline=None)
@given(made=st.lists(records, min_size=1, max_size=30))
def test_a_consumer_reads_what_was_published(made: list[Record], compression: str) -> None:
    batch = encoded(made, compression)
    assert read(batch) == made
    assert batch.record_count() == len(made)
    assert batch.size() == len(batch._build())


@settings(max_examples=200, deadline=None)
@given(made=st.lists(records, min_size=1, max_size=9))
def test_few_records_are_the_same_bytes_as_many(made: list[Record]) -> None:
    keys, values, headers, times = zip(*made, strict=True)
    columns = keys, values, [encode_headers(h) for h in headers], times
    assert bytes(records_of_few(*columns)) == bytes(records_of_many(*columns))


@given(
    events=st.lists(
        st.tuples(st.from_regex("[0-9a-f]{1,70}", fullmatch=True), st.integers(-1, 2**48))
    )
)
def test_headers_of_many_events_are_those_of_each(events: list[tuple[str, int]]) -> None:
    headers = EventHeaders(TOPIC[ENRICHED])
    many = headers.of_each([name for name, _ in events], [time for _, time in events])
    assert many == [headers.of(name, time) for name, time in events]


def test_headers_of_many_events_with_one_more_are_those_of_each() -> None:
    headers, values = EventHeaders(TOPIC[ENRICHED]), [b"", b"entry", b"entry" * 200]
    many = headers.of_each_with(["a", "bb", "a"], [1, 2, 1], "echowire-entry", values)
    assert many == [
        headers.of("a", 1, ("echowire-entry", values[0])),
        headers.of("bb", 2, ("echowire-entry", values[1])),
        headers.of("a", 1, ("echowire-entry", values[2])),
    ]


@settings(max_examples=60, deadline=None)
@given(made=st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=9)), min_size=1, max_size=30))
def test_records_keep_their_partition_and_their_order(made: list[tuple[int, bytes]]) -> None:
    encoder, out = Encoder(load_settings()), Outgoing("t")
    for place, (partition, value) in enumerate(made):
        out.add(None, value, place, encode_headers([]), partition)
    found: dict[int, list[bytes]] = {}
    for encoded in encoder.encode([out], {}):
        values = [record.value for record in encoder.decode(encoded)]
        found[encoded.partition] = found.get(encoded.partition, []) + values
    assert found == {
        partition: [value for at, value in made if at == partition] for partition, _ in made
    }


def test_records_at_some_places_are_left_out() -> None:
    out = Outgoing("t")
    for place in range(4):
        out.add(b"%d" % place, b"v%d" % place, place, b"h%d" % place, 3 - place)
    left = out.without({0, 2})
    assert left == Outgoing("t", [b"1", b"3"], [b"v1", b"v3"], [1, 3], [b"h1", b"h3"], [2, 0])


def test_a_batch_carries_its_producers_id() -> None:
    batch = encoded([(b"k", b"v", [], 1)], "none")
    batch._set_producer_state(77, 3, 1000)
    [found] = [MemoryRecords(bytes(batch._build())).next_batch()]
    assert found.producer_id == 77
    assert found.validate_crc()


def test_an_events_headers_are_those_of_cloud_events() -> None:
    headers = EventHeaders(TOPIC[ENRICHED]).of("i-1", 0, ("more", b"1"))
    batch = encode_batch([b"k"], [b"v"], [headers], [0], "none")
    [(_, _, found, _)] = read(batch)
    assert dict(found) == {
        "ce_specversion": b"1.0",
        "ce_type": b"org.echowire.article.enriched.v1",
        "ce_source": b"/articles.enriched",
        "content-type": b"application/json",
        "ce_id": b"i-1",
        "ce_time": b"1970-01-01T00:00:00Z",
        "more": b"1",
    }


@pytest.mark.parametrize("record_bytes", [1_000, 60_000, 2 << 20])
def test_batches_stay_within_what_the_topics_accept(record_bytes: int) -> None:
    """However small record_bytes is, and although none of this can be compressed."""
    limits = load_settings(record_bytes=record_bytes, compression="none")
    topic = TOPIC[ENRICHED]
    most = int(topic_configs(topic, limits, 24)["max.message.bytes"])
    out = Outgoing("t")
    for number in range(5000):
        out.add(b"%032d" % number, bytes(300), 0, encode_headers([("h", bytes(100))]))
    batches = Encoder(limits).encode([out], {"t": 1})
    assert sum(e.batch.record_count() for e in batches) == 5000
    assert max(e.batch.size() for e in batches) <= most
