"""Live blogs and galleries, told by the lines of a page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from streams.articles.pages.kinds import Kinds
from streams.articles.pages.lines import Line

# Fewer times of day above paragraphs are an agenda or a correction, fewer numbers a series.
_LEAST_ENTRIES, _LEAST_PICTURES = 4, 4
_STAMP_WORDS, _ENTRY_LINES = 8, 3
_CLOCK = re.compile(r"(?<![\d:.])(?:[01]?\d|2[0-3])[:.h][0-5]\d(?![\d:])")
_COUNTED = re.compile(
    r"(?:[^\W\d_]{3,12}\s)?(?P<n>\d{1,3})\s?(?:/|of|von|de|sur|di|из|van)\s?(?P<all>\d{1,3})",
    re.IGNORECASE,
)


def page_kind(lines: Sequence[Line], kinds: Kinds, kept: Sequence[int]) -> str | None:
    """`live_blog`: several paragraphs of the story each under a time of day. `gallery`: pictures
    counted, `3 / 12`. None: an article as others are."""
    if _pictures(lines) >= _LEAST_PICTURES:
        return "gallery"
    if not kept:
        return None
    story, first = set(kept), max(0, kept[0] - _ENTRY_LINES)
    short = np.flatnonzero(kinds.words[first : kept[-1]] <= _STAMP_WORDS) + first
    entries = sum(
        not story.isdisjoint(range(at + 1, at + 1 + _ENTRY_LINES))
        for at in short.tolist()
        if _CLOCK.search(lines[at].text)
    )
    return "live_blog" if entries >= _LEAST_ENTRIES else None


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
