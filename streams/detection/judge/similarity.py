"""How much two articles share, estimated from their sketches alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from streams.detection.sketch.sketches import NO_KEY, Sketches

# How often two different MinHash values have the same last byte (Li and König 2010).
_BY_CHANCE = 1 / 256
Floats = npt.NDArray[np.float64]


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
    equal = (this["minhash"] == other["minhash"]).mean(1)
    a, b = this["frac"], other["frac"]  # (p, 48) each, ascending, no repetitions
    both = np.sort(np.concatenate((a, b), axis=1), axis=1)
    shared = ((both[:, 1:] == both[:, :-1]) & (both[:, 1:] != NO_KEY)).sum(1)
    of_a, of_b = _comparable(a, other["frac_cover"]), _comparable(b, this["frac_cover"])
    return Scores(
        jaccard=np.maximum(0, (equal - _BY_CHANCE) / (1 - _BY_CHANCE)),
        of_this=shared / np.maximum(1, of_a),
        of_other=shared / np.maximum(1, of_b),
        shared_keys=shared,
        compared_keys=of_a + of_b - shared,
    )


def _comparable(
    keys: npt.NDArray[np.uint32], cover: npt.NDArray[np.uint32]
) -> npt.NDArray[np.int64]:
    """Keys that the other sketch would hold if they were in its text. Dividing by all keys would
    count a long text's keys as missing if the other's sketch merely ends before them."""
    comparable: npt.NDArray[np.int64] = ((keys <= cover[:, None]) & (keys != NO_KEY)).sum(1)
    return comparable
