"""Requests written and answers read as bytes: the same as aiokafka's own classes do."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

import pytest
from aiokafka.protocol import fetch, produce
from aiokafka.structs import TopicPartition
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.insides.fetch_request import EncodedFetch
from streams.kafka.insides.produce_request import VERSIONS, decode_answer, encode_request

NAMES = st.text(min_size=1, max_size=20)
INT16, INT32 = st.integers(-(1 << 15), (1 << 15) - 1), st.integers(0, (1 << 31) - 1)
INT64 = st.integers(-(1 << 63), (1 << 63) - 1)
OCTETS = st.binary(max_size=300)
PRODUCED = st.dictionaries(
    NAMES, st.dictionaries(INT32, OCTETS, min_size=1, max_size=3), max_size=3
)


def whole(request: Any, correlation_id: int, client_id: str) -> bytes:
    """What aiokafka's connection writes."""
    header = request.build_request_header(correlation_id=correlation_id, client_id=client_id)
    message = header.encode() + request.encode()
    return struct.pack(">i", len(message)) + message


@given(st.sampled_from(VERSIONS), INT32, NAMES, INT32, PRODUCED)
def test_a_produce_request_has_the_same_bytes(
    version: int, number: int, client: str, milliseconds: int, topics: dict[str, dict[int, bytes]]
) -> None:
    batches = {
        TopicPartition(topic, partition): octets
        for topic, partitions in topics.items()
        for partition, octets in partitions.items()
    }
    kind = getattr(produce, f"ProduceRequest_v{version}")
    theirs = kind(None, -1, milliseconds, [(t, [*p.items()]) for t, p in topics.items()])
    ours = encode_request(version, number, client, milliseconds, batches)
    assert ours == whole(theirs, number, client)


@given(
    st.sampled_from(VERSIONS),
    st.dictionaries(NAMES, st.dictionaries(INT32, st.tuples(INT16, INT64, INT64), max_size=3)),
)
def test_its_answer_is_read_the_same(
    version: int, topics: dict[str, dict[int, tuple[int, int, int]]]
) -> None:
    start = (7,) if version >= 5 else ()
    kind = getattr(produce, f"ProduceResponse_v{version}")
    partitions = [(t, [(p, *a, *start) for p, a in found.items()]) for t, found in topics.items()]
    answers = decode_answer(version, kind(partitions, 0).encode())
    assert answers == {
        TopicPartition(topic, partition): answer
        for topic, found in topics.items()
        for partition, answer in found.items()
    }


PLACES = st.lists(
    st.tuples(NAMES, st.lists(st.tuples(INT32, INT64, INT32), max_size=3)), max_size=3
)


@given(INT32, NAMES, INT32, INT32, st.sampled_from([0, 1]), PLACES, st.text(max_size=9))
def test_a_fetch_request_has_the_same_bytes(
    number: int, client: str, wait: int, least: int, isolation: int, places: Any, rack: str
) -> None:
    settings = wait, least, 50 << 20, isolation, places, rack
    theirs = fetch.FetchRequest(*settings).build(fetch.FetchRequest_v11)
    ours = EncodedFetch(*settings).prepare({1: (4, 17)})
    assert whole(ours, number, client) == whole(theirs, number, client)


FETCHED = st.tuples(
    INT32, INT16, INT64, INT64, INT64,
    st.none() | st.lists(st.tuples(INT64, INT64), max_size=2), INT32, st.none() | OCTETS,
)  # fmt: skip


@given(st.lists(st.tuples(NAMES, st.lists(FETCHED, max_size=3)), max_size=3), INT32)
def test_what_was_fetched_is_read_the_same(topics: Any, number: int) -> None:
    body = fetch.FetchResponse_v11(0, 0, 0, topics).encode()
    answer = BytesIO(struct.pack(">i", number) + body)
    request = EncodedFetch(0, 0, 0, 0, [])
    assert request.parse_response_header(answer).correlation_id == number
    assert request.RESPONSE_TYPE.decode(answer).topics == topics
    theirs = fetch.FetchResponse_v11.decode(BytesIO(body))
    assert (theirs.topics, theirs.API_VERSION) == (topics, request.RESPONSE_TYPE.API_VERSION)


def test_older_brokers_are_asked_by_aiokafka() -> None:
    theirs = EncodedFetch(100, 1, 1 << 20, 0, [("t", [(0, 5, 9)])]).prepare({1: (0, 10)})
    assert type(theirs) is fetch.FetchRequest_v10


@pytest.mark.parametrize("cut", range(1, 40))
def test_an_answer_that_is_cut_short_is_refused(cut: int) -> None:
    partition = (0, 0, 9, 9, 0, [(1, 2)], -1, b"octets")
    body = fetch.FetchResponse_v11(0, 0, 0, [("topic", [partition])]).encode()
    with pytest.raises(struct.error):
        EncodedFetch.RESPONSE_TYPE.decode(BytesIO(body[:-cut]))
    body = produce.ProduceResponse_v7([("topic", [(0, 0, 9, -1, 0)])], 0).encode()
    if cut >= 13:  # before the time that a client was throttled, which nobody reads
        with pytest.raises(struct.error):
            decode_answer(7, body[:-cut])
