"""Histograms that take a whole chunk's observations at once, with classic and native buckets."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from prometheus_client import CollectorRegistry
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

# Native buckets: each bound is the one before it times 2^(1/8), so that a quantile is at most
# 4.5 % off. They are kept densely over the range that any of our quantities can have.
NATIVE_SCHEMA = 3
_STEPS = 1 << NATIVE_SCHEMA
_LOWEST, _HIGHEST = -10 * _STEPS, 30 * _STEPS  # 2^-10 to 2^30 of the unit
ZERO_THRESHOLD = 2.0 ** (_LOWEST // _STEPS)

# numpy takes 20 us to sort a single value into buckets, bisect half of one.
_FEW = 8


@dataclass(frozen=True, slots=True)
class NativeBuckets:
    """A native histogram's buckets as Prometheus wants them."""

    zero_count: int
    spans: list[tuple[int, int]]  # (buckets left out before it, length)
    deltas: list[int]  # of each bucket's count to the one before


class BatchHistogram(Collector):
    """One label with a closed list of values; all series exist from the start."""

    def __init__(
        self,
        registry: CollectorRegistry,
        name: str,
        text: str,
        buckets: Sequence[float],
        label: str,
        values: Sequence[str],
    ) -> None:
        self.name, self._text, self.label = name, text, label
        self.values = tuple(values)
        self._edges = np.array(buckets, np.float64)
        self._edge_list = [float(edge) for edge in buckets]
        self._counts = {v: np.zeros(len(buckets) + 1, np.int64) for v in values}
        # Place 0 holds what is at most the zero threshold.
        self._native = {v: np.zeros(_HIGHEST - _LOWEST + 1, np.int64) for v in values}
        self._sums = dict.fromkeys(values, 0.0)
        registry.register(self)

    def observe(self, value: str, observation: float) -> None:
        """Add one observation under one value of the label."""
        self._counts[value][bisect_left(self._edge_list, observation)] += 1
        place = 0
        if observation > ZERO_THRESHOLD:
            exact = math.ceil(math.log2(observation) * _STEPS) - _LOWEST
            place = min(max(1, exact), _HIGHEST - _LOWEST)
        self._native[value][place] += 1
        self._sums[value] += observation

    def observe_many(self, value: str, observations: npt.NDArray[np.float64]) -> None:
        """The same for (n,) observations."""
        if len(observations) <= _FEW:
            for observation in observations.tolist():
                self.observe(value, observation)
            return
        places = np.searchsorted(self._edges, observations, side="left")
        self._counts[value] += np.bincount(places, minlength=len(self._edges) + 1)
        exponents = np.log2(np.maximum(observations, ZERO_THRESHOLD)) * _STEPS
        native = np.clip(np.ceil(exponents).astype(np.int64) - _LOWEST, 0, _HIGHEST - _LOWEST)
        self._native[value] += np.bincount(native, minlength=_HIGHEST - _LOWEST + 1)
        self._sums[value] += float(observations.sum())

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """As Prometheus asks, with classic buckets."""
        family = HistogramMetricFamily(self.name, self._text, labels=[self.label])
        for value, counts in self._counts.items():
            running = np.cumsum(counts).tolist()
            edges = [*map(str, self._edge_list), "+Inf"]
            family.add_metric([value], list(zip(edges, running, strict=True)), self._sums[value])
        yield family

    def native(self, value: str) -> NativeBuckets:
        """The native buckets under one value of the label."""
        counts = self._native[value]
        filled = np.flatnonzero(counts[1:]) + 1  # place p holds the bucket of exponent p + _LOWEST
        spans: list[tuple[int, int]] = []
        before, end = 0, 0
        deltas = []
        for place in filled.tolist():
            index = place + _LOWEST
            if spans and index == end:
                spans[-1] = (spans[-1][0], spans[-1][1] + 1)
            else:
                spans.append((index - end if spans else index, 1))
            end = index + 1
            deltas.append(int(counts[place]) - before)
            before = int(counts[place])
        return NativeBuckets(int(counts[0]), spans, deltas)
