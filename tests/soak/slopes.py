"""How fast a quantity rises: a straight line through one value a block, with its interval.

Two samples a second apart say nearly the same, and a line through all of them would look far more
certain than it is. Means over whole rounds of disturbances are close to independent; where
neighbours still resemble each other, the interval is widened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LEAST_BLOCKS = 4
HOUR_SECONDS = 3600.0

# 97.5 % points of Student's t with 1, 2, ... degrees of freedom, from any table of it.
_STUDENT = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
    2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slope:
    """By how much a quantity rises in an hour."""

    an_hour: float
    either_way: float  # half the width of the 95 % interval
    mean: float
    blocks: int

    @property
    def least(self) -> float:
        """The lower end of the interval."""
        return self.an_hour - self.either_way

    @property
    def most(self) -> float:
        """The upper end of the interval."""
        return self.an_hour + self.either_way


def slope_of(
    seconds: Sequence[float],
    values: Sequence[float],
    block_seconds: float,
    of_block: Callable[[npt.NDArray[np.float64]], float] = np.mean,
) -> Slope | None:
    """Of samples (n,) taken at `seconds` (n,); None with fewer than LEAST_BLOCKS whole blocks.
    `of_block` makes one value of a block's samples."""
    times, heights = _by_blocks(
        np.asarray(seconds, float), np.asarray(values, float), block_seconds, of_block
    )
    n = len(times)
    if n < LEAST_BLOCKS:
        return None
    hours = times / HOUR_SECONDS
    away = hours - hours.mean()
    slope = float((away * heights).sum() / (away**2).sum())
    left = heights - heights.mean() - slope * away
    variance = float((left**2).sum()) / (n - 2)
    error = (variance / float((away**2).sum())) ** 0.5 * _widening(left)
    return Slope(slope, error * _student(n - 2), float(heights.mean()), n)


def _by_blocks(
    seconds: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
    block_seconds: float,
    of_block: Callable[[npt.NDArray[np.float64]], float],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(b,) mean times and (b,) values; what is left after the last whole block is not used."""
    if not len(seconds):
        return seconds, values
    places = ((seconds - seconds[0]) // block_seconds).astype(int)
    whole = int((seconds[-1] - seconds[0] + block_seconds * 0.05) // block_seconds)
    blocks = [places == block for block in range(whole) if (places == block).any()]
    times = np.array([seconds[block].mean() for block in blocks])
    return times, np.array([of_block(values[block]) for block in blocks])


def _widening(left: npt.NDArray[np.float64]) -> float:
    """By how much neighbours' likeness widens the interval: never below 1. With a correlation r
    of neighbours, n values are worth n (1 - r) / (1 + r)."""
    spread = float((left**2).sum())
    if not spread:
        return 1.0
    alike = min(0.9, max(0.0, float((left[1:] * left[:-1]).sum()) / spread))
    return float(((1 + alike) / (1 - alike)) ** 0.5)


def _student(freedom: int) -> float:
    """Beyond the table: the normal distribution's 1.96, with the first term of its expansion."""
    return _STUDENT[freedom - 1] if freedom <= len(_STUDENT) else 1.96 + 2.4 / freedom
