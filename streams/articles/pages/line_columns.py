"""Lines of a text page -> what a forest sees of each: its looks, its place and its neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.block_columns import count_headings, put_text
from streams.articles.pages.features import NAMES as TEXT_NAMES
from streams.articles.pages.features import Matrix, column, word_counts
from streams.articles.pages.forest import Steps, in_steps
from streams.articles.pages.line_runs import sums_of
from streams.articles.pages.page_lines import PageLines
from streams.compiled import kernel

Vector = NDArray[np.float64]

_REACH = np.array([2, 5, 12])
_OFFSETS = np.array([-2, -1, 1, 2])
_BESIDE = (
    "words_log", "prose", "terminal", "time", "word_byline", "capital", "caption_form", "bullet",
    "stop", "lower", "after_blank", "digit", "ago", "word_comment",
)  # fmt: skip
OWN = (
    "again", "again_beside", "comments_above", "stories_above", "at", "told_before",
    "told_after", "page_words", "page_lines", "page_prose", "page_words_a_line", "since_prose",
    "until_prose", "run_words", "run_share",
    *(f"{what}_{reach}" for reach in (2, 5, 12) for what in ("prose", "words")),
    "dated_6", "short_6", "dated_above",
)  # fmt: skip
NAMES = (
    *TEXT_NAMES, *OWN, *(f"{name}{offset:+d}" for offset in _OFFSETS for name in _BESIDE),
)  # fmt: skip
_OWN, _NEAR = len(TEXT_NAMES), len(TEXT_NAMES) + len(OWN)
_BESIDE_ROWS = np.array([column(name) for name in _BESIDE])
OPENED = NAMES.index("comments_above")  # and the row behind, of other stories
_FAR = 20  # lines: as if prose stood there above the first line and below the last
_MOST_WORDS, _SHORT_WORDS = 100, 4
_GAP = 2  # lines between two of one run
_DATED_REACH, _DATED_ABOVE = 6, 40


def line_columns(page: PageLines, features: Matrix) -> Steps:
    """-> a row for each of NAMES. `features` may be those of the first lines only."""
    count = len(features)
    out = np.zeros((len(NAMES), count), dtype=np.int16)
    put_text(features, out[:_OWN])
    words, opened = word_counts(features), np.empty((2, count))
    for n, name in enumerate(("opens_comments", "opens_stories")):
        count_headings(features[:, column("words")], features[:, column(name)], opened[n])
    put_text(np.ascontiguousarray(page.repeats[2:, :count]).T, out[_OWN:])
    put_text(opened.T, out[OPENED:])
    prose = np.ascontiguousarray(features[:, column("prose")])
    _put_place(words, prose, dated(features), _runs(words, prose), _REACH, out[OPENED + 2 :])
    _put_beside(_OFFSETS, _BESIDE_ROWS, out, out[_NEAR:])
    return out


def dated(features: Matrix) -> Vector:
    """-> 1 for each line with a time."""
    found = (features[:, column("time")] > 0) | (features[:, column("ago")] > 0)
    return found.astype(np.float64)


@kernel
def _runs(words: Vector, prose: Vector) -> Vector:
    """-> the words of prose in each line's run: lines of prose with at most two others between."""
    count = len(words)
    told, run = sums_of(np.minimum(words, _MOST_WORDS) * prose), np.zeros(len(words))
    start = 0
    while start < count:
        if prose[start] <= 0:
            start += 1
            continue
        last, at = start, start + 1
        while at < count and at - last <= _GAP + 1:
            if prose[at] > 0:
                last = at
            at += 1
        run[start : last + 1] = told[last + 1] - told[start]
        start = last + 1
    return run


@kernel
def _lines_since(prose: Vector) -> Vector:
    since, lines = np.zeros(len(prose)), _FAR
    for at in range(len(prose)):
        lines = 0 if prose[at] > 0 else lines + 1
        since[at] = lines
    return since


@kernel
def _put_place(
    words: Vector,
    prose: Vector,
    times: Vector,
    run: Vector,
    reaches: NDArray[np.int64],
    out: Steps,
) -> None:
    """Where a line stands: in the page, in its prose, among lines with times and short ones."""
    count = len(words)
    told, every = sums_of(np.minimum(words, _MOST_WORDS) * prose), sums_of(words)
    dates, short = sums_of(times), sums_of((words < _SHORT_WORDS) * 1.0)
    since, until = _lines_since(prose), _lines_since(prose[::-1])[::-1]
    total = max(told[count], 1.0)
    of_page = (
        np.log2(every[count] + 1) / 3, np.log2(count) / 3, told[count] / max(every[count], 1.0),
        every[count] / count / 20,
    )  # fmt: skip
    for at in range(count):
        values = (
            at / count, told[at] / total, 1 - told[at + 1] / total,
            of_page[0], of_page[1], of_page[2], of_page[3],
            np.log2(since[at] + 1) / 2, np.log2(until[at] + 1) / 2,
            np.log2(run[at] + 1) / 3, run[at] / total,
        )  # fmt: skip
        for n in range(len(values)):
            out[n, at] = in_steps(values[n])
        to = len(values)
        for reach in reaches:
            low, high = max(at - reach, 0), min(at + reach + 1, count)
            near = every[high] - every[low]
            out[to, at] = in_steps((told[high] - told[low]) / max(near, 1.0))
            out[to + 1, at] = in_steps(near / (high - low) / 20)
            to += 2
        low, high = max(at - _DATED_REACH, 0), min(at + _DATED_REACH + 1, count)
        out[to, at] = in_steps((dates[high] - dates[low] - times[at]) / (high - low))
        out[to + 1, at] = in_steps((short[high] - short[low]) / (high - low))
        above = dates[at] - dates[max(at - _DATED_ABOVE, 0)]
        out[to + 2, at] = in_steps(np.log2(above + 1) / 2)


@kernel
def _put_beside(
    offsets: NDArray[np.int64], rows: NDArray[np.int64], columns: Steps, out: Steps
) -> None:
    """Some columns of the neighbours, from those of the lines' own."""
    count, to = columns.shape[1], 0
    for offset in offsets:
        for row in rows:
            for at in range(max(0, -offset), min(count, count - offset)):
                out[to, at] = columns[row, at + offset]
            to += 1
