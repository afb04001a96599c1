"""Histograms that take a whole chunk's observations at once, with classic and native buckets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from prometheus_client import CollectorRegistry
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

# Native buckets: each bound is the previous one times 2^(1/8), so a quantile is at most
# 4.5 % off. They are stored densely over the range of all our quantities.
NATIVE_SCHEMA = 3
_STEPS = 1 << NATIVE_SCHEMA
_LOWEST, _HIGHEST = -10 * _STEPS, 30 * _STEPS  # 2^-10 to 2^30 of the unit
ZERO_THRESHOLD = 2.0 ** (_LOWEST // _STEPS)

# Observations are sorted into buckets when there are this many, or when Prometheus scrapes:
# sorting one alone takes a hundred times its share of a batch.
_GATHERED = 1024


@dataclass(frozen=True, slots=True)
class NativeBuckets:
    """A native histogram's buckets as Prometheus wants them."""

    zero_count: int
    spans: list[tuple[int, int]]  # (empty buckets before it, length)
    deltas: list[int]  # difference of each bucket's count from the previous one


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
        self._counts = {v: np.zeros(len(buckets) + 1, np.int64) for v in values}
        # Place 0 holds values up to the zero threshold.
        self._native = {v: np.zeros(_HIGHEST - _LOWEST + 1, np.int64) for v in values}
        self._sums = dict.fromkeys(values, 0.0)
        self._gathered: dict[str, list[float]] = {v: [] for v in values}
        registry.register(self)

    def observe(self, value: str, observation: float) -> None:
        """Add one observation under one value of the label."""
        gathered = self._gathered[value]
        gathered.append(observation)
        if len(gathered) >= _GATHERED:
            self._sort_in(value)

    def observe_many(self, value: str, observations: Iterable[float]) -> None:
        """The same for several observations."""
        gathered = self._gathered[value]
        gathered.extend(observations)
        if len(gathered) >= _GATHERED:
            self._sort_in(value)

    def _sort_in(self, value: str) -> None:
        """Sort the pending observations into their buckets."""
        if not self._gathered[value]:
            return
        observed = np.array(self._gathered[value])
        self._gathered[value].clear()
        places = np.searchsorted(self._edges, observed, side="left")
        self._counts[value] += np.bincount(places, minlength=len(self._edges) + 1)
        exponents = np.log2(np.maximum(observed, ZERO_THRESHOLD)) * _STEPS
        native = np.clip(np.ceil(exponents).astype(np.int64) - _LOWEST, 0, _HIGHEST - _LOWEST)
        self._native[value] += np.bincount(native, minlength=_HIGHEST - _LOWEST + 1)
        self._sums[value] += float(observed.sum())

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """For Prometheus, with classic buckets."""
        family = HistogramMetricFamily(self.name, self._text, labels=[self.label])
        for value, counts in self._counts.items():
            self._sort_in(value)
            running = np.cumsum(counts).tolist()
            edges = [*map(str, self._edges.tolist()), "+Inf"]
            family.add_metric([value], list(zip(edges, running, strict=True)), self._sums[value])
        yield family

    def native(self, value: str) -> NativeBuckets:
        """The native buckets under one value of the label."""
        self._sort_in(value)
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
