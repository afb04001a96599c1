"""Phrases in texts: each is found at its place, in any script."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from ahocorasick_rs import AhoCorasick, MatchKind
from hypothesis import given
from hypothesis import strategies as st

from streams.articles.encoded import Encoded, encoded
from streams.articles.phrases import Phrases

letters = st.text("abß新 ", max_size=30)
phrases = st.lists(st.text("abß新", min_size=2, max_size=4), min_size=1, max_size=8, unique=True)


def in_utf8(texts: Sequence[str]) -> Encoded:
    return encoded([text.encode() for text in texts])


def found(names: list[str], *texts: str) -> list[list[int]]:
    return [row[:4] for row in Phrases(names).find(in_utf8(texts)).tolist()]


def test_the_longest_of_those_that_begin_at_a_place_counts() -> None:
    names = ["Press", "Press Trust", "Press Trust of India", "rust"]
    assert found(names, "the Press Trust of Indiana") == [[0, 2, 4, 24]]
    assert found(names, "the Press Trust of It") == [[0, 1, 4, 15]]


@given(phrases, st.lists(st.text("aAbBß新 ", max_size=30), max_size=4))
def test_phrases_in_any_case_are_those_of_the_text_in_lower_case(
    names: list[str], texts: list[str]
) -> None:
    """But for letters beyond ASCII."""
    low = [text.lower() for text in texts]
    found_there = Phrases(names).find(in_utf8(low))[:, :4].tolist()
    assert Phrases(names, any_case=True).find(in_utf8(texts))[:, :4].tolist() == found_there


def test_places_are_in_characters_and_texts_do_not_run_into_each_other() -> None:
    assert found(["新华社", "TASS"], "Ünd 新华社, TASS", "TA", "SS", "TASS") == [
        [0, 0, 4, 7],
        [0, 1, 9, 13],
        [3, 1, 0, 4],
    ]


def test_what_touches_a_phrase_is_reported() -> None:
    rows = Phrases(["sid", "/PR/"]).find(in_utf8(["president", "a sid", "9/PR/9", "sid.", "ésid"]))
    assert rows[:, 4].tolist() == [1, 0, 0, 0, 0]


def test_more_phrases_than_there_is_room_for_are_all_found() -> None:
    assert found(["ab"], "ab" * 1000, "", "ab") == [
        *[[0, 0, 2 * n, 2 * n + 2] for n in range(1000)],
        [2, 0, 0, 2],
    ]


def test_an_empty_batch_has_no_phrases() -> None:
    assert found(["ab"]) == []
    assert found(["ab"], "", "a") == []


def test_a_phrase_of_one_byte_is_refused() -> None:
    with pytest.raises(ValueError, match="two bytes"):
        Phrases(["ab", "a"])


@given(phrases, st.lists(letters, max_size=4))
def test_it_finds_what_an_automaton_finds(names: list[str], texts: list[str]) -> None:
    names = [name for name in names if len(name.encode()) > 1]
    oracle = AhoCorasick(names, matchkind=MatchKind.LeftmostLongest)
    assert found(names, *texts) == [
        [at, *match]
        for at, text in enumerate(texts)
        for match in oracle.find_matches_as_indexes(text)
    ]
