"""The first opinion of all lines of a text page, as columns for a second one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.features import Matrix, word_counts
from streams.articles.pages.first_opinion import (
    NEAR,
    Vector,
    from_run,
    likely_story,
    names_around,
    put_around,
)
from streams.articles.pages.forest import FEATURE_STEPS, Steps, in_steps
from streams.articles.pages.line_columns import OPENED, dated
from streams.articles.pages.line_runs import sums_of
from streams.articles.pages.page_lines import PageLines
from streams.articles.pages.words import shared_words
from streams.compiled import kernel

_REACH = np.array([2, 5, 12, 30])
NAMES = (
    *names_around(_REACH),
    "in_run", "from_run", "gap", "above", "below", "story_words", "story_share", "run_share",
    "shared", "shared_in_run", "comments_since", "stories_since", "best", "place", "shared_head",
    "dated_since",
)  # fmt: skip
_HEAD_WORDS = 150  # of a story: what it is about


def context_of(page: PageLines, features: Matrix, columns: Steps, first: Vector) -> Steps:
    """-> a row for each of NAMES. `first`: the first opinion, a probability for each line;
    `columns`: those that it was formed by."""
    words = word_counts(features)
    start, end, chosen, story = likely_story(first, words)
    shared = shared_words(page.words, chosen, story)
    head = story & (np.cumsum(np.where(story, words, 0)) <= _HEAD_WORDS)
    headed = shared_words(page.words, chosen, head)
    opened = columns[OPENED : OPENED + 2] / FEATURE_STEPS
    out = np.empty((len(NAMES), len(first)), dtype=np.int16)
    _put(first, words, opened, shared, headed, dated(features), start, end, _REACH, NEAR, out)
    return out


@kernel
def _put(
    first: Vector,
    words: Vector,
    opened: Matrix,
    shared: Vector,
    headed: Vector,
    times: Vector,
    start: int,
    end: int,
    reaches: NDArray[np.int64],
    near: NDArray[np.int64],
    out: Steps,
) -> None:
    """What stands around each line, and what the best run of lines, [start, end), has to do with
    it."""
    count = len(first)
    mass = first * words
    told, every, likely, dates = sums_of(mass), sums_of(words), sums_of(first), sums_of(times)
    between = sums_of((1 - first) * (np.minimum(words, 60) + 2))
    total, best = max(told[count], 1.0), first.max()
    reference, size = min(start, count - 1), max(end - start, 1)
    row = np.empty(len(out))
    for at in range(count):
        to = put_around(first, words, mass, likely, told, every, at, near, reaches, row)
        inside = start <= at < end
        gap = 0.0
        if at < start:
            gap = between[start] - between[at]
        elif not inside:
            gap = between[at] - between[end]
        values = (
            1.0 * inside, from_run(at, start, end), np.log2(max(gap, 0.0) + 1) / 3,
            told[at] / total, 1 - told[at + 1] / total, np.log2(total) / 8,
            total / max(every[count], 1.0), (told[end] - told[start]) / total,
            shared[at], shared[at] * inside,
            opened[0, at] - opened[0, reference], opened[1, at] - opened[1, reference], best,
            min(max((at - start) / size, -2.0), 2.0), headed[at],
            np.log2(max(dates[at] - dates[reference], 0.0) + 1) / 2,
        )  # fmt: skip
        for n in range(len(values)):
            row[to + n] = values[n]
        for n in range(len(row)):
            out[n, at] = in_steps(row[n])
