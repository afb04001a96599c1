"""Raw events of lines: their key and time, and lines of labelled corpora."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sources.json_files import raw_event
from streams.sources.raw_events import RawEvent


def event_of(**fields: Any) -> RawEvent:
    return raw_event(json.dumps(fields).encode(), "here")


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"source": "Reuters", "url": "https://www.a.example/1"}, b"Reuters"),
        ({"source": "www.A.example", "url": "https://b.example/1"}, b"a.example"),
        ({"url": "https://www.a.example/1"}, b"a.example"),
        ({"source": 7, "url": ["no"]}, None),
        ({"id": "1"}, None),
    ],
)
def test_the_key_is_the_publisher(fields: dict[str, Any], key: bytes | None) -> None:
    assert event_of(**fields).key == key


@pytest.mark.parametrize(
    ("fields", "time"),
    [
        ({"fetched_at": "2000-01-01T00:00:01Z", "published_at": "1980-01-01"}, 946_684_801_000),
        ({"fetched_at": "soon", "published_at": "2000-01-01T01:00:01.5+01:00"}, 946_684_801_500),
        ({"fetched_at": None, "published_at": "2000-01-01T00:00:00"}, 946_684_800_000),
        ({"published_at": "1970-01-01T00:00:01Z"}, None),
        ({"published_at": 1_700_000_000}, 1_700_000_000_000),
        ({}, None),
    ],
)
def test_the_time_is_that_of_fetching_or_else_of_publishing(
    fields: dict[str, Any], time: int | None
) -> None:
    assert event_of(**fields).time == time


@pytest.mark.parametrize(
    ("times", "published_at"),
    [
        ({"time": "2017/2/7"}, "2017-02-07T00:00:00Z"),
        ({"time": "2016/12/31 7:11"}, "2016-12-31T07:11:00Z"),
        ({"time": "26-FEB-1987 15:01:01.79"}, "1987-02-26T15:01:01.790Z"),
        ({"time": " 9-APR-1987 23:57:19.95&#5;&#5;&#5;A RM"}, "1987-04-09T23:57:19.950Z"),
        ({"iso": "1987-02-26T15:01:00", "time": "2017/2/7"}, "1987-02-26T15:01:00Z"),
        ({"iso": "unknown", "time": "2017/2/7"}, "2017-02-07T00:00:00Z"),
        ({"time": "31-FEB-1987 10:00:00.00"}, "31-FEB-1987 10:00:00.00"),
    ],
)
def test_a_line_of_a_labelled_corpus_becomes_a_raw_event(
    times: dict[str, str], published_at: str
) -> None:
    article = {"id": "r1", "source": "reuters", "url": "u", "title": "t", "text": "words"}
    event = event_of(**article, idx=0, set="reuters", cluster=-1, **times)
    assert json.loads(event.value) == {**article, "published_at": published_at}


def test_a_corpus_event_has_the_time_and_key_of_its_line() -> None:
    event = event_of(source="reuters", title=None, text="words", time="2000/1/2")
    assert (event.key, event.time) == (b"reuters", 946_771_200_000)
    assert b"title" not in event.value


def test_a_page_with_a_corpus_time_keeps_its_html() -> None:
    event = event_of(html="<p>words</p>", time="2017/2/7")
    assert json.loads(event.value)["html"] == "<p>words</p>"


def test_a_raw_event_that_has_a_field_called_time_stays_as_it_is() -> None:
    line = b'{"text": "words", "time": "2017/2/7", "published_at": "2026-03-02T10:00:00Z"}'
    assert raw_event(line, "here").value == line


def test_a_lone_surrogate_does_not_lose_the_time_of_an_event() -> None:
    line = b'{"source": "\\ud800.example", "fetched_at": "2000-01-01T00:00:01Z"}'
    assert raw_event(line, "here") == RawEvent(b"?.example", line, 946_684_801_000, "here")


ANYTHING = st.none() | st.integers() | st.text(max_size=20) | st.lists(st.text(max_size=5))
FIELDS = st.sampled_from(["id", "source", "url", "text", "time", "iso", "fetched_at", "html"])


@given(st.dictionaries(FIELDS, ANYTHING))
def test_whatever_fields_a_line_has_it_is_an_event(fields: dict[str, Any]) -> None:
    line = json.dumps(fields).encode()
    event = raw_event(line, "here")
    if not (fields.get("time") or fields.get("iso")):
        assert event.value == line
    for name in {"id", "text", "html"} & fields.keys():
        assert json.loads(event.value).get(name) == fields[name]


@given(st.binary(max_size=50).filter(lambda line: not line.startswith(b"{")))
def test_a_line_that_is_not_an_object_stays_as_it_is(line: bytes) -> None:
    assert raw_event(line, "here") == RawEvent(None, line, None, "here")
