"""The result of a soak: a plain table, and the requirements that were missed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tests.soak.samples import Sample
from tests.soak.slopes import Slope, slope_of

REAL_HOURS = 1.0  # from here on a slope is measured well enough to be held to its limit
SHORT_LIMITS = 60  # a shorter soak finds only what rises so many times as fast


@dataclass(frozen=True, slots=True)
class Quantity:
    """One that must be flat. `limit`: what it may rise by in an hour; `of_block`: its value in
    a round."""

    name: str
    unit: str
    limit: float
    sample: str = ""  # its name in a sample, where that is another
    of_block: Callable[..., float] = np.mean
    swings: bool = False  # so much with the disturbances that only a certain rise counts


# A worker's memory differs by hundreds of MiB between half of the shards and all of them, and each
# round has them for another time. What grows without end shows in the least of each round, too.
QUANTITIES = (
    Quantity("memory_mib", "MiB", 1.0, swings=True),
    Quantity("memory_least", "MiB", 1.0, sample="memory_mib", of_block=np.min),
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
            if not math.isnan(value := getattr(sample, quantity.sample or quantity.name))
        ]
        slopes[quantity.name] = slope_of(
            [at for at, _ in known], [value for _, value in known], round_seconds,
            quantity.of_block,
        )  # fmt: skip
    return slopes


def missed(slopes: dict[str, Slope | None], hours: float) -> list[str]:
    """Which limits do not hold, in words.

    A real soak's slope must itself be below the limit; for what swings, the lower end of its
    interval. A short soak's slope says little: there even the lower end has to be above many times
    the limit to count.
    """
    wrong = []
    for quantity in QUANTITIES:
        slope = slopes[quantity.name]
        if slope is None:
            wrong.append(f"{quantity.name}: too few rounds after the windows were full")
        elif hours >= REAL_HOURS:
            rise = slope.least if quantity.swings else slope.an_hour
            if rise < quantity.limit:
                continue
            wrong.append(
                f"{quantity.name} rises by {rise:.2f} {quantity.unit} an hour;"
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
