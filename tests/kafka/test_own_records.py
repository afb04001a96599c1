"""Records of our own batches are read as aiokafka's consumer reads them."""

from __future__ import annotations

import struct

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import ConsumerRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.topics import NORMALISED, TOPIC
from streams.detection.sketch.entry import ENTRY
from streams.kafka.batch import RecordBatch, encode_batch
from streams.kafka.event_time import own_time
from streams.kafka.headers import (
    ENTRY_HEADER,
    NOTICE_HEADER,
    EventHeaders,
    Header,
    carried_entry,
    carried_trace,
    encode_headers,
    is_notice,
)
from streams.kafka.own_records import carried, own_records

OFFSET, NOON = 4711, 1_772_452_800_000
PLACE = TopicPartition("t", 3)
CHECKSUM_AT, ATTRIBUTES_AT, LATEST_AT = 17, 22, 35
LOG_APPEND_TIME = 0x08
FIELDS = (
    "topic", "partition", "offset", "timestamp", "timestamp_type", "key", "value", "checksum",
    "serialized_key_size", "serialized_value_size", "headers",
)  # fmt: skip
TRACE: list[Header] = [("traceparent", b"00-" + b"0" * 55), ("tracestate", b"a=b")]

Record = tuple[bytes | None, bytes | None, list[Header], int]

records = st.tuples(
    st.none() | st.binary(max_size=80),
    st.none() | st.binary(max_size=300),
    st.lists(st.tuples(st.text(max_size=9), st.none() | st.binary(max_size=200)), max_size=9),
    st.integers(0, 2**42),
)


def confirmed(made: list[Record], compression: str, appended: int | None) -> RecordBatch:
    keys, values, headers, times = zip(*made, strict=True)
    encoded = [encode_headers(header) for header in headers]
    batch = encode_batch(keys, values, encoded, times, compression)
    batch._build()
    batch.confirmed(OFFSET, appended)
    return batch


def fetched(batch: RecordBatch, appended: int | None) -> list[ConsumerRecord]:
    """As aiokafka makes them of what the broker stores."""
    stored = batch.octets()
    struct.pack_into(">q", stored, 0, OFFSET)
    if appended is not None:
        stored[ATTRIBUTES_AT] |= LOG_APPEND_TIME
        struct.pack_into(">q", stored, LATEST_AT, appended)
        struct.pack_into(">I", stored, CHECKSUM_AT, calc_crc32c(bytes(stored[ATTRIBUTES_AT - 1 :])))
    records = fetcher.MemoryRecords(bytes(stored))
    return [*fetcher.PartitionRecords(PLACE, records, [], OFFSET, None, None, True, 0)]


def fields(record: ConsumerRecord) -> list[object]:
    return [getattr(record, name) for name in FIELDS]


@pytest.mark.parametrize("compression", ["none", "gzip", "lz4", "zstd"])
@settings(max_examples=60, deadline=None)
@given(
    made=st.lists(records, min_size=1, max_size=12),
    appended=st.none() | st.just(NOON),
    skipped=st.integers(0, 5),
)
def test_they_are_what_a_fetch_returns(
    made: list[Record], compression: str, appended: int | None, skipped: int
) -> None:
    batch = confirmed(made, compression, appended)
    own = own_records(batch, "t", 3, OFFSET + skipped)
    assert [*map(fields, own)] == [*map(fields, fetched(batch, appended)[skipped:])]


@settings(max_examples=200, deadline=None)
@given(
    name=st.from_regex("[0-9a-f]{1,70}", fullmatch=True),
    time=st.integers(-(10**11), 2**48),
    entry=st.just(bytes(ENTRY.itemsize)) | st.binary(max_size=40),
    others=st.lists(
        st.sampled_from([*TRACE, (NOTICE_HEADER, b"1"), ("x", b"y"), ("ce_time", b"noon")]),
        max_size=2,
    ),
)
def test_what_they_carry_is_in_their_headers(
    name: str, time: int, entry: bytes, others: list[Header]
) -> None:
    headers = EventHeaders(TOPIC[NORMALISED]).of(name, time, (ENTRY_HEADER, entry), *others)
    batch = encode_batch([b"k"], [b"v"], [headers], [NOON], "lz4")
    (own,) = own_records(batch, "t", 3, -1)
    said = own.headers
    expected = carried_entry(said), own_time(own), is_notice(said), carried_trace(said)
    assert carried(own) == expected
    assert carried(fetched(batch, None)[0]) == expected


def test_an_article_without_an_entry_is_noticed() -> None:
    headers = EventHeaders(TOPIC[NORMALISED]).of("a", NOON, ("x", bytes(ENTRY.itemsize)))
    (own,) = own_records(encode_batch([b"k"], [b"v"], [headers], [NOON], "none"), "t", 3, -1)
    with pytest.raises(KeyError, match=ENTRY_HEADER):
        carried(own)
