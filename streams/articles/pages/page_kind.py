"""Live blogs and galleries, recognised by the lines of a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from schemas.normalised_article import Kind
from streams.articles.languages import any_of
from streams.articles.pages.kinds import Kinds, Mask
from streams.articles.pages.lines import Line

# Fewer times of day above paragraphs are an agenda or a correction, fewer numbers a series.
_LEAST_ENTRIES, _LEAST_PICTURES, _LEAST_CLOCKS = 4, 4, 2
_STAMP_WORDS, _CLOCK_WORDS, _ENTRY_LINES = 8, 3.5, 3  # `12:10 GMT` is three words
_CLOCK = re.compile(r"(?<![\d:.])(?:[01]?\d|2[0-3])[:.h][0-5]\d(?![\d:])")
_COUNTED = re.compile(
    r"(?:[^\W\d_]{3,12}\s)?(?P<n>\d{1,3})"
    rf"\s?(?:/|{any_of('page_headers', 'of')})\s?(?P<all>\d{{1,3}})",
    re.IGNORECASE,
)


def page_kind(lines: Sequence[Line], kinds: Kinds, kept: Sequence[int]) -> Kind | None:
    """`live_blog`: several paragraphs of the story each under a time of day. `gallery`: pictures
    counted, `3 / 12`. None: an ordinary article."""
    if _pictures(lines) >= _LEAST_PICTURES:
        return "gallery"
    if not kept:
        return None
    story = np.zeros(len(lines), dtype=np.bool_)
    story[kept] = True
    stamps = _stamps(lines, kinds, story, _STAMP_WORDS)
    return "live_blog" if len(stamps) >= _LEAST_ENTRIES else None


def between_entries(lines: Sequence[Line], kinds: Kinds) -> Mask | None:
    """The times of day above a live blog's entries and the buttons below them, or None if the page
    is not one: apart from these, none of its paragraphs is next to another."""
    told = kinds.prose & (np.cumsum(kinds.comments) == 0)
    stamps = _stamps(lines, kinds, told, _CLOCK_WORDS)
    if len(stamps) < _LEAST_CLOCKS:
        return None
    between = kinds.noise.copy()
    between[: stamps[0]] = between[stamps[-1] :] = False
    between[stamps] = True
    return between


def _stamps(lines: Sequence[Line], kinds: Kinds, text: Mask, most_words: float) -> list[int]:
    """Lines that are a time of day, with a line of `text` right below each."""
    near = text.copy()
    for n in range(1, _ENTRY_LINES):
        near[:-n] |= text[n:]
    may_be = (kinds.words[:-1] <= most_words) & near[1:]
    return [at for at in map(int, np.flatnonzero(may_be)) if _CLOCK.search(lines[at].text)]


def _pictures(lines: Sequence[Line]) -> int:
    """How many different numbers are counted towards one and the same total."""
    counted: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    for line in lines:
        match = _COUNTED.fullmatch(line.text) if line.text[-1].isdigit() else None
        if match is None or int(match["n"]) > int(match["all"]):
            continue
        if (pair := (match["n"], match["all"])) not in seen:
            seen.add(pair)
            counted[match["all"]] += 1
    return max(counted.values(), default=0)
