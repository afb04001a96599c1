"""What a second opinion of a page's lines takes from the first one, in plain text as in HTML."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.line_runs import best_run
from streams.compiled import kernel

Vector = NDArray[np.float64]
Mask = NDArray[np.bool_]

NEAR = np.array([-3, -2, -1, 1, 2, 3])
_LEAST_SHARED_WORDS = 5


def likely_story(first: Vector, words: Vector) -> tuple[int, int, Mask, Mask]:
    """-> [start, end) of the best run of lines; which lines have enough words to be compared with
    others; and which of these are the story's, in that run. `first`: the first opinion, a
    probability for each line."""
    start, end = best_run((first - 0.5) * (np.minimum(words, 60) + 2))
    chosen = words >= _LEAST_SHARED_WORDS
    story = chosen & (first > 0.5)
    story[:start] = story[end:] = False
    return start, end, chosen, story


def names_around(reaches: NDArray[np.int64]) -> tuple[str, ...]:
    """Of the columns that `put_around` fills."""
    means = (f"{what}_{reach}" for reach in reaches for what in ("mean", "told"))
    return ("first", *(f"first{offset:+d}" for offset in NEAR), *means)


@kernel
def put_around(
    first: Vector,
    words: Vector,
    mass: Vector,
    likely: Vector,
    told: Vector,
    every: Vector,
    at: int,
    near: NDArray[np.int64],
    reaches: NDArray[np.int64],
    row: Vector,
) -> int:
    """A line's first opinion, its neighbours', and that of the lines within each reach; -> how many
    columns that is. `mass` are words by their likelihood; `likely`, `told` and `every` are the sums
    of `first`, `mass` and `words`."""
    count, to = len(first), 1
    row[0] = first[at]
    for offset in near:
        row[to] = first[at + offset] if 0 <= at + offset < count else 0.0
        to += 1
    for reach in reaches:
        low, high = max(at - reach, 0), min(at + reach + 1, count)
        beside = every[high] - every[low] - words[at]
        row[to] = (likely[high] - likely[low]) / (high - low)
        row[to + 1] = (told[high] - told[low] - mass[at]) / max(beside, 1.0)
        to += 2
    return to


@kernel
def from_run(at: int, start: int, end: int) -> float:
    """How far a line is from the best run: below zero above it, in logarithmic steps."""
    far = start - at if at < start else at - end + 1 if at >= end else 0
    distance: float = min(np.log2(far + 1.0) / 3, 2.0)
    return -distance if at < start else distance
