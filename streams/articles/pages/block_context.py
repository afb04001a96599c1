"""The first opinion of all lines of an HTML page, as columns for a second one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.block_features import LEVELS, Blocks
from streams.articles.pages.elements import Vector
from streams.articles.pages.features import Matrix
from streams.articles.pages.first_opinion import (
    NEAR,
    from_run,
    likely_story,
    names_around,
    put_around,
)
from streams.articles.pages.forest import Steps, in_steps
from streams.articles.pages.line_runs import sums_of
from streams.articles.pages.page_lines import PageLines
from streams.articles.pages.words import shared_words
from streams.compiled import kernel

_REACH = np.array([2, 5, 12])
_MOST_OF_STORY = np.array([0.6, 0.85])
NAMES = (
    *names_around(_REACH),
    *(f"{what}_level_{level}" for level in range(LEVELS) for what in ("likely", "held")),
    "path_likely", "path_held", "in_run", "from_run", "above", "below", "story_words",
    "story_share",
    *(f"{what}_{share}" for share in (60, 85) for what in ("inside", "size", "place")),
    "shared", "shared_in_run", "comments_since", "stories_since", "best",
)  # fmt: skip


def context_of(blocks: Blocks, page: PageLines, first: Vector) -> Steps:
    """-> what stands in the columns `NAMES` for each line. `first`: the first opinion, a
    probability for each line."""
    words = blocks.words[1:] - blocks.words[:-1]
    out = np.zeros((len(NAMES), len(first)), dtype=np.int16)
    start, end, chosen, story = likely_story(first, words)
    shared = shared_words(page.words, chosen, story)
    _fill(
        first, words, blocks.levels, blocks.first, blocks.last, blocks.path, blocks.opened, shared,
        start, end, NEAR, _REACH, _MOST_OF_STORY, out,
    )  # fmt: skip
    return out


@kernel
def _mean_but(mass: float, words: float) -> float:
    """The likelihood of a line's surroundings; below zero if there are none."""
    return max(mass, 0.0) / words if words >= 1 else -0.25


@kernel
def _fill(  # one loop over the lines, column by column
    first: Vector,
    words: Vector,
    levels: NDArray[np.int32],
    begins: NDArray[np.int32],
    ends: NDArray[np.int32],
    path: NDArray[np.int64],
    opened: Matrix,
    shared: Vector,
    start: int,
    end: int,
    near: NDArray[np.int64],
    reaches: NDArray[np.int64],
    shares: Vector,
    out: Steps,
) -> None:
    count = len(first)
    mass = first * words
    told, all_words, likely = sums_of(mass), sums_of(words), sums_of(first)
    total = max(told[count], 1.0)
    paths = path.max() + 1
    path_mass, path_words = np.zeros(paths), np.zeros(paths)
    for at in range(count):
        path_mass[path[at]] += mass[at]
        path_words[path[at]] += words[at]
    # The smallest elements that hold most of the story.
    inside = np.zeros((len(shares), 2), dtype=np.int64)
    for n in range(len(shares)):
        inside[n, 1] = count
        for node in range(len(begins)):
            held = told[ends[node]] - told[begins[node]]
            size = ends[node] - begins[node]
            if held >= shares[n] * total and size < inside[n, 1] - inside[n, 0]:
                inside[n, 0], inside[n, 1] = begins[node], ends[node]
    best = first.max()
    reference = min(start, count - 1)
    row = np.empty(len(out))
    for at in range(count):
        to = put_around(first, words, mass, likely, told, all_words, at, near, reaches, row)
        for level in range(len(levels)):
            node = levels[level, at]
            held = told[ends[node]] - told[begins[node]]
            around = all_words[ends[node]] - all_words[begins[node]]
            row[to] = _mean_but(held - mass[at], around - words[at])
            row[to + 1] = held / total
            to += 2
        own = path[at]
        row[to] = _mean_but(path_mass[own] - mass[at], path_words[own] - words[at])
        row[to + 1] = path_mass[own] / total
        to += 2
        in_run = start <= at < end
        row[to] = 1.0 * in_run
        row[to + 1] = from_run(at, start, end)
        row[to + 2] = told[at] / total
        row[to + 3] = 1 - told[at + 1] / total
        row[to + 4] = np.log2(total) / 8
        row[to + 5] = total / max(all_words[count], 1.0)
        to += 6
        for n in range(len(shares)):
            low, high = inside[n, 0], inside[n, 1]
            row[to] = 1.0 * (low <= at < high)
            row[to + 1] = (high - low) / count
            row[to + 2] = min(max((at - low) / max(high - low, 1), -2.0), 2.0)
            to += 3
        row[to] = shared[at]
        row[to + 1] = shared[at] * in_run
        row[to + 2] = opened[0, at] - opened[0, reference]
        row[to + 3] = opened[1, at] - opened[1, reference]
        row[to + 4] = best
        for n in range(len(row)):
            out[n, at] = in_steps(row[n])
