"""Times: any offset in, UTC out; impossible ones are rejected."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import dateutil.parser
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
        ("2026-03-02T10.30", "2026-03-02T10:30:00Z"),
        ("2026-03-02 22.15", "2026-03-02T22:15:00Z"),
        ("2026-03-02 10.30+01:00", "2026-03-02T09:30:00Z"),
        ("2026-03-02 10.30.45", "2026-03-02T10:30:45Z"),
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
        ("/Date(1772445600000)/", "2026-03-02T10:00:00Z"),
        ("/Date(1772445600000+0100)/", "2026-03-02T10:00:00Z"),
        ("2026-061", "2026-03-02T00:00:00Z"),
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
        "Mon, 02 Mar 26 10:00:00 GMT",
        "02.03.26",
        "2026030210",
        "lun, 03 mar 2026",  # neither a Monday in March nor a Tuesday in August
        "12345678",
        "99999999999999999999",
        "02/03/2026",
        "March 2026",
        "2 of 3 in 2026",
        "2026-02-29T10:00:00Z",
        "2026-13-01T10:00:00Z",
        "2026-366",
        "2026-000",
        "/Date(20260302)/",
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


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2 Mar 2026 3:15 PM", "2026-03-02T15:15:00Z"),
        ("2 Mar 2026 03:15 pm EST", "2026-03-02T20:15:00Z"),
        ("Mon, 02 Mar 2026 10:00:00 CET", "2026-03-02T09:00:00Z"),
        ("Mon, 02 Mar 2026 10:00:00 IST", "2026-03-02T04:30:00Z"),
        ("Mon, 02 Mar 2026 10:00:00 JST", "2026-03-02T01:00:00Z"),
        ("Mon, 02 Mar 2026 15:15:00 GMT+0530", "2026-03-02T09:45:00Z"),
        ("Mon, 02 Mar 2026 10:00:00 +0100 (CET)", "2026-03-02T09:00:00Z"),
        ("Mon, 2 Mar 2026 10:00 GMT", "2026-03-02T10:00:00Z"),
        ("2026/03/02 10:00:00", "2026-03-02T10:00:00Z"),
        ("2026/03/02 10:00:30", "2026-03-02T10:00:30Z"),
        ("Mon Mar 02 10:00:00 2026", "2026-03-02T10:00:00Z"),
        ("Mon Mar  2 10:00:00 2026", "2026-03-02T10:00:00Z"),
        ("Mon Mar  2 10:00:00 CET 2026", "2026-03-02T09:00:00Z"),
        ("Mon Mar 02 10:00:00 +0100 2026", "2026-03-02T09:00:00Z"),
        (
            "Mon Mar 02 2026 10:00:00 GMT+0100 (Central European Time)",
            "2026-03-02T09:00:00Z",
        ),
        ("2. März 2026, 10:15 Uhr", "2026-03-02T10:15:00Z"),
        ("02.03.2026, 10.15 Uhr", "2026-03-02T10:15:00Z"),
        ("02.03.2026 - 10:15 Uhr", "2026-03-02T10:15:00Z"),
        ("2. März 2026 um 10 Uhr", "2026-03-02T10:00:00Z"),
        ("2 Marz 2026", "2026-03-02T00:00:00Z"),
        ("2 Μαΐου 2026", "2026-05-02T00:00:00Z"),
        ("20260302100000", "2026-03-02T10:00:00Z"),
        ("20260302111500Z", "2026-03-02T11:15:00Z"),
        ("2026-03-02 10:00:00 +0100 CET", "2026-03-02T09:00:00Z"),
        ("2026-03-02 10:00:00.123456 +0000 UTC m=+0.000123", "2026-03-02T10:00:00.123Z"),
        ("2026-03-02T10:00:00Z[UTC]", "2026-03-02T10:00:00Z"),
        ("2026-03-02T10:00:00+01:00[Europe/Berlin]", "2026-03-02T09:00:00Z"),
        ("1772445600", "2026-03-02T10:00:00Z"),
        ("1772445600000", "2026-03-02T10:00:00Z"),
        ("1772445600.5", "2026-03-02T10:00:00.500Z"),
        ("1772445600000000", "2026-03-02T10:00:00Z"),
        ("2026年03月02日 10:00", "2026-03-02T10:00:00Z"),
        ("2026年3月2日 午後3時15分", "2026-03-02T15:15:00Z"),
        ("2026年3月2日 15時", "2026-03-02T15:00:00Z"),
        ("2026년 3월 2일 오전 10시 15분", "2026-03-02T10:15:00Z"),
        ("Monday, March 2, 2026 - 10:00", "2026-03-02T10:00:00Z"),
        ("Mon, 03/02/2026 - 10:00", "2026-03-02T10:00:00Z"),
        ("lun., 02 mars 2026 10:00:00 +0100", "2026-03-02T09:00:00Z"),
        ("mar., 03 mars 2026 10:00:00 +0100", "2026-03-03T09:00:00Z"),
        ("lun, 02 mar 2026 10:30:00 +0100", "2026-03-02T09:30:00Z"),  # `lún` is August in Irish
        ("sen, 02 mar 2026", "2026-03-02T00:00:00Z"),
        ("20260302+0100", "2026-03-01T23:00:00Z"),
        ("2026. 3. 2. 오후 3:15", "2026-03-02T15:15:00Z"),
        ("Mo, 02 Mär 2026 10:00:00 +0100", "2026-03-02T09:00:00Z"),
        ("Di, 03 Mrz 2026 10:00:00 +0100", "2026-03-03T09:00:00Z"),
        ("Mon, 02 Mar 2026 10:00:00 GMT+1", "2026-03-02T09:00:00Z"),
        ("2 mars 2026 à 10 h 15", "2026-03-02T10:15:00Z"),
        ("lundi 2 mars 2026", "2026-03-02T00:00:00Z"),
        ("2 de marzo de 2026 a las 15:15 h", "2026-03-02T15:15:00Z"),
        ("2 марта 2026 г., 10:15 мск", "2026-03-02T07:15:00Z"),
        ("10:15, 2 марта 2026", "2026-03-02T10:15:00Z"),
        ("March 2, 2026 at 10:15 p.m. EST", "2026-03-03T03:15:00Z"),
        ("March 2nd, 2026, 3pm ET", "2026-03-02T20:00:00Z"),
        ("10:15 AM, March 2, 2026", "2026-03-02T10:15:00Z"),
        ("2026-03-02+01:00", "2026-03-01T23:00:00Z"),
        ("2026-03-02Z", "2026-03-02T00:00:00Z"),
        ("12:00 AM March 2, 2026", "2026-03-02T00:00:00Z"),
        ("02-Mar-2026 10:00", "2026-03-02T10:00:00Z"),
        ("Mon, 02-Mar-2026 10:00:00 GMT", "2026-03-02T10:00:00Z"),
        ("2026-03-02 10:00 PM", "2026-03-02T22:00:00Z"),
        ("2026-03-02 10:00:00 UTC", "2026-03-02T10:00:00Z"),
        ("2026-03-02 10:00:00 -0300", "2026-03-02T13:00:00Z"),
        ("2026-03-02T10:00:00 BST", "2026-03-02T09:00:00Z"),
        ("2026-03-02T10:00:00 MSK", "2026-03-02T07:00:00Z"),
        ("25/02/2026 10:15", "2026-02-25T10:15:00Z"),
        ("2 tháng 3, 2026 10:15", "2026-03-02T10:15:00Z"),
        ("٢ مارس ٢٠٢٦ ١٠:١٥", "2026-03-02T10:15:00Z"),
        ("２０２６年３月２日", "2026-03-02T00:00:00Z"),
        ("2026. március 2. 10:15", "2026-03-02T10:15:00Z"),
        ("2. maaliskuuta 2026 klo 10.15", "2026-03-02T10:15:00Z"),
        ("2 Mart 2026 Pazartesi 10:15", "2026-03-02T10:15:00Z"),
        ("July 4, 2026 4:00 AM ET", "2026-07-04T08:00:00Z"),
        ("Updated 2 March 2026 10:15", "2026-03-02T10:15:00Z"),
        ("1 May 2026 14:00 h", "2026-05-01T14:00:00Z"),
        ("Mon, 02 Mar 2026 10:00:00 Z", "2026-03-02T10:00:00Z"),
        ("Mon, 02 Mar 2026 10:00:00 +01:00", "2026-03-02T09:00:00Z"),
        ("Sat, 07 Mar 2026 10:00:00 PST", "2026-03-07T18:00:00Z"),
        ("2026-W10-1", "2026-03-02T00:00:00Z"),
        ("20260302", "2026-03-02T00:00:00Z"),
        ("202603021015", "2026-03-02T10:15:00Z"),
        ("2026-03-02 10:15:00,123", "2026-03-02T10:15:00.123Z"),
        ("Monday 2 March 2026 10.15 GMT", "2026-03-02T10:15:00Z"),
        ("Lunedì 2 Marzo 2026, ore 10:15", "2026-03-02T10:15:00Z"),
        ("Segunda-feira, 2 de março de 2026 às 10h15", "2026-03-02T10:15:00Z"),
        ("poniedziałek, 2 marca 2026, godz. 10:15", "2026-03-02T10:15:00Z"),
        ("2 Maret 2026 10:15 WIB", "2026-03-02T03:15:00Z"),
        ("Sunday, 1 March 2026 at 9.30am AEDT", "2026-02-28T22:30:00Z"),
    ],
)
def test_a_time_is_read_as_people_and_programs_write_it(text: str, utc: str) -> None:
    time = parse_time(text)
    assert time is not None
    assert format_time(time) == utc


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 02 Mar 2026 10:00:00 XYZ",
        "2026-03-02T10:00:00[Europe/Berlin]",
        "2026-03-02 10,30",  # minutes, or hundredths of an hour
        "2026-03-02T10,5",
        "03/02/2026 - 10:00",
        "2 March 2026 10:15 and 11:15",
        "2 listopada 2026",
        "Thu, 29 Feb 2026 10:00:00 GMT",
        "2026-03-02T10:00:00 America/New_York",
        "3/2/2026 3:15:00 PM",
    ],
)
def test_an_ambiguous_time_is_rejected(text: str) -> None:
    """An unknown zone, two times of day, month and day as numbers, a month with two meanings."""
    assert parse_time(text) is None


FORMS = [
    "%a, %d %b %Y %H:%M:%S +0000", "%A, %B %d, %Y - %H:%M:%S", "%a %b %d %H:%M:%S %Y",
    "%a %b %d %H:%M:%S UTC %Y", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S Uhr", "%Y%m%d%H%M%S",
    "%d-%b-%Y %H:%M:%S", "%B %d, %Y at %I:%M:%S %p", "%I:%M:%S %p, %d %B %Y",
]  # fmt: skip


@settings(deadline=None, max_examples=50)
@given(
    st.datetimes(datetime(1981, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.sampled_from(FORMS),
)
def test_a_written_time_is_the_one_that_other_libraries_read(time: datetime, form: str) -> None:
    time = time.replace(microsecond=0)
    text = time.strftime(form)
    assert parse_time(text) == time
    if form != "%Y%m%d%H%M%S":
        read = dateutil.parser.parse(
            text.removesuffix(" Uhr").replace(" - ", " "), dayfirst="." in form
        )
        assert read.replace(tzinfo=UTC) == time


@settings(deadline=None)
@given(st.text(alphabet="0123456789 :-/.,+ZTMaryUhr年月日àh\0ap[]()", max_size=40))
def test_no_date_like_text_raises(text: str) -> None:
    parse_time(text)


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
