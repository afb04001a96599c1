"""Figures from measurements: percentiles, thirds, medians, shares of copies found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

MILLISECOND_NS = 1e6


@dataclass(frozen=True, slots=True)
class Latencies:
    """Milliseconds from send to output of the articles that came out; None where none did."""

    p50: float | None
    p95: float | None
    p99: float | None
    max: float | None
    p99_of_thirds: list[float | None]
    unanswered: int


def percentile(values: npt.NDArray[np.int64], percent: float) -> float | None:
    """Nearest rank: the smallest value that `percent` of all values do not exceed."""
    if len(values) == 0:
        return None
    return float(np.percentile(values, percent, method="inverted_cdf"))


def latencies(
    sent_ns: npt.NDArray[np.int64], received_ns: npt.NDArray[np.int64], start_ns: int, end_ns: int
) -> Latencies:
    """Of the articles sent in [start_ns, end_ns); a `received_ns` of 0 means that none came."""
    inside = (sent_ns >= start_ns) & (sent_ns < end_ns)
    came = inside & (received_ns > 0)
    took, when = (received_ns - sent_ns)[came], sent_ns[came]
    third = np.minimum((when - start_ns) * 3 // max(end_ns - start_ns, 1), 2)

    def milliseconds(values: npt.NDArray[np.int64], percent: float) -> float | None:
        found = percentile(values, percent)
        return None if found is None else found / MILLISECOND_NS

    return Latencies(
        milliseconds(took, 50),
        milliseconds(took, 95),
        milliseconds(took, 99),
        milliseconds(took, 100),
        [milliseconds(took[third == n], 99) for n in range(3)],
        int(inside.sum() - came.sum()),
    )


def copies_found(
    verdicts: Iterable[tuple[int, str, list[str]]], originals: Mapping[int, int]
) -> float | None:
    """Share of the known copies found; `verdicts`: (number, the worker's own id, ids matched).

    A pair is found when either article lists the other: a worker that reads four partitions may
    meet the copy first, and then it is the original that lists it.
    """
    number_of: dict[str, int] = {}
    matches_of: dict[int, list[str]] = {}
    for number, own_id, matches in verdicts:
        number_of[own_id] = number
        matches_of[number] = matches
    pairs = {(n, number_of.get(m)) for n, matches in matches_of.items() for m in matches}
    if not originals:
        return None
    found = sum((a, b) in pairs or (b, a) in pairs for a, b in originals.items())
    return found / len(originals)


def medians(rounds: Sequence[Mapping[str, Any]]) -> dict[str, float | None]:
    """The median of each figure over the rounds; None where a round has none."""
    columns = {name: [figures[name] for figures in rounds] for name in rounds[0]}
    return {name: None if None in column else median(column) for name, column in columns.items()}
