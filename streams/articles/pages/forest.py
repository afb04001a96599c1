"""Boosted decision trees: a probability for each row of a matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streams.compiled import kernel

# Features are counted in 64ths, and leaves in 4096ths: comparisons and sums are exact, and every
# machine selects the same lines.
FEATURE_STEPS, LEAF_STEPS = 64, 4096
MOST_LEAVES = 32  # of a tree: bits of a mask
_STEP = 64
_LARGEST = 32_000
_SUREST = 30  # odds
# The lowest bit of 32, times this number, has its place in the upper five bits (Leiserson, Prokop,
# Randall: Using de Bruijn sequences to index a 1 in a computer word, 1998).
_DE_BRUIJN = np.uint32(0x077CB531)

Steps = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees one after another in arrays, asked node by node instead of row by row (QuickScorer,
    Lucchese and others 2015), many rows at once: a row starts with all leaves of a tree, and a
    node whose column `feature[n]` is more than `threshold[n]` leaves it those of `kept[n]`. Of the
    leaves left, the first is the row's.

    ends: behind each tree's last node. leaves: int32 of shape (trees, 32), in 4096ths; a tree's nth
    leaf is at the place to which the nth bit is hashed.
    """

    ends: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.int16]
    kept: NDArray[np.uint32]
    leaves: NDArray[np.int32]

    def __call__(self, columns: Steps) -> NDArray[np.float64]:
        """-> a probability for each line, in steps of 1/64. `columns`: features `in_steps`, of
        shape (features, lines)."""
        found = np.empty(columns.shape[1])
        _ask(
            columns, self.ends, self.feature, self.threshold, self.kept, self.leaves,
            _probability_steps(), found,
        )  # fmt: skip
        return found


@kernel
def in_steps(value: float) -> int:
    """A feature as forests compare it: a whole number of 64ths."""
    return int(min(max(np.rint(value * FEATURE_STEPS), -_LARGEST), _LARGEST))


@kernel
def _ask(
    columns: Steps,
    ends: NDArray[np.int32],
    feature: NDArray[np.int16],
    threshold: NDArray[np.int16],
    kept: NDArray[np.uint32],
    leaves: NDArray[np.int32],
    steps: NDArray[np.int32],
    found: NDArray[np.float64],
) -> None:
    count = columns.shape[1]
    odds, left = np.zeros(count, dtype=np.int32), np.empty(count, dtype=np.uint32)
    every, node = np.uint32(0xFFFFFFFF), 0
    for tree in range(len(ends)):
        left[:] = every
        while node < ends[tree]:
            column, least, mask = columns[feature[node]], threshold[node], kept[node]
            for line in range(count):
                left[line] &= mask if column[line] > least else every
            node += 1
        own = leaves[tree]
        for line in range(count):
            lowest = left[line] & (~left[line] + np.uint32(1))
            odds[line] += own[np.uint32(lowest * _DE_BRUIJN) >> np.uint32(27)]
    for line in range(count):
        found[line] = np.searchsorted(steps, odds[line], side="right") / _STEP


@lru_cache(maxsize=1)
def _probability_steps() -> NDArray[np.int32]:
    """-> the least odds, in 4096ths, of each step of the probability but the first."""
    odds = np.arange(-_SUREST * LEAF_STEPS, _SUREST * LEAF_STEPS + 1, dtype=np.int32)
    steps = np.round(_STEP / (1 + np.exp(-odds / LEAF_STEPS)))
    return odds[np.searchsorted(steps, np.arange(1, _STEP + 1))]


def forest(stored: Mapping[str, Sequence[int]]) -> Forest:
    """A forest as a data file holds it: whole numbers only. Inner node n goes on at `next[2 * n]`
    where its column is not above its threshold, else at the one behind; a leaf's number is -1 - its
    place in `leaves`. `roots` are the trees' first nodes, each before all below it.

    Raises KeyError where one is missing, OverflowError where one is too large, ValueError for a
    tree of too many leaves.
    """
    following = stored["next"]
    kept = np.empty(len(stored["feature"]), dtype=np.uint32)
    leaves = np.zeros((len(stored["roots"]), MOST_LEAVES), dtype=np.int32)

    def add(node: int, tree: int, before: int) -> int:
        """Number the leaves below a node from left to right; -> how many there are then."""
        if node < 0:
            if before == MOST_LEAVES:
                raise ValueError(f"expected trees of at most {MOST_LEAVES} leaves")
            place = (int(_DE_BRUIJN) << before & 0xFFFFFFFF) >> 27
            leaves[tree, place] = stored["leaves"][-1 - node]
            return before + 1
        middle = add(following[2 * node], tree, before)
        kept[node] = 0xFFFFFFFF & ~((1 << middle) - (1 << before))
        return add(following[2 * node + 1], tree, middle)

    for tree, root in enumerate(stored["roots"]):
        add(root, tree, 0)
    feature, threshold = (np.array(stored[name], np.int16) for name in ("feature", "threshold"))
    ends = np.array([*stored["roots"][1:], len(feature)], dtype=np.int32)
    return Forest(ends, feature, threshold, kept, leaves)
