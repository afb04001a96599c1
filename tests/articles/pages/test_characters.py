"""The table of characters says of each what Python says of it."""

from __future__ import annotations

import unicodedata

import pytest

from streams.articles.pages import characters
from streams.articles.pages.characters import ALNUM, DECIMAL, SPACE, bits_table

COUNTED = range(0x10000)


@pytest.mark.parametrize(
    ("bit", "is_such"),
    [
        (ALNUM, str.isalnum),
        (DECIMAL, lambda character: character.isalnum() and character.isdecimal()),
        (characters._LOWER_CASE, str.islower),
        (characters._UPPER_CASE, str.isupper),
    ],
    ids=["alnum", "decimal", "lower", "upper"],
)
def test_kinds_of_every_character(bit: int, is_such: object) -> None:
    assert callable(is_such)
    table = bits_table()
    wrong = [hex(code) for code, bits in enumerate(table) if bool(bits & bit) != is_such(chr(code))]
    assert wrong == []


@pytest.mark.parametrize(
    ("bit", "categories"),
    [
        (characters._LETTER, {"Lu", "Ll", "Lt", "Lm", "Lo"}),
        (characters._UPPER, {"Lu", "Lt"}),
        (characters._DIGIT, {"Nd"}),
    ],
    ids=["letter", "upper", "digit"],
)
def test_kinds_that_are_counted(bit: int, categories: set[str]) -> None:
    table = bits_table()
    assert [bool(table[code] & bit) for code in COUNTED] == [
        unicodedata.category(chr(code)) in categories for code in COUNTED
    ]
    assert not (table[len(COUNTED) :] & bit).any()


def test_spaces_and_scripts() -> None:
    table = bits_table()
    spaces = {code for code in COUNTED if table[code] & SPACE}
    assert {ord(c) for c in " \n\t\u00a0\u2003\u2028\u3000"} <= spaces
    assert not {ord(c) for c in "a.\r\x00\u200b"} & spaces
    scripts = {
        character: (bool(table[ord(character)] & characters._CJK),
                    bool(table[ord(character)] & characters._KANA))
        for character in "中カひ한ไa\u303f\u3100"
    }  # fmt: skip
    assert scripts == {
        "中": (True, False), "カ": (True, True), "ひ": (True, True), "한": (True, False),
        "ไ": (True, False), "a": (False, False), "\u303f": (False, False),
        "\u3100": (False, False),
    }  # fmt: skip
