"""Whether texts contain phrases, found by the phrases' last bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.articles.encoded import encoded
from streams.articles.mentions import Mentions
from streams.articles.walls import mention_walls, wall_kind, without_wall

letters = st.text("ab新", max_size=40)
phrases = st.lists(st.text("ab新", min_size=6, max_size=9), max_size=6)


def mentioned(names: list[str], *texts: str) -> list[bool]:
    return Mentions(names).in_texts(encoded([text.encode() for text in texts]))


@given(phrases, st.lists(letters, max_size=4))
def test_it_finds_the_texts_that_searching_one_by_one_finds(
    names: list[str], texts: list[str]
) -> None:
    assert mentioned(names, *texts) == [any(name in text for name in names) for text in texts]


@given(
    st.lists(st.text("abé[{@`", min_size=6, max_size=9), max_size=6),
    st.lists(st.text("aAbBé[{@`", max_size=40), max_size=4),
)
def test_ascii_capitals_are_found_as_small_letters(names: list[str], texts: list[str]) -> None:
    found = [any(name in text.lower() for name in names) for text in texts]
    assert mentioned(names, *texts) == found


def test_phrases_with_the_same_ending_are_told_apart() -> None:
    names = ["to continue reading", "subscribe to continue reading now", "before reading"]
    assert mentioned(names, "keep on reading", "to continue reading", "reading") == [
        False,
        True,
        False,
    ]


def test_texts_do_not_run_into_each_other() -> None:
    assert mentioned(["log in now"], "please log", " in now", "log in now") == [False, False, True]


def test_too_short_a_phrase_is_refused() -> None:
    with pytest.raises(ValueError, match="expected phrases of 6 bytes or more, got b'login'"):
        Mentions(["login"])


WALL = "Subscribe now to continue reading. Already a subscriber? Log in."
STORY = "The ferry left the harbour on Monday with ninety people on board. " * 3


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        (WALL.upper(), True),
        (f"{STORY}\n{WALL}", True),
        (STORY, False),
        (f"{WALL}\n" + STORY * 20, False),  # too long for a wall, without one at its end
    ],
)
def test_a_wall_is_found_only_in_texts_that_mention_one(text: str, mentioned: bool) -> None:
    assert mention_walls([text]) == [mentioned]
    if not mentioned:
        assert wall_kind(text) is None
        assert without_wall(text).text == text
