"""How many words each line shares with the page's titles, counted in one pass over the page."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from streams.articles.pages.characters import codes_of
from streams.articles.pages.title_words import LONGEST_LINE, title_words

texts = st.text("ab_é9 .,\u3000木", max_size=24)
words = st.sets(st.from_regex(r"\w{1,3}", fullmatch=True).map(str.lower), max_size=5)


def counted(lines: list[str], wanted: set[str]) -> list[tuple[int, int]]:
    found = title_words(
        codes_of("".join(f"{line}\n" for line in lines)), len(lines), codes_of(" ".join(wanted))
    )
    return list(zip(*found.tolist(), strict=True))


@given(st.lists(texts, max_size=5), words)
def test_it_counts_what_sets_of_words_would_count(lines: list[str], wanted: set[str]) -> None:
    each = [set(re.findall(r"\w+", line)) for line in lines]
    assert counted(lines, wanted) == [
        (0, 0) if wanted.isdisjoint(line.split()) else (len(own), len(own & wanted))
        for line, own in zip(lines, each, strict=True)
    ]


def test_long_lines_are_not_titles() -> None:
    line = "pier " * (LONGEST_LINE // 5)
    assert counted([line.strip(), f"{line}piers"], {"pier"}) == [(1, 1), (0, 0)]
