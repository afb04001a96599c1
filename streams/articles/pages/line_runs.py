"""Operations of page readers on rows of numbers, one for each line."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def best_run(scores: Vector) -> tuple[int, int]:
    """[start, end) of the run of lines with the largest sum."""
    sums = np.concatenate(([0.0], np.cumsum(scores)))
    end = int(np.argmax(sums - np.minimum.accumulate(sums)))
    return int(np.argmin(sums[: end + 1])), end


def shifted(values: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    """Row i holds what row i - by held; zeros are shifted in at the ends."""
    moved = np.zeros_like(values)
    if 0 < by < len(values):
        moved[by:] = values[:-by]
    elif by < 0 and -by < len(values):
        moved[:by] = values[-by:]
    return moved
