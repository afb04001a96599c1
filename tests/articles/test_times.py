"""Times: any offset in, UTC out; impossible ones are no times."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from schemas.normalised_article import Time
from streams.articles.times import format_milliseconds, format_time, milliseconds, parse_time

TIME = TypeAdapter(Time)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"),
        ("2026-03-02t10:00:00z", "2026-03-02T10:00:00Z"),
        ("2026-03-02 10:00:00Z", "2026-03-02T10:00:00Z"),
        (" 2026-03-02T10:00:00Z\n", "2026-03-02T10:00:00Z"),
        ("2026-03-02T10:00:00+01:00", "2026-03-02T09:00:00Z"),
        ("2026-03-02T00:30:00+05:45", "2026-03-01T18:45:00Z"),
        ("2026-03-02T23:30:00-03:30", "2026-03-03T03:00:00Z"),
        ("2026-03-02T10:00:00-00:00", "2026-03-02T10:00:00Z"),
        ("2026-03-02T10:00:00", "2026-03-02T10:00:00Z"),
        ("2026-03-02T10:00:00.5Z", "2026-03-02T10:00:00.500Z"),
        ("2026-03-02T10:00:00.1239Z", "2026-03-02T10:00:00.123Z"),
        ("2026-03-02T10:00:00.000Z", "2026-03-02T10:00:00Z"),
        ("2026-03-02T10:00:00.000001Z", "2026-03-02T10:00:00Z"),
        ("2026-03-02", "2026-03-02T00:00:00Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
        ("20260302T100000Z", "2026-03-02T10:00:00Z"),
        ("Mon, 02 Mar 2026 10:00:00 GMT", "2026-03-02T10:00:00Z"),
        ("02 Mar 2026 10:00:00 +0100", "2026-03-02T09:00:00Z"),
        ("2026/03/02 10:00", "2026-03-02T10:00:00Z"),
        ("2026-3-2 9:05", "2026-03-02T09:05:00Z"),
        ("02.03.2026", "2026-03-02T00:00:00Z"),
        ("02.03.2026 10:15", "2026-03-02T10:15:00Z"),
        ("March 2, 2026 10:15 pm EST", "2026-03-03T03:15:00Z"),
        ("Monday, 2 March 2026", "2026-03-02T00:00:00Z"),
        ("2 mars 2026 à 10h15", "2026-03-02T10:15:00Z"),
        ("2026年3月2日 10:20", "2026-03-02T10:20:00Z"),
        ("25/02/2026", "2026-02-25T00:00:00Z"),
    ],
)
def test_a_time_with_any_offset_becomes_utc(text: str, utc: str) -> None:
    time = parse_time(text)
    assert time is not None
    assert time.tzinfo is UTC
    assert format_time(time) == utc


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1772445600",
        "Mon, 02 Mar 26 10:00:00 GMT",
        "02.03.26",
        "02/03/2026",
        "March 2026",
        "2 of 3 in 2026",
        "2026-02-29T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-03-02T25:00:00Z",
        "2026-03-02T10:61:00Z",
        "2026-03-02T10:00:00+24:00",
        "0001-01-01T00:00:00Z",
        "1899-12-31T23:59:59Z",
        "2101-01-01T00:00:00Z",
        "9999-12-31T23:59:59-01:00",
        "\ud800",
    ],
)
def test_an_impossible_time_is_none(text: str) -> None:
    assert parse_time(text) is None


@settings(deadline=None)
@given(st.one_of(st.text(), st.from_regex(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d", fullmatch=True)))
def test_no_text_raises(text: str) -> None:
    parse_time(text)


@pytest.mark.parametrize(
    ("record_time", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1, "1970-01-01T00:00:00.001Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1_772_445_600_000, "2026-03-02T10:00:00Z"),
        (1_772_445_600_040, "2026-03-02T10:00:00.040Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        (253_402_300_800_000, "9999-12-31T23:59:59Z"),
        (-62_135_596_800_001, "0001-01-01T00:00:00.999Z"),
    ],
)
def test_a_record_time_is_written_in_rfc_3339(record_time: int, text: str) -> None:
    assert format_milliseconds(record_time) == text


@settings(deadline=None)
@given(st.integers(-(2**63), 2**63 - 1))
def test_any_record_time_that_kafka_can_hold_fits_the_contract(record_time: int) -> None:
    """A producer that counts in nanoseconds must not stop a partition."""
    TIME.validate_python(format_milliseconds(record_time))


@settings(deadline=None)
@given(st.datetimes(datetime(1900, 1, 2), datetime(2100, 12, 30), timezones=st.timezones()))  # noqa: DTZ001
def test_a_formatted_time_is_read_back_to_the_millisecond(time: datetime) -> None:
    utc = time.astimezone(UTC)
    text = format_time(utc)
    assert re.search(r"\.000Z$", text) is None
    assert parse_time(text) == utc.replace(microsecond=utc.microsecond // 1000 * 1000)


@settings(deadline=None)
@given(st.integers(-2_208_988_800_000, 4_133_980_799_999))  # 1900 to 2100
def test_milliseconds_and_text_are_each_others_inverse(record_time: int) -> None:
    time = parse_time(format_milliseconds(record_time))
    assert time is not None
    assert milliseconds(time) == record_time
