"""How much two articles share, estimated from their sketches alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.sketch.sketches import NO_KEY, PERMUTATIONS, Sketches

# How often two different MinHash values have the same last byte (Li and König 2010).
_BY_CHANCE = 1 / 256
Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Octets = npt.NDArray[np.uint8]
Points = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Scores:
    """Of p pairs (this, other)."""

    jaccard: Floats  # (p,) of the word 3-gram sets
    of_this: Floats  # (p,) share of this text that is in the other
    of_other: Floats  # (p,) share of the other that is in this text
    shared_keys: npt.NDArray[np.int64]  # (p,)
    compared_keys: npt.NDArray[
        np.int64
    ]  # (p,) different ones of both, as far as both sketches reach


def compare(this: Sketches, other: Sketches) -> Scores:
    """Score p pairs of sketches, or of rows that have a sketch's fields."""
    columns = [
        np.ascontiguousarray(side[name])
        for name in ("minhash", "frac", "frac_cover")
        for side in (this, other)
    ]
    equal, shared, of_a, of_b = _compared(*columns)
    return Scores(
        jaccard=np.maximum(0, (equal / PERMUTATIONS - _BY_CHANCE) / (1 - _BY_CHANCE)),
        of_this=shared / np.maximum(1, of_a),
        of_other=shared / np.maximum(1, of_b),
        shared_keys=shared,
        compared_keys=of_a + of_b - shared,
    )


@kernel
def _compared(
    minhash_a: Octets, minhash_b: Octets, a: Points, b: Points, cover_a: Points, cover_b: Points
) -> Counts:
    """(4, p): equal values of MinHash; shared keys; keys of each that the other sketch would hold
    if they were in its text. Dividing by all keys would count a long text's keys as missing if the
    other's sketch merely ends before them. Keys are ascending, without repetitions."""
    counts = np.zeros((4, len(a)), np.int64)
    for p in range(len(a)):
        one, other, mine, theirs = minhash_a[p], minhash_b[p], a[p], b[p]
        equal = of_a = of_b = shared = i = j = 0
        for place in range(len(one)):
            equal += one[place] == other[place]
        for place in range(len(mine)):
            of_a += (mine[place] <= cover_b[p]) & (mine[place] != NO_KEY)
            of_b += (theirs[place] <= cover_a[p]) & (theirs[place] != NO_KEY)
        while i < len(mine) and j < len(theirs) and mine[i] != NO_KEY:
            shared += mine[i] == theirs[j]
            smaller = mine[i] <= theirs[j]
            j += theirs[j] <= mine[i]
            i += smaller
        counts[0, p], counts[1, p], counts[2, p], counts[3, p] = equal, shared, of_a, of_b
    return counts
