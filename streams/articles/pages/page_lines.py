"""The lines of a page in the forms that several steps need: each is made once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.characters import Codes, Counts, character_counts, codes_of
from streams.articles.pages.lines import Line
from streams.articles.pages.repeats import repeats_of
from streams.articles.pages.words import PageWords, page_words


@dataclass(frozen=True, slots=True)
class PageLines:
    """`low` are the lines in lower case, `low_text` all of them, each ended by a line feed."""

    lines: Sequence[Line]
    marks: NDArray[np.bool_]  # a row for each: its fields after the text
    low: Sequence[str]
    low_text: str
    codes: Codes  # of `low_text`
    characters: Counts  # see `character_counts`
    words: PageWords
    repeats: NDArray[np.float64]  # see `repeats_of`


def page_lines(lines: Sequence[Line], marks: NDArray[np.bool_] | None = None) -> PageLines:
    """Linear in the lines' lengths. `marks` are theirs, where they are known as an array."""
    if marks is None:
        marks = np.frombuffer(b"".join([bytes(line[1:]) for line in lines]), dtype=np.bool_)
        marks = marks.reshape(-1, len(Line._fields) - 1)
    text = "\n".join([line.text for line in lines]) + "\n"
    low_text = text.lower()
    low = low_text.split("\n")[:-1]
    codes, count = codes_of(low_text), len(lines)
    return PageLines(
        lines=lines,
        marks=marks,
        low=low,
        low_text=low_text,
        codes=codes,
        characters=character_counts(codes_of(text), count),
        words=page_words(codes, count),
        repeats=repeats_of(codes, count),
    )
