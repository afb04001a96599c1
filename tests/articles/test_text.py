"""Stored text has one form and no control characters."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from streams.articles.mojibake import mended
from streams.articles.text import clean_line, clean_text, markup_without_control

TEXTS = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from(" \t\n\r\xa0\x00\x0b\x0c\x85\x9f\u2028\u2029\u200be\u0301\ufeff\uffff"),
    )
)


@pytest.mark.parametrize(
    ("text", "clean", "removed"),
    [
        ("The bridge reopens.", "The bridge reopens.", False),
        ("", "", False),
        (" \n\t\xa0 ", "", False),
        ("  The bridge \n", "The bridge", False),
        ("one \t\ntwo", "one\ntwo", False),
        ("one\xa0\ntwo", "one\ntwo", False),
        ("one\r\ntwo\rthree", "one\ntwo\nthree", False),
        ("one\u2028two\u2029three", "one\ntwo\nthree", False),
        ("one\n\n\n\n\ntwo", "one\n\ntwo", False),
        ("one\n \n\t\n \ntwo", "one\n\ntwo", False),
        ("one\n\ntwo", "one\n\ntwo", False),
        ("tab\tinside", "tab\tinside", False),
        ("Caf\u0065\u0301", "Caf\xe9", False),
        ("nul\0inside", "nulinside", True),
        ("\x1b[1mbold\x1b[0m", "[1mbold[0m", True),
        ("e\0\u0301", "\xe9", True),
        ("c1\x9fcontrol", "c1control", True),
        ("\ufffebom\uffff", "bom", True),
        ("\0", "", True),
        ("page one\x0cpage two\x0bend", "page one\npage two\nend", True),
    ],
)
def test_a_text_is_cleaned(text: str, clean: str, removed: bool) -> None:
    assert clean_text(text) == (clean, removed)


@pytest.mark.parametrize(
    ("broken", "mended"),
    [
        ("FranÃ§ois a dÃ©cidÃ© hier.", "François a décidé hier."),
        ("â€œWe waited,â€\x9d she said. Itâ€™s done.", "“We waited,” she said. It’s done."),
        ("ÐœÐ¾Ñ\x81ÐºÐ²Ð°", "Москва"),
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("Tom &amp;amp; Jerry &amp;quot;live&amp;quot;", 'Tom & Jerry "live"'),
        ("AT&T; and R&D", "AT&T; and R&D"),
        ("so\u00adft hy\u00adphens", "soft hyphens"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\u202bright to left\u202c", "right to left"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner is spelling
        ("São Paulo às 10h", "São Paulo às 10h"),
        ("Ärger über Öl", "Ärger über Öl"),
    ],
)
def test_broken_text_is_repaired(broken: str, mended: str) -> None:
    assert clean_text(broken)[0] == mended


@settings(deadline=None)
@given(TEXTS)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    clean, _ = clean_text(text)
    assume(mended(clean) == clean)
    assert clean_text(clean) == (clean, False)


@settings(deadline=None)
@given(TEXTS)
def test_no_control_characters_are_left(text: str) -> None:
    clean, _ = clean_text(text)
    assert {c for c in clean if unicodedata.category(c) == "Cc"} <= {"\t", "\n"}
    assert unicodedata.is_normalized("NFC", clean)
    assert "\n\n\n" not in clean


@settings(deadline=None)
@given(TEXTS)
def test_letters_of_a_text_that_is_not_broken_are_never_lost(text: str) -> None:
    clean, _ = clean_text(text)
    # A pair that only an invisible character parts is broken, too: `Â\x1f¡`.
    shown = unicodedata.normalize("NFC", "".join(c for c in text if c.isprintable()))
    assume(all(mended(form) == form for form in (text, shown, clean)))
    assert letters(clean) == letters(text)


def letters(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if c.isalnum())


@pytest.mark.parametrize(
    ("text", "limit_bytes", "line"),
    [
        (None, 64, None),
        ("", 64, None),
        (" \n ", 64, None),
        ("\0", 64, None),
        ("Bridge\nreopens \t today", 64, "Bridge reopens today"),
        ("Bridge", 6, "Bridge"),
        ("Bridges", 6, "Bridge"),
        ("Bridge reopens", 7, "Bridge"),
        ("ééé", 5, "éé"),  # never half a letter
        ("😀😀", 7, "😀"),
        ("😀", 3, None),
    ],
)
def test_a_line_is_one_line_of_bounded_size(
    text: str | None, limit_bytes: int, line: str | None
) -> None:
    assert clean_line(text, limit_bytes) == line


@settings(deadline=None)
@given(TEXTS, st.integers(1, 40))
def test_a_line_is_never_longer_than_its_limit(text: str, limit_bytes: int) -> None:
    line = clean_line(text, limit_bytes)
    if line is not None:
        assert 0 < len(line.encode()) <= limit_bytes
        assert len(line.splitlines()) == 1
        assert clean_line(line, limit_bytes) == line or mended(line) != line


@pytest.mark.parametrize(
    ("markup", "clean"),
    [
        ("<p>one\x0btwo\x07</p>", "<p>onetwo</p>"),
        ("<p>a&#11;b&#x1f;c&#0031;d&#127;</p>", "<p>abcd</p>"),
        ("<p>a&#110;b&#x1fa;c&#9;d&#10;e&#13;</p>", "<p>a&#110;b&#x1fa;c&#9;d&#10;e&#13;</p>"),
        ("<p>&#146;\x92</p>", "<p>&#146;\x92</p>"),  # windows-1252, as browsers read it
        ("<p>plain</p>", "<p>plain</p>"),
    ],
)
def test_control_characters_are_removed_from_markup(markup: str, clean: str) -> None:
    assert markup_without_control(markup) == (clean.encode(), clean != markup)


@given(st.lists(st.sampled_from([*"&#xX017bfF9;aA\u0663\x0b\x92", "&#", "\ufffe"])).map("".join))
def test_a_scan_finds_every_control_character_of_markup(markup: str) -> None:
    reference = (
        r"&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01]|127)|[xX]0*(?:[0-8b-cefBCEF]|1[\da-fA-F]|7[fF]))"
    )
    removed = re.sub(rf"{reference}(?:;|(?![\da-fA-F;]))", "", markup)
    left = re.sub("[\x0b\ufffe]", "", removed)
    assert markup_without_control(markup) == (left.encode(), left != markup)
