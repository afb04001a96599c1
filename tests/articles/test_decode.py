"""Any bytes become an article or a reason; nothing is raised."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas import RAW_FIELDS, RawArticle, Reason
from streams.articles.decode import decode
from streams.articles.rejection import Rejection
from streams.articles.times import utc_time

LIMIT_BYTES = 1 << 20


def decoded(value: bytes) -> tuple[RawArticle, int, bool]:
    result = decode(value, LIMIT_BYTES)
    assert not isinstance(result, Rejection), result
    return result


def refused(value: bytes | None) -> Rejection:
    result = decode(value, LIMIT_BYTES)
    assert isinstance(result, Rejection)
    return result


def raw(**fields: Any) -> bytes:
    return json.dumps({"text": "The bridge reopens."} | fields).encode()


@pytest.mark.parametrize(
    ("value", "reason", "detail"),
    [
        (None, Reason.NOT_JSON, "value: expected a JSON object, got nothing"),
        (b"", Reason.NOT_JSON, "value: expected a JSON object, got nothing"),
        (b" \r\n\t", Reason.NOT_JSON, "value: expected a JSON object, got nothing"),
        (b"<rss/>", Reason.NOT_JSON, "value: expected JSON, got '<rss/>': "),
        (b"{'text': 'x'}", Reason.NOT_JSON, """value: expected JSON, got "{'text': 'x'}": """),
        (b'{"text":', Reason.NOT_JSON, """value: expected JSON, got '{"text":': unexpected end"""),
        (b'{"text":"x"} {}', Reason.NOT_JSON, """value: expected JSON, got '{"text":"x"} {}': """),
        (b'{"text":"a\nb"}', Reason.NOT_JSON, r"""value: expected JSON, got '{"text":"a\nb"}': """),
        (b"NaN", Reason.NOT_JSON, "value: expected JSON, got 'NaN': "),
        (b'{"version":NaN}', Reason.NOT_JSON, """value: expected JSON, got '{"version":NaN}': """),
        (b'{"version":Infinity}', Reason.NOT_JSON, "value: expected JSON, got "),
        (b'{"version":1e999}', Reason.NOT_JSON, "value: expected JSON, got "),
        (b"\xff\xfe{", Reason.NOT_UTF8, "value: expected UTF-8, got bytes ff fe 7b at byte 0"),
        (
            b'{"title":"Caf\xe9"}',
            Reason.NOT_UTF8,
            "value: expected UTF-8, got bytes e9 22 7d at byte 13",
        ),
        (
            b'{"title":"\xed\xa0\x80"}',  # a surrogate encoded as if it were UTF-8
            Reason.NOT_UTF8,
            "value: expected UTF-8, got bytes ed a0 80 22 at byte 10",
        ),
        (b"[1,2]", Reason.NOT_OBJECT, "value: expected a JSON object, got array of 2"),
        (b"42", Reason.NOT_OBJECT, "value: expected a JSON object, got number 42"),
        (b'"text"', Reason.NOT_OBJECT, "value: expected a JSON object, got string 'text'"),
        (b"null", Reason.NOT_OBJECT, "value: expected a JSON object, got null"),
        (b"true", Reason.NOT_OBJECT, "value: expected a JSON object, got boolean True"),
    ],
)
def test_a_value_that_is_not_a_json_object_is_rejected_with_what_came(
    value: bytes | None, reason: Reason, detail: str
) -> None:
    rejection = refused(value)
    assert rejection.reason == reason
    assert rejection.detail.startswith(detail)


WRONG_KINDS: list[tuple[dict[str, Any], str]] = [
    ({"text": 7}, "text: expected string, got number 7"),
    ({"text": True}, "text: expected string, got boolean True"),
    ({"html": ["<p>"]}, "html: expected string, got array of 1"),
    ({"title": {}}, "title: expected string, got object of 0"),
    ({"title": 1.5}, "title: expected string, got number 1.5"),
    ({"source": 3}, "source: expected string, got number 3"),
    ({"url": False}, "url: expected string, got boolean False"),
    ({"canonical_url": []}, "canonical_url: expected string, got array of 0"),
    ({"byline": ["Ana", "Bo"]}, "byline: expected string, got array of 2"),
    ({"credit": {"name": "AP"}}, "credit: expected string, got object of 1"),
    ({"language": 49}, "language: expected string, got number 49"),
    ({"published_at": [2026]}, "published_at: expected string, got array of 1"),
    ({"fetched_at": False}, "fetched_at: expected string, got boolean False"),
    ({"embargoed_until": {}}, "embargoed_until: expected string, got object of 0"),
    ({"id": True}, "id: expected string, got boolean True"),
    ({"id": 4.2}, "id: expected string, got number 4.2"),
    ({"id": ""}, "id: expected at least 1 character, got string ''"),
    ({"id": "i" * 513}, "id: expected at most 512 characters, got string 'iiii"),
    ({"version": -1}, "version: expected greater than or equal to 0, got number -1"),
    ({"version": "2"}, "version: expected integer, got string '2'"),
    ({"version": 2.0}, "version: expected integer, got number 2.0"),
    ({"version": True}, "version: expected integer, got boolean True"),
    ({"version": 2**53 + 1}, "version: expected less than or equal to 9007199254740992, got"),
    (
        {"status": "dead"},
        "status: expected 'usable', 'withheld' or 'canceled', got string 'dead'",
    ),
    ({"status": 1}, "status: expected 'usable', 'withheld' or 'canceled', got number 1"),
    ({"attributes": []}, "attributes: expected dictionary, got array of 0"),
    ({"attributes": {"page": 4}}, "attributes.page: expected string, got number 4"),
    ({"attributes": {"a": None}}, "attributes.a: expected string, got null"),
    ({"attributes": {"a": "v" * 1025}}, "attributes.a: expected at most 1024 characters, got"),
    (
        {"attributes": {str(n): "v" for n in range(33)}},
        "attributes: expected at most 32 items after validation, not more, got object of 33",
    ),
]


@pytest.mark.parametrize(("fields", "detail"), WRONG_KINDS)
def test_a_field_of_the_wrong_kind_is_refused_naming_field_expected_and_got(
    fields: dict[str, Any], detail: str
) -> None:
    rejection = refused(raw(**fields))
    assert rejection.reason == Reason.INVALID_FIELD
    assert rejection.detail.startswith(detail)


def test_every_field_has_a_row_in_the_table_above() -> None:
    """Otherwise nobody would have read the message that rejects a new field."""
    assert {name for fields, _ in WRONG_KINDS for name in fields} == RAW_FIELDS


def test_an_endless_attribute_name_leaves_room_for_expected_and_got() -> None:
    detail = refused(raw(attributes={"k" * 5000: "v"})).detail
    assert detail.startswith("attributes.kkk")
    assert ": expected at most 64 characters, got string 'kkk" in detail


def test_an_endless_value_is_cut_in_the_detail() -> None:
    assert len(refused(raw(status="s" * 100_000)).detail) <= 500


def test_the_detail_is_one_line_that_a_header_can_hold() -> None:
    detail = refused(raw(attributes={"a\nb\0c\ud800": 1})).detail
    assert "\n" not in detail
    assert "\0" not in detail
    detail.encode()


@pytest.mark.parametrize(
    "value",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'["\\ud800",' + b"[" * 100_000 + b"]" * 100_001,  # takes the slow way
    ],
    ids=["arrays", "objects", "closed", "after-a-lone-surrogate"],
)
def test_a_hundred_thousand_brackets_are_rejected_without_a_crash(value: bytes) -> None:
    rejection = refused(value)
    assert rejection.reason == Reason.NOT_JSON
    assert rejection.detail.startswith("value: expected JSON, got ")


def test_a_record_of_the_limit_passes_and_one_byte_more_does_not() -> None:
    value = raw()
    assert not isinstance(decode(value, len(value)), Rejection)
    assert decode(value, len(value) - 1) == Rejection(
        Reason.TOO_LARGE, f"value: expected at most {len(value) - 1} bytes, got {len(value)}"
    )


@pytest.mark.parametrize(
    ("escaped", "title"),
    [
        (rb"Goal! \ud83d", "Goal! \ufffd"),
        (rb"\ud800", "\ufffd"),
        (rb"\udc00 first", "\ufffd first"),
        (rb"\ud800A", "\ufffdA"),
        (rb"\ud83d\ud83d\ude00", "\ufffd\U0001f600"),
        (rb"\uD83D", "\ufffd"),
    ],
)
def test_lone_surrogates_are_replaced_and_reported(escaped: bytes, title: str) -> None:
    article, _, repaired = decoded(b'{"text":"x","title":"' + escaped + b'"}')
    assert article.title == title
    assert repaired


def test_lone_surrogates_are_replaced_in_attributes_too() -> None:
    article, _, repaired = decoded(rb'{"attributes":{"k\ud800":"v\udfff"}}')
    assert article.attributes == {"k\ufffd": "v\ufffd"}
    assert repaired


def test_a_byte_order_mark_and_a_lone_surrogate_are_both_accepted() -> None:
    article, _, repaired = decoded(b'\xef\xbb\xbf{"title": "\\ud83d", "text": "t"}')
    assert article.title == "\ufffd"
    assert repaired


@pytest.mark.parametrize("escaped", [rb"\ud83d\ude00", rb"\\ud800", "\U0001f600".encode()])
def test_whole_characters_are_not_reported_as_surrogates(escaped: bytes) -> None:
    assert decoded(b'{"text":"' + escaped + b'"}')[2] is False


def test_a_surrogate_does_not_let_nan_through() -> None:
    assert refused(rb'{"title":"\ud83d","rank":NaN}').reason == Reason.NOT_JSON


def test_unknown_fields_are_counted_and_ignored() -> None:
    article, unknown, _ = decoded(raw(section="Sport", rank=[1], text="Goal"))
    assert (article.text, unknown) == ("Goal", 2)


def test_known_fields_are_not_counted() -> None:
    assert decoded(raw(id="a", title=None, attributes={"section": "Sport"}))[1] == 0


@pytest.mark.parametrize("name", sorted(RAW_FIELDS))
def test_null_means_absent(name: str) -> None:
    assert decoded(json.dumps({name: None}).encode())[0] == decoded(b"{}")[0]


def test_text_and_html_may_both_be_given() -> None:
    article, _, _ = decoded(raw(text="plain", html="<p>page</p>"))
    assert (article.text, article.html) == ("plain", "<p>page</p>")


def test_a_numeric_id_is_the_same_as_its_text() -> None:
    assert decoded(raw(id=42))[0] == decoded(raw(id="42"))[0]


def test_bad_addresses_times_and_languages_pass_as_strings() -> None:
    """They are dropped later: none of them is worth losing the article for."""
    fields = {"url": "javascript:void(0)", "published_at": "yesterday", "language": "klingon"}
    article, _, _ = decoded(raw(**fields))
    assert article.model_dump(include=set(fields)) == fields


@pytest.mark.parametrize("time", [1772445600, 1772445600000, 1772445600.0, "1772445600"])
def test_a_time_may_be_a_number_since_1970(time: float | str) -> None:
    article, _, _ = decoded(raw(published_at=time))
    assert utc_time(article.published_at or "") == "2026-03-02T10:00:00Z"
