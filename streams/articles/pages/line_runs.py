"""Operations of page readers on rows of numbers, one for each line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.compiled import kernel

Vector = NDArray[np.float64]


@kernel
def best_run(scores: Vector) -> tuple[int, int]:
    """[start, end) of the run of lines with the largest sum."""
    start = end = lowest = 0
    before = low = most = 0.0
    for at in range(len(scores)):
        before += scores[at]
        if before < low:
            low, lowest = before, at + 1
        if before - low > most:
            most, start, end = before - low, lowest, at + 1
    return start, end


@kernel
def sums_of(values: NDArray[Any]) -> Vector:
    """-> (values + 1,): the sum of those before each, and that of all."""
    sums = np.zeros(len(values) + 1)
    for at in range(len(values)):
        sums[at + 1] = sums[at] + values[at]
    return sums
