"""What copies kept of the original's paragraphs, and what they added."""

from __future__ import annotations

from time import process_time

from streams.desk.matrix import MOST_PARAGRAPHS, Reference
from streams.desk.paragraphs import paragraphs_of
from tests.desk.newsroom import WIRE

PARAGRAPHS = WIRE.split("\n\n")
ADDED = "Our reporter saw long queues at the ticket office on the north pier that afternoon."


def fates(text: str) -> list[str]:
    return [cell.fate for cell in Reference(WIRE).against(text).cells]


def test_the_same_text_kept_all() -> None:
    column = Reference(WIRE).against(WIRE)
    assert {cell.fate for cell in column.cells} == {"kept"}
    assert (column.kept_share, column.added) == (1.0, [])


def test_a_paragraph_that_is_not_there_was_cut() -> None:
    without = "\n\n".join([PARAGRAPHS[0], *PARAGRAPHS[2:]])
    assert fates(without) == ["kept", "cut", "kept", "kept"]


def test_a_paragraph_that_was_moved_was_kept() -> None:
    assert fates("\n\n".join(reversed(PARAGRAPHS))) == ["kept"] * 4


def test_a_paragraph_that_was_rewritten_in_part_was_changed() -> None:
    rewritten = WIRE.replace("and 41 against it at a meeting in the boathouse", "on Sunday night")
    assert fates(rewritten)[1] == "changed"


def test_case_quotation_marks_and_the_form_of_paragraphs_do_not_count() -> None:
    assert fates(WIRE.upper().replace("\n\n", "\n")) == ["kept"] * 4


def test_what_a_copy_added_is_listed() -> None:
    assert Reference(WIRE).against(f"{WIRE}\n\n{ADDED}").added == [ADDED]


def test_another_text_kept_nothing() -> None:
    column = Reference(WIRE).against(ADDED)
    assert ([cell.fate for cell in column.cells], column.kept_share) == (["cut"] * 4, 0.0)


def test_paragraphs_of_one_word_and_of_none() -> None:
    assert [c.fate for c in Reference("Yes.\n\nNo.").against("He said no").cells] == ["cut", "kept"]
    assert paragraphs_of(" \n\n \n") == []
    assert Reference("").against("anything").kept_share == 0.0


def test_words_whose_vowels_are_marks_are_words() -> None:
    hindi = ("दिल्ली में मंगलवार को भारी बारिश हुई", "मंगलवार", "बुधवार")
    latin = ("dilli men mangalvar ko bhari barish hui", "mangalvar", "budhvar")
    shares = [
        Reference(text).against(text.replace(old, new)).cells[0].share
        for text, old, new in (hindi, latin)
    ]
    assert shares == [2 / 5, 2 / 5]


def test_a_copy_of_many_lines_is_not_searched_for_all_that_it_added() -> None:
    """The words of a long original were copied for each line, before it was looked for in them."""
    lines = "\n\n".join(f"Lot {n}" for n in range(40_000))
    reference = Reference(lines.replace("Lot", "Ship"))
    begun = process_time()
    assert len(reference.against(lines).added) == MOST_PARAGRAPHS
    assert process_time() - begun < 2


def test_short_paragraphs_are_added_where_their_words_do_not_follow_each_other() -> None:
    copy = "Geneva\n\nferry crews\n\ncrews ferry\n\nLausanne\n\n***"
    assert Reference(WIRE).against(copy).added == ["crews ferry", "Lausanne", "***"]


def test_a_long_text_against_one_in_paragraphs_of_two_words_takes_no_time() -> None:
    words = [f"w{n}" for n in range(60_000)]
    pairs = "\n\n".join(f"{a} {b}" for a, b in zip(words[::2], words[1::2], strict=True))
    begun = process_time()
    assert Reference(" ".join(words)).against(pairs).added == []
    assert process_time() - begun < 3
