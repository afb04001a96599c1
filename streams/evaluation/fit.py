"""Which thresholds would have fitted labelled pairs best.

A threshold chosen on the pairs that it is measured on looks better than it is: take these as a hint
what to try on other pairs, with `echowire evaluate --compare`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from streams.detection.parameters import Parameters
from streams.evaluation.labelled import Labelled, Pair
from streams.evaluation.overlaps import overlaps_of

FEWEST_PAIRS = 20
_CUTS = np.arange(20, 100) / 100

Shares = npt.NDArray[np.float64]
Labels = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Fit:
    """One threshold against the pairs that it decides.

    The numbers of `pairs` and of `positives` among them, F1 with the value `in_use`, and the best
    F1, which every value from `low` to `high` gives.
    """

    name: str
    in_use: float
    pairs: int
    positives: int
    f1: float
    best_f1: float
    low: float
    high: float

    def __str__(self) -> str:
        if self.pairs < FEWEST_PAIRS or not self.positives:
            return (
                f"{self.name}: too few labelled pairs to say: it decides {self.pairs},"
                f" {self.positives} of them positive"
            )
        said = f"{self.name} {self.in_use}: F1 {self.f1:.3f} on the {self.pairs} pairs it decides"
        if self.best_f1 - self.f1 < 0.0005:
            return f"{said}; no other value fits them better"
        span = f"{self.low}" if self.low == self.high else f"{self.low} to {self.high}"
        return f"{said}; {span} would have given {self.best_f1:.3f}: try it on other pairs"


def best_cut(name: str, in_use: float, shares: Shares, positive: Labels) -> Fit:
    """The threshold, in steps of .01, whose F1 is best: pairs with this share or more are claimed.

    Of equally good values, those around the one nearest to `in_use`.
    """
    scores = np.array([_f1(shares >= cut, positive) for cut in _CUTS])
    best = scores >= scores.max() - 1e-9
    place = min(np.flatnonzero(best), key=lambda at: abs(_CUTS[at] - in_use))
    low = high = place
    while low > 0 and best[low - 1]:
        low -= 1
    while high + 1 < len(best) and best[high + 1]:
        high += 1
    return Fit(
        name,
        in_use,
        pairs=len(shares),
        positives=int(positive.sum()),
        f1=_f1(shares >= in_use, positive),
        best_f1=float(scores.max()),
        low=float(_CUTS[low]),
        high=float(_CUTS[high]),
    )


def _f1(claimed: Labels, positive: Labels) -> float:
    right = int((claimed & positive).sum())
    total = int(claimed.sum()) + int(positive.sum())
    return 2 * right / total if total else 1.0


def fitted(
    labelled: Labelled, parameters: Parameters, compared: Collection[Pair]
) -> tuple[Fit, Fit]:
    """`copy_overlap` and `member_containment` against the labelled pairs among those `compared`.

    These are pairs that a verdict lists, without templates: a threshold of overlap can neither
    replace the comparison of names and numbers nor find pairs outside of the window. The second
    threshold leaves out pairs that are copies, as they do not depend on it.
    """
    found = overlaps_of(labelled, compared)
    scores, overlap, positive = found.scores, found.shares, found.positive
    contained = np.minimum(1, np.maximum(scores.of_this, scores.of_other))
    enough = scores.shared_keys >= parameters.link_shared_keys
    rest = enough & (overlap < parameters.copy_overlap)
    return (
        best_cut("copy_overlap", parameters.copy_overlap, overlap, positive),
        best_cut(
            "member_containment", parameters.member_containment, contained[rest], positive[rest]
        ),
    )
