"""The result of a soak: a plain table, and the requirements that were missed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tests.soak.samples import Sample
from tests.soak.slopes import Slope, slope_of

REAL_HOURS = 1.0  # from here on a slope is measured well enough to be held to its limit
SHORT_LIMITS = 60  # a shorter soak finds only what rises so many times as fast


@dataclass(frozen=True, slots=True)
class Quantity:
    """One that must be flat. `limit`: what it may rise by in an hour."""

    name: str
    unit: str
    limit: float


QUANTITIES = (
    Quantity("memory_mib", "MiB", 1.0),
    Quantity("descriptors", "", 1.0),
    Quantity("threads", "", 1.0),
    Quantity("tasks", "", 1.0),
    Quantity("latency_p50_ms", "ms", 50.0),
)


def slopes_of(samples: Sequence[Sample], round_seconds: float) -> dict[str, Slope | None]:
    """Of every quantity, from the first whole round after the windows were full."""
    full = [sample for sample in samples if sample.full]
    slopes = {}
    for quantity in QUANTITIES:
        known = [
            (sample.seconds, float(value))
            for sample in full
            if not math.isnan(value := getattr(sample, quantity.name))
        ]
        slopes[quantity.name] = slope_of(
            [at for at, _ in known], [value for _, value in known], round_seconds
        )
    return slopes


def missed(slopes: dict[str, Slope | None], hours: float) -> list[str]:
    """Which limits do not hold, in words.

    A real soak's slope must itself be below the limit. In a short one it says little: there even
    the lower end of the interval has to be above many times the limit to count.
    """
    wrong = []
    for quantity in QUANTITIES:
        slope = slopes[quantity.name]
        if slope is None:
            wrong.append(f"{quantity.name}: too few rounds after the windows were full")
        elif hours >= REAL_HOURS and slope.an_hour >= quantity.limit:
            wrong.append(
                f"{quantity.name} rises by {slope.an_hour:.2f} {quantity.unit} an hour;"
                f" must: less than {quantity.limit:g}"
            )
        elif slope.least >= quantity.limit * SHORT_LIMITS:
            wrong.append(
                f"{quantity.name} rises by at least {slope.least:.0f} {quantity.unit} an hour"
            )
    return wrong


def table(slopes: dict[str, Slope | None]) -> list[str]:
    """Lines for people."""
    lines = [f"{'':16}{'mean':>10}{'slope an hour':>16}{'95 % interval':>24}{'rounds':>8}"]
    for name, slope in slopes.items():
        if slope is None:
            lines.append(f"{name:16}{'too few rounds after the windows were full':>58}")
            continue
        interval = f"{slope.least:+.2f} to {slope.most:+.2f}"
        lines.append(
            f"{name:16}{slope.mean:>10.1f}{slope.an_hour:>+16.2f}{interval:>24}{slope.blocks:>8}"
        )
    return lines
