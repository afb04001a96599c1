"""The words of a rejection: short, one line, and safe in a header."""

from __future__ import annotations

import pytest

from schemas import Reason
from streams.articles.rejection import rejected, shown


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("abc", "string 'abc'"),
        (7, "number 7"),
        (1.5, "number 1.5"),
        (True, "boolean True"),
        ([1, 2], "array of 2"),
        ({"a": 1}, "object of 1"),
        ("a\nb", r"string 'a\nb'"),
        ("x" * 1000, "string '" + "x" * 56 + "..."),
    ],
)
def test_a_value_is_shown_by_its_json_kind_and_a_short_look(value: object, words: str) -> None:
    assert shown(value) == words


def test_a_detail_is_bounded() -> None:
    assert len(rejected(Reason.NOT_JSON, "é" * 10_000).detail) == 500


def test_a_detail_is_one_line_without_nul_or_lone_surrogates() -> None:
    assert rejected(Reason.NOT_JSON, "a\nb\0c\ud800").detail == r"a bc\ud800"
