"""Of marks on one letter, thirty are kept: no language has more."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.articles.stacked_marks import without_stacks

MARKS = "\u0301\u0323\u0345\u0f71\u0f73\u3099\uff9e\U0001e94a"
_RUN = re.compile(f"[{MARKS}]+")


@given(
    st.lists(st.sampled_from(["a", " ", "\u0928", *MARKS, MARKS * 4, "\u0301" * 29])).map("".join)
)
def test_at_most_thirty_of_a_row_are_left_and_all_else_stays(text: str) -> None:
    assert without_stacks(text) == _RUN.sub(lambda run: run[0][:30], text)


@pytest.mark.parametrize(
    "text",
    ["", "Tiếng Việt", "Vie\u0302\u0323t", "शांति", "צֳהָרַיִם", "\U0001f468\u200d\U0001f469", "\ud800"],
)
def test_what_people_write_stays(text: str) -> None:
    assert without_stacks(text) == text
