"""The lines of a page in the forms that several steps need: each is made once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from streams.articles.pages.characters import Counts, character_counts
from streams.articles.pages.lines import Line
from streams.articles.pages.words import PageWords, page_words


@dataclass(frozen=True, slots=True)
class PageLines:
    """`low` are the lines in lower case, `low_text` all of them, each ended by a line feed."""

    lines: Sequence[Line]
    low: Sequence[str]
    low_text: str
    characters: Counts  # see `character_counts`
    words: PageWords


def page_lines(lines: Sequence[Line]) -> PageLines:
    """Linear in the lines' lengths."""
    text = "\n".join([line.text for line in lines]) + "\n"
    low_text = text.lower()
    low = low_text.split("\n")[:-1]
    return PageLines(
        lines, low, low_text, character_counts(text, len(lines)), page_words(low_text, len(lines))
    )
