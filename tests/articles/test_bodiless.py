"""A rejection for lack of a body says which fields came and which one looks like the body."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import RawArticle, Reason
from streams.articles.decode import bodiless, decode
from streams.articles.rejection import Rejection


def detail(event: dict[str, Any]) -> str:
    value = orjson.dumps(event)
    decoded = decode(value, 1 << 20)
    assert not isinstance(decoded, Rejection)
    found = bodiless(value, decoded[0])
    assert found is not None
    assert found.reason is Reason.NO_BODY
    return found.detail.removeprefix("text: expected text or html, got ")


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"id": "1", "content": "Words."}, "`content`, `id`; send `content` as `text`"),
        ({"Text": "Words."}, "`Text`; send `Text` as `text`"),
        ({"txt": "Words."}, "`txt`; send `txt` as `text`"),
        ({"full_text": "Words."}, "`full_text`; send `full_text` as `text`"),
        ({"body-html": "<p>"}, "`body-html`; send `body-html` as `html`"),
        ({"next": "Words."}, "`next`"),
        ({"description": 7}, "`description`"),
        ({"text": None, "url": "https://a.example"}, "`url`"),
        (
            {"type": "x", "data": {"text": "Words."}},
            "`type`, `data`; send what is inside of `data` as the event itself",
        ),
        ({"data": {"words": "Words."}}, "`data`"),
        ({"text": None, "html": None}, "no field"),
    ],
)
def test_the_fields_that_came_are_named_and_the_likely_one_is_pointed_at(
    event: dict[str, Any], words: str
) -> None:
    assert detail(event) == words


def test_many_fields_and_long_names_are_cut() -> None:
    found = detail({f"{n:02}" + "x" * 5_000: n for n in range(30)})
    assert found.startswith("`00xxx")
    assert found.endswith("...` and 22 more")
    assert len(found) < 450


def test_names_cannot_write_on_a_terminal() -> None:
    assert detail({"a\x1b[2J\u202e\n": 1}) == r"`a\x1b[2J\u202e\n`"


@given(st.dictionaries(st.text(max_size=9), st.none() | st.integers(-9, 9) | st.text(max_size=9)))
def test_an_event_without_a_body_is_rejected_whatever_its_fields(event: dict[str, Any]) -> None:
    event = {k: v for k, v in event.items() if k not in RawArticle.model_fields}
    assert detail(event)


def test_a_withdrawal_needs_no_body() -> None:
    value = b'{"id": "1", "status": "canceled"}'
    assert bodiless(value, RawArticle.model_validate_json(value)) is None
