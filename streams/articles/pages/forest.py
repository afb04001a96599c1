"""Boosted decision trees: a probability for each row of a matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.compiled import kernel

# Features are counted in 64ths, and leaves in 4096ths: comparisons and sums are exact, and every
# machine selects the same lines.
FEATURE_STEPS, LEAF_STEPS = 64, 4096
_STEP = 64
_LARGEST = 32_000


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees one after another in arrays: inner node n asks whether column `feature[n]` is more than
    `threshold[n]` 64ths, and goes on at `next[2 * n]` if not, else at the one behind; a leaf's
    number is -1 - its place in `leaves`. `roots` are the trees' first nodes."""

    roots: NDArray[np.int16]
    feature: NDArray[np.int16]
    threshold: NDArray[np.int16]
    next: NDArray[np.int16]
    leaves: NDArray[np.float64]

    def __call__(self, rows: NDArray[np.int16]) -> NDArray[np.float64]:
        """-> a probability for each row of features `in_steps`, itself in steps of 1/64."""
        odds = np.zeros(len(rows))
        _add(rows, self.roots, self.feature, self.threshold, self.next, self.leaves, odds)
        return np.round(_STEP / (1 + np.exp(-np.clip(odds, -30, 30)))) / _STEP


def in_steps(rows: NDArray[np.float64]) -> NDArray[np.int16]:
    """Features as forests compare them: whole numbers of 64ths."""
    limited = np.clip(np.rint(rows * FEATURE_STEPS), -_LARGEST, _LARGEST)
    return limited.astype(np.int16)


@kernel
def _add(
    rows: NDArray[np.int16],
    roots: NDArray[np.int16],
    feature: NDArray[np.int16],
    threshold: NDArray[np.int16],
    following: NDArray[np.int16],
    leaves: NDArray[np.float64],
    odds: NDArray[np.float64],
) -> None:
    for row in range(len(rows)):
        total = 0.0
        for tree in range(len(roots)):
            node = np.int64(roots[tree])
            while node >= 0:
                high = np.int64(rows[row, feature[node]] > threshold[node])
                node = np.int64(following[2 * node + high])
            total += leaves[-1 - node]
        odds[row] = total


def forest(stored: Mapping[str, Sequence[int]]) -> Forest:
    """A forest as a data file holds it: whole numbers only. Raises KeyError where one is missing,
    OverflowError where one is too large."""

    def ints(name: str) -> NDArray[np.int16]:
        return np.array(stored[name], dtype=np.int16)

    return Forest(
        ints("roots"),
        ints("feature"),
        ints("threshold"),
        ints("next"),
        np.array(stored["leaves"], dtype=np.float64) / LEAF_STEPS,
    )
