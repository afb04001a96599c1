"""The compared part of a text is the same for a fresh article and for one read from its topic."""

from __future__ import annotations

import pytest

from streams.articles.comparable import comparable_texts
from tests.articles.records import HTML, TEXT, normalised_chunk, raw

STORY = f"{TEXT} It has been closed since the flood in April, and ferries take its place."
DATELINES = ["", "LONDON, March 3 (Reuters) - ", "МОСКВА, 3 июня. /ТАСС/. ", "GENEVA: ", "AFP - "]
ENDS = [
    "", "\n\n(Reporting by A. Berg; Editing by B. Cole)", "\nSource: Xinhua",
    "\n© 2026 Example Media. All rights reserved.",
]  # fmt: skip


@pytest.mark.parametrize("dateline", DATELINES)
@pytest.mark.parametrize("end", ENDS)
def test_a_normalised_text_is_compared_by_the_same_part_as_when_it_came(
    dateline: str, end: str
) -> None:
    made = normalised_chunk(raw(id="a", text=f"{dateline}{STORY}{end}"))
    assert comparable_texts([article["text"] for article in made.articles]) == made.story_texts
    if dateline and not end:
        assert made.story_texts[0].startswith(TEXT)


def test_the_same_holds_for_pages_and_for_what_is_boilerplate_alone() -> None:
    made = normalised_chunk(
        raw(id="page", html=HTML), raw(id="b", text="© 2026 Example Media. All rights reserved."),
        raw(id="c", text="LONDON (Reuters) -"), raw(id="d", status="canceled"),
    )  # fmt: skip
    assert len(made.articles) == 4
    assert comparable_texts([article["text"] for article in made.articles]) == made.story_texts
