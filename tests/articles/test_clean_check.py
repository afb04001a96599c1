"""Cleaning a text that the check calls clean would only strip it."""

from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.articles.clean_check import are_clean, cleaned
from streams.articles.text import clean_text

PIECES = (
    *"aZ9 \t\n\r\xa0\x00\x07\x7f\x85\u2028\u200b\ufeff\ufffe\ufffdé新ßãÃ©ð€’—<&;/",
    "\n\n", " \n", "&amp;", "</p>", "e\u0301", "ðŸ", "😀", "the old bridge", "\u3099", "\u1161",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "is_settled"),
    [
        ("", True),
        ("  The bridge\n\n\tis open.  ", True),
        ("Le pont est “rouvert” – ça suffit, naïve Ærø.", True),
        ("Мост открыт. 橋が開いた。 다리가 열렸다.", True),
        ("AT&T < 5; a", False),
        ("AT&T, and x < 5 > y", True),
        ("The bridge \nis open.", False),
        ("The bridge\xa0\nist offen.", False),
        ("one\n\n\ntwo", False),
        ("<b>one</b>", False),
        ("one\r\ntwo", False),
        ("a\x7f", False),
        ("Genève a dÃ©cidÃ©", False),
        ("soft\u00adhyphen", False),
        ("e\u0301", False),
        ("one 😀 ✨ two", True),
        ("\U0001d400", False),
    ],
)
def test_clean_text_is_recognised(text: str, is_settled: bool) -> None:
    assert are_clean(["x", text, "ü"]) == [True, is_settled, True]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), max_size=4))
def test_cleaning_only_strips_text_called_clean(texts: list[str]) -> None:
    for text, is_settled in zip(texts, are_clean(texts), strict=True):
        if is_settled:
            assert clean_text(text) == (text.strip(), False)
            assert "</" not in text


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_a_scan_first_gives_the_same_text(text: str) -> None:
    assert cleaned(text) == clean_text(text)


def test_no_clean_letter_changes_beside_any_other() -> None:
    every = [chr(c) for c in range(sys.maxunicode + 1) if not 0xD800 <= c < 0xE000]
    calm = {c for c, is_settled in zip(every, are_clean(every), strict=True) if is_settled}
    assert len(calm) > 30_000
    composed = {
        part
        for letter in every
        if len(parts := unicodedata.decomposition(letter).split()) == 2 and parts[0][0] != "<"
        for part in [chr(int(parts[1], 16))]
    }
    jamo = {chr(c) for c in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    assert not calm & (composed | jamo)
    assert all(not unicodedata.combining(c) and unicodedata.is_normalized("NFC", c) for c in calm)
    assert all(clean_text(f"a{c}b") == (f"a{c}b", False) for c in calm)
