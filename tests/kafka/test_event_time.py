"""Which time an event has: its header's, its `ce_time`, or its record's."""

from __future__ import annotations

import dataclasses
import time

import pytest
from aiokafka.structs import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from schemas.topics import NORMALISED, TOPIC
from streams.articles.times import format_milliseconds
from streams.kafka.event_time import (
    CE_TIME,
    LAST_MILLISECOND,
    TIME_HEADER,
    own_time,
    parsed_time,
    raw_time,
    time_header,
)
from streams.kafka.headers import EventHeaders
from streams.kafka.raw_record import RECORD_TIME, raw_records

NOON = 1_772_452_800_000  # 2026-03-02T12:00:00Z
HOUR = 3_600_000
Headers = list[tuple[str, bytes]]


def record(headers: Headers, timestamp: int = NOON) -> ConsumerRecord:
    return ConsumerRecord(
        "articles.raw", 3, 9, timestamp, 0, b"key", b"{}", None, 3, 2, tuple(headers)
    )


def test_the_header_says_the_time_whatever_the_records_own_is() -> None:
    assert (
        raw_time(record([("other", b"1"), time_header(NOON - 9000 * HOUR)])) == NOON - 9000 * HOUR
    )


def test_a_record_without_the_header_has_its_own_time() -> None:
    assert raw_time(record([])) == NOON
    assert raw_time(record([("ce_time", b"2001-01-01T00:00:00Z")])) == NOON


def test_the_last_of_two_headers_counts_as_in_kafkas_clients() -> None:
    assert raw_time(record([time_header(NOON - 2), time_header(NOON - 1)])) == NOON - 1


@pytest.mark.parametrize(
    "value",
    [
        b"", b"soon", b"-5", b"+1772452800000", b"1_772_452_800_000", b" 1772452800000",
        b"1772452800.000", b"1772452800", b"1772452800000000", b"9" * 5000, b"\xff\xfe", None,
        b"2026-03-02T12:00:00Z", b"%d" % (NOON + HOUR + 1),
    ],
    ids=repr,
)  # fmt: skip
def test_an_implausible_header_is_dropped_and_named(value: bytes) -> None:
    """No number, seconds, microseconds, or a time after that of the record itself."""
    of = record([(TIME_HEADER, value)])
    assert raw_time(of) == NOON
    assert list(raw_records([of])[0].dropped) == [TIME_HEADER]


@pytest.mark.parametrize(
    ("own", "read"),
    [
        (NOON // 1000, NOON),  # seconds
        (NOON * 1000, NOON),  # microseconds
        (NOON * 1_000_000, NOON),  # nanoseconds
        (NOON, NOON),
        (100_000_000_000, 100_000_000_000),  # the first number that is milliseconds
        (0, 0),
        (-1, 0),
        (99_999_999, 0),
    ],
)
def test_a_records_own_time_is_read_by_its_magnitude(own: int, read: int) -> None:
    assert raw_time(record([], own)) == read


@pytest.mark.parametrize("own", [NOON // 1000, NOON * 1000, 0, -1])
def test_a_corrected_time_is_named_and_the_header_still_counts(own: int) -> None:
    (bare,) = raw_records([record([], own)])
    assert list(bare.dropped) == [RECORD_TIME]
    (told,) = raw_records([record([time_header(NOON - 1)], own)])
    assert told.timestamp == NOON - 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b'{"fetched_at": "2026-03-02T11:00:00Z"}', NOON - HOUR),
        (b'{"published_at": "2026-03-02T10:00:00Z"}', NOON - 2 * HOUR),
        (b'{"fetched_at": "soon", "published_at": "2026-03-02T10:00:00Z"}', NOON - 2 * HOUR),
    ],
)
def test_a_record_without_a_time_has_its_events_own(value: bytes, expected: int) -> None:
    (made,) = raw_records([with_value(record([], 0), value)])
    assert made.timestamp == expected


@pytest.mark.parametrize("value", [b"", b"[]", b"{", b'{"fetched_at": 7}', b'"text"', None])
def test_a_record_without_any_time_counts_as_of_now(value: bytes | None) -> None:
    before = time.time_ns() // 1_000_000
    (made,) = raw_records([with_value(record([], 0), value)])
    assert before <= made.timestamp <= time.time_ns() // 1_000_000
    assert made.written == made.timestamp


def with_value(of: ConsumerRecord, value: bytes | None) -> ConsumerRecord:
    return dataclasses.replace(of, value=value)


def test_corrected_times_are_logged_once_per_partition(
    caplog: pytest.LogCaptureFixture,
) -> None:
    some = [dataclasses.replace(record([], NOON // 1000), partition=n % 2 + 70) for n in range(6)]
    raw_records(some)
    assert [m.message.partition(":")[0][-4:] for m in caplog.records] == ["[70]", "[71]"]


def test_nothing_is_dropped_of_a_record_that_has_a_good_header_or_none() -> None:
    good = [record([]), record([time_header(NOON - 1)]), record([("x", b"")])]
    assert [list(r.dropped) for r in raw_records(good)] == [[], [], []]


@pytest.mark.parametrize("own", [-1, 2**63 - 1])
def test_a_record_time_outside_of_all_years_becomes_one_that_can_be_written(own: int) -> None:
    time = raw_time(record([], own))
    assert parsed_time(format_milliseconds(time).encode()) == time


@given(st.integers(-(10**13), LAST_MILLISECOND), st.booleans())
def test_what_we_write_is_read_to_the_millisecond(time: int, traced: bool) -> None:
    encoded = format_milliseconds(time).encode()
    constant: Headers = [("ce_specversion", b"1.0"), ("ce_type", b""), ("ce_source", b"")]
    rest: Headers = [("content-type", b""), ("ce_id", b""), (CE_TIME, encoded)]
    entry: Headers = [("echowire-entry", b"")]
    assert own_time(record([*constant, *rest, *entry], 5)) == time
    assert own_time(record([*entry * traced, (CE_TIME, encoded)], 5)) == time


@given(st.binary(max_size=30))
def test_any_bytes_in_a_time_header_are_handled(value: bytes) -> None:
    assert isinstance(own_time(record([(CE_TIME, value)])), int)
    assert raw_time(record([(TIME_HEADER, value)])) >= 0


def test_a_record_of_ours_without_a_time_has_its_own() -> None:
    assert own_time(record([])) == NOON


def test_the_time_is_the_header_that_is_looked_for_first() -> None:
    encoded = EventHeaders(TOPIC[NORMALISED]).of("id", NOON, ("later", b""))
    names = [b"ce_specversion", b"ce_type", b"ce_source", b"content-type", b"ce_id", b"ce_time"]
    places = [encoded.index(name) for name in names]
    assert places == sorted(places)


def test_what_is_made_of_a_record_dated_ahead_is_not_stamped_ahead() -> None:
    """Brokers refuse that where topics keep the times of producers, forever."""
    (ahead,) = raw_records([record([], NOON + 10**6 * HOUR)])
    assert ahead.written < ahead.timestamp == NOON + 10**6 * HOUR


def test_what_is_made_of_an_archives_record_is_as_new_as_the_record() -> None:
    (old,) = raw_records([record([time_header(NOON - 700 * HOUR)])])
    assert (old.timestamp, old.written) == (NOON - 700 * HOUR, NOON)
