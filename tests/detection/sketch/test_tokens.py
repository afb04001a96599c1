"""Tokens: a word has one hash wherever it stands and however it is written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.detection.sketch.letter_forms import APOSTROPHES, compared, is_dropped
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
    made, bounds = tokens_of([text])
    assert bounds.tolist() == [0, len(made)]
    return made.tolist()


def within(code_point: int, blocks: tuple[tuple[int, int], ...]) -> bool:
    return any(first <= code_point <= last for first, last in blocks)


def words(text: str) -> list[str]:
    """The reference: character by character, as the module's docstring says."""
    folded = text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    made, word = [], ""
    # Beyond the basic plane only Chinese characters count; digits there separate words.
    in_one_form = (compared(c) if ord(c) <= 0xFFFF or ord(c) >= 0x20000 else c for c in folded)
    for letter in "".join(in_one_form) + " ":
        point = ord(letter)
        if within(point, INVISIBLE) or is_dropped(point):
            continue
        of_words = unicodedata.category(letter)[0] in "LNM" and point <= 0xFFFF
        of_words &= letter not in APOSTROPHES
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
@example("𑙐")
def test_tokens_are_the_words_of_the_text_one_by_one(text: str) -> None:
    assert hashes(text) == [hashes(word)[0] for word in words(text)]


@settings(max_examples=100, deadline=None)
@given(st.lists(written, min_size=1, max_size=6))
def test_a_texts_tokens_do_not_depend_on_the_texts_beside_it(texts: list[str]) -> None:
    made, bounds = tokens_of(texts)
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
        pytest.param("\u0664\u0668\u0660 \u06f1\u06f7 \u0967\u096a \u09e9 \u0e52\u0e55",
                     "480 17 14 3 25",
                     id="digits of other scripts"),
        pytest.param("\u015etiin\u021ba \u0219i \u0163ara", "Stiinta si tara",
                     id="Romanian without accents"),
        pytest.param("ma\u02bclum bo\u02bblib, o\u2018sha g`oza", "ma'lum bo'lib, o'sha g'oza",
                     id="Uzbek apostrophes"),
        pytest.param("\u043e\u0431\u02bc\u0454\u0434\u043d\u0430\u043d\u043d\u044f",
                     "\u043e\u0431'\u0454\u0434\u043d\u0430\u043d\u043d\u044f",
                     id="Ukrainian apostrophe"),
        pytest.param("\u06a9\u062a\u0627\u0628\u06cc", "\u0643\u062a\u0627\u0628\u064a",
                     id="Persian kaf and yeh"),
        pytest.param("\u06c1\u0645\u0627\u0631\u06d2 \u06af\u06be\u0631",
                     "\u0647\u0645\u0627\u0631\u06d2 \u06af\u0647\u0631",
                     id="Urdu heh"),
        pytest.param("\u0627\u0644\u0623\u064e\u062e\u0652\u0628\u0627\u0631",
                     "\u0627\u0644\u0627\u062e\u0628\u0627\u0631",
                     id="Arabic vowels and hamza"),
        pytest.param("\u9ede\u9418\u8207\u6a5f\u5834", "\u70b9\u949f\u4e0e\u673a\u573a",
                     id="traditional Chinese"),
        pytest.param("Љубичасти џем, ђак и Његош", "Ljubičasti džem, đak i Njegoš", id="Serbian"),
        pytest.param("Ѓорѓи, ќебе", "Gorgi, kebe", id="Macedonian"),
        pytest.param("Łódź, Gdańsk", "Lodz, Gdansk", id="Polish without accents"),
        pytest.param("\u0391\u03b8\u03ae\u03bd\u03b1", "ΑΘΗΝΑ", id="Greek without accents"),
        pytest.param("Ирёна", "Ирена", id="Russian yo"),
        pytest.param("\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd", "\u05e9\u05dc\u05d5\u05dd",
                     id="Hebrew points"),
        pytest.param("\u091c\u093c\u092e\u0940\u0928", "\u091c\u092e\u0940\u0928",
                     id="Hindi nukta"),
    ],
)  # fmt: skip
def test_typography_does_not_change_the_words(written: str, plain: str) -> None:
    assert hashes(written) == hashes(plain)


@pytest.mark.parametrize(
    "pair",
    ["\u0438 \u0439", "\u0430 \u044f", "\u0e01 \u0e02", "\u0915 \u0916", "\u0628 \u062a", "o u"],
)
def test_letters_that_readers_tell_apart_stay_apart(pair: str) -> None:
    one, other = hashes(pair)
    assert one != other


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


def test_a_rare_han_character_is_a_word_and_an_emoji_is_not() -> None:
    assert len(hashes("\U00020000\U0002070e")) == 2
    assert hashes("goal \U0001f600 scored") == hashes("goal scored")


def test_a_text_without_words_has_no_tokens() -> None:
    made, bounds = tokens_of(["", "one two", "... – !", "three"])
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
    """An Arabic ligature is eighteen letters in full, and the texts of a batch share its buffer."""
    [alone] = sketch_texts(["é und noch viele andere Wörter " * 9])
    grown = sketch_texts(["\ufdfa" * 60_000, "é und noch viele andere Wörter " * 9])
    assert grown[1] == alone


def test_a_fraction_is_two_numbers() -> None:
    assert hashes("¼") == hashes("1 4")


def test_a_text_is_read_up_to_the_bound() -> None:
    [sketch] = sketch_texts(["ab " * LONGEST_TEXT])
    assert sketch["words"] == LONGEST_TEXT // 3
