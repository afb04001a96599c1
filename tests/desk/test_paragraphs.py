"""Where paragraphs of a text end, however its lines came."""

from __future__ import annotations

import time

from streams.desk.paragraphs import lines_joined, paragraphs_of

WRAPPED = (
    "The crews of the ferries on the lake ended their strike\n"
    "on Monday, their union said.\n"
    "The first boats to the islands left within the hour, and\n"
    "the rest follow on Tuesday."
)
SENTENCE = "The operator of the ferries expects the whole timetable to run again by Thursday. "


def test_wrapped_lines_are_one_paragraph() -> None:
    assert lines_joined(WRAPPED) == [
        "The crews of the ferries on the lake ended their strike on Monday, their union said.",
        "The first boats to the islands left within the hour, and the rest follow on Tuesday.",
    ]


def test_short_lines_and_lists_keep_their_lines() -> None:
    lines = "Ferry strike\nWhat happened\n- crews of all the boats left at noon on Friday\n- nobody"
    assert lines_joined(lines) == lines.split("\n")


def test_a_short_line_goes_on_in_lower_case() -> None:
    assert lines_joined("Ferry crews will\nmeet on Monday.") == ["Ferry crews will meet on Monday."]


def test_empty_lines_separate_paragraphs_that_have_lines() -> None:
    assert paragraphs_of("One line\nand another.\n\nTwo.") == ["One line\nand another.", "Two."]


def test_a_long_text_in_one_paragraph_is_cut_after_sentences() -> None:
    parts = paragraphs_of(SENTENCE * 13)
    assert [part.count("The operator") for part in parts] == [4, 4, 5]
    assert " ".join(parts) == (SENTENCE * 13).strip()


def test_a_long_text_without_sentences_stays_whole() -> None:
    assert paragraphs_of("word " * 400) == [("word " * 400).strip()]


def test_blanks_in_a_line_are_passed_once() -> None:
    """Of the blanks of a table, or of somebody who means harm, each looked at all that follow."""
    text = f"{SENTENCE}{' ' * 100_000}{SENTENCE}"
    begun = time.process_time()
    assert lines_joined(text) == paragraphs_of(text) == [text.strip()]
    assert time.process_time() - begun < 5
