"""Tokens: the same word has the same hash wherever it stands and however it is written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.detection.sketch.sketches import sketch_texts
from streams.detection.sketch.tokens import LONGEST_TEXT, batches, tokens_of
from streams.detection.sketch.unicode_tables import INVISIBLE, UNSPACED

LETTERS = (
    "aBz09 _-.,'’“”éÉßİıſ½²Ωσςабв한글ابجไทยก็ひらカターｶﾞ漢字々𠀋𝐀😀"
    "\u00ad\u200b\ufeff\u0301ﬁＡ\ufdfa\n"
)
written = st.text(
    st.sampled_from(LETTERS) | st.characters(codec="utf-8", exclude_characters="\0"), max_size=60
)


def hashes(text: str) -> list[int]:
    made, bounds, _ = tokens_of([text])
    assert bounds.tolist() == [0, len(made)]
    return made.tolist()


def within(code_point: int, blocks: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code_point <= last for first, last in blocks)


def words(text: str) -> list[str]:
    """The reference: one character after the other, as the module's docstring puts it."""
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    made, word = [], ""
    for letter in [*folded, " "]:
        point = ord(letter)
        if within(point, INVISIBLE):
            continue
        of_words = unicodedata.category(letter)[0] in "LNM" and point <= 0xFFFF
        alone = (of_words and within(point, UNSPACED)) or 0x20000 <= point < 0x40000
        if of_words and not alone:
            word += letter
            continue
        if word:
            made.append(word)
            word = ""
        if alone:
            made.append(letter)
    return made


@settings(max_examples=150, deadline=None)
@given(written)
def test_tokens_are_the_words_of_the_text_one_by_one(text: str) -> None:
    assert hashes(text) == [hashes(word)[0] for word in words(text)]


@settings(max_examples=100, deadline=None)
@given(st.lists(written, min_size=1, max_size=6))
def test_a_texts_tokens_do_not_depend_on_the_texts_beside_it(texts: list[str]) -> None:
    made, bounds, _ = tokens_of(texts)
    assert len(bounds) == len(texts) + 1
    for i, text in enumerate(texts):
        assert made[bounds[i] : bounds[i + 1]].tolist() == hashes(text)


def test_a_word_has_one_hash_beside_ascii_and_beside_other_scripts() -> None:
    assert hashes("Parliament met")[0] == hashes("Parliament перед")[0]


def test_different_words_have_different_hashes() -> None:
    made = {hash_ for n in range(20_000) for hash_ in hashes(f"word{n} {n}")}
    assert len(made) == 40_000


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        pytest.param("“Don’t”, she said", '"Don\'t", she said', id="typographic quotes"),
        pytest.param("co\u00adope\u00adration", "cooperation", id="soft hyphens"),
        pytest.param("zero\u200bwidth jo\u200diner\ufeff", "zerowidth joiner", id="zero width"),
        pytest.param("\u202bright to left\u202c", "right to left", id="directional marks"),
        pytest.param("ＦＵＬＬ　ｗｉｄｔｈ １２", "full width 12", id="full width"),
        pytest.param("the ﬁrst oﬃce", "the first office", id="ligatures"),
        pytest.param("cafe\u0301 Zu\u0308rich", "café Zürich", id="decomposed accents"),
        pytest.param("STRASSE", "straße", id="sharp s"),
        pytest.param("ΟΔΟΣ", "οδος", id="final sigma"),
        pytest.param("ｶﾞｽ", "ガス", id="half-width kana"),
        pytest.param("\N{MATHEMATICAL BOLD CAPITAL A}\N{MATHEMATICAL BOLD SMALL B}", "ab",
                     id="letters of formulas"),
        pytest.param("two\u00a0words", "two words", id="no-break space"),
    ],
)  # fmt: skip
def test_typography_does_not_change_the_words(written: str, plain: str) -> None:
    assert hashes(written) == hashes(plain)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("東京都知事選挙", 7),
        ("ひらがなとカタカナ", 9),
        ("ไทยรัฐ", 6),
        ("한국 신문", 2),
        ("東京 2026年", 4),
    ],
)
def test_scripts_without_spaces_have_one_token_a_character(text: str, count: int) -> None:
    assert len(hashes(text)) == count


def test_rare_han_is_a_word_and_an_emoji_is_none() -> None:
    assert len(hashes("\U00020000\U0002070e")) == 2
    assert hashes("goal \U0001f600 scored") == hashes("goal scored")


def test_a_text_of_no_words_has_no_tokens() -> None:
    made, bounds, _ = tokens_of(["", "one two", "... – !", "three"])
    assert bounds.tolist() == [0, 0, 2, 2, 3]
    assert len(made) == 3


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 50), max_size=30), st.integers(1, 60))
def test_batches_hold_every_text_once_and_cut_none(lengths: list[int], most: int) -> None:
    texts = ["x" * length for length in lengths]
    runs = batches(texts, most)
    assert [i for first, last in runs for i in range(first, last)] == list(range(len(texts)))
    for first, last in runs:
        characters = sum(len(text) + 1 for text in texts[first:last])
        assert characters <= most or last - first == 1


def test_a_text_that_grows_when_folded_leaves_its_neighbours_alone() -> None:
    """One ligature of Arabic is eighteen letters in full: texts in one batch share its room."""
    [alone] = sketch_texts(["é und noch viele andere Wörter " * 9])
    grown = sketch_texts(["\ufdfa" * 60_000, "é und noch viele andere Wörter " * 9])
    assert grown[1] == alone


def test_a_fraction_is_two_numbers() -> None:
    assert hashes("¼") == hashes("1 4")


def test_a_text_is_looked_at_up_to_the_longest() -> None:
    [sketch] = sketch_texts(["ab " * LONGEST_TEXT])
    assert sketch["words"] == LONGEST_TEXT // 3
