"""Which words are the same, cut, added and moved; which numbers and names differ."""

from __future__ import annotations

import time

import hypothesis.strategies as st
import pytest
from hypothesis import given

from streams.desk.diff_forms import changes_only, inline
from streams.desk.word_diff import MOST_WORDS, Comparison, Piece, compare

TEXT = "The crew of 14 sailors went home on Monday after a strike.\n\nFares rise in May."


def pieces(comparison: Comparison, side: str, kind: str) -> list[str]:
    return [p.text.strip() for row in comparison.rows for p in getattr(row, side) if p.kind == kind]


def facts(comparison: Comparison, side: str) -> list[tuple[str, str]]:
    return [
        (piece.text[a:b], kind)
        for row in comparison.rows
        for piece in getattr(row, side)
        for a, b, kind in piece.facts
    ]


def test_a_text_and_itself_have_no_changes() -> None:
    same = compare(TEXT, TEXT)
    assert not any(row.changed for row in same.rows)
    assert (same.cut, same.added, same.moved) == (0, 0, 0)
    assert len(same.rows) == 2


def test_differing_numbers_and_names_are_marked() -> None:
    found = compare(TEXT, TEXT.replace("14", "15").replace("Monday", "Tuesday"))
    assert facts(found, "left") == [("14", "number"), ("Monday", "name")]
    assert facts(found, "right") == [("15", "number"), ("Tuesday", "name")]


def test_a_capital_that_only_begins_a_sentence_is_not_a_name() -> None:
    found = compare("It rained. Boats stayed in.", "It rained. Ferries stayed in.")
    assert facts(found, "left") == []


def test_trivial_changes_count_only_where_that_is_asked() -> None:
    plain, typeset = 'She said "no" to the deal', "She said “No” to the  deal"
    assert compare(plain, typeset).cut == 0
    assert pieces(compare(plain, typeset, exact=True), "right", "added") == ["“No”"]


def test_a_moved_passage_is_recognised() -> None:
    moved = "Nobody was hurt when the crane fell at dawn."
    first, last = "Ferries are halted. " * 6, "The harbour stays shut for repairs. " * 6
    found = compare(f"{moved}\n\n{first}\n\n{last}", f"{first}\n\n{last}\n\n{moved}")
    assert found.moved == 9
    [left] = [p for row in found.rows for p in row.left if p.kind == "moved"]
    [right] = [p for row in found.rows for p in row.right if p.kind == "moved"]
    assert left.move == right.move == 1
    assert moved.rstrip(".") in left.text
    assert (found.cut, found.added) == (0, 0)


def test_scripts_without_blanks_are_compared_character_by_character() -> None:
    found = compare("地震予測の観測点", "地震予報の観測点")
    assert (pieces(found, "left", "cut"), pieces(found, "right", "added")) == (["測"], ["報"])


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        ("दिल्ली में मंगलवार को भारी बारिश हुई", "मंगलवार", "बुधवार"),
        ("ঢাকায় মঙ্গলবার ভারী বৃষ্টি হয়েছে", "মঙ্গলবার", "বুধবার"),
        ("ستعلن الحكومة خطّة جديدة يوم الثلاثاء", "خطّة", "خطوة"),
        ("او می\u200cخواهد فردا به خانه برود", "می\u200cخواهد", "نمی\u200cخواهد"),
    ],
)
def test_marks_and_joiners_belong_to_their_word(text: str, old: str, new: str) -> None:
    found = compare(text, text.replace(old, new))
    assert pieces(found, "left", "cut") == [old]
    assert pieces(found, "right", "added") == [new]
    assert (found.same, found.cut, found.added) == (len(text.split()) - 1, 1, 1)


def test_a_thai_character_has_its_marks() -> None:
    found = compare("ฝนตกที่นี่", "ฝนตกที่นั่น")
    assert (pieces(found, "left", "cut"), pieces(found, "right", "added")) == (["นี่"], ["นั่น"])


def test_long_texts_are_compared_up_to_a_limit() -> None:
    long = "word " * (MOST_WORDS + 5)
    assert not compare(long, "word").whole
    assert compare(TEXT, TEXT).whole


def test_blanks_in_a_line_are_passed_once() -> None:
    blanks = " " * 100_000
    begun = time.process_time()
    [row] = compare(f"Ferries{blanks}halted", f"Ferries {blanks}\nhalted").rows
    assert not row.changed
    assert time.process_time() - begun < 5


WORDS = st.lists(
    st.sampled_from(["storm", "Port", "12", "“x”", "closed", ".", "\n\n", "3.5", "said", "船"])
)


@given(WORDS, WORDS)
def test_both_texts_stand_whole_in_their_columns(left: list[str], right: list[str]) -> None:
    """But for blanks at the end, and how many of them a paragraph's end has."""
    texts = [" ".join(words) for words in (left, right)]
    found = compare(texts[0], texts[1])

    def column(side: str) -> str:
        rows: list[list[Piece]] = [getattr(row, side) for row in found.rows]
        return "\n".join("".join(piece.text for piece in row) for row in rows)

    for side, text in zip(("left", "right"), texts, strict=True):
        assert column(side).split() == text.split()


def test_a_word_that_two_long_changes_happen_to_share_is_part_of_the_change() -> None:
    left = "Prices rose again in most of the ports along the western shore."
    right = "Nobody expected them to fall in a year when harvests failed and the mills closed."
    assert pieces(compare(left, right), "left", "same") == ["."]


def test_inline_what_is_new_follows_what_it_replaces() -> None:
    [row] = compare("Boats left on Monday at noon.", "Boats left on Friday at noon today.").rows
    found = [(piece.kind, piece.text.strip(), gone) for piece, gone in inline(row)]
    assert found == [
        ("same", "Boats left on", False),
        ("cut", "Monday", True),
        ("added", "Friday", False),
        ("same", "at noon", False),
        ("added", "today", False),
        ("same", ".", False),
    ]


def test_changes_alone_leave_out_equal_paragraphs_and_long_equal_passages() -> None:
    long = " ".join(f"w{n}" for n in range(40))
    found = changes_only(compare(f"Same.\n\nOld {long} end", f"Same.\n\nNew {long} end"))
    assert found[0] == (1, None)
    _, row = found[1]
    assert row is not None
    assert [piece.text.strip() for piece in row.left] == [
        "Old",
        "w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13 \u2026",
    ]


def test_wrapped_lines_are_compared_as_paragraphs() -> None:
    text = "The crews of the ferries on the lake ended their strike on Monday, they said."
    wrapped = text.replace(" strike on", "\nstrike on")
    [row] = compare(text, wrapped).rows
    assert not row.changed
