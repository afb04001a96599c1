"""Gauges of the shards, measured when Prometheus scrapes."""

from __future__ import annotations

from collections.abc import Mapping

from streams.detection.index.occupancy import occupancy, oldest_seconds
from streams.detection.index.state import ShardState
from streams.metrics import Metrics


def measure_shards(metrics: Metrics, states: Mapping[int, ShardState]) -> None:
    """Set the gauges of these shards; those of shards that have moved away disappear."""
    gauges = (
        metrics.index_articles, metrics.index_fill, metrics.index_hot, metrics.index_crowded,
        metrics.index_age, metrics.stories,
    )  # fmt: skip
    for gauge in gauges:
        gauge.clear()
    for partition, state in states.items():
        sampled = occupancy(state)
        values = (
            state.count - state.tail, sampled.fill, sampled.hot, sampled.crowded,
            oldest_seconds(state), len(state.stories),
        )  # fmt: skip
        for gauge, value in zip(gauges, values, strict=True):
            gauge.labels(str(partition)).set(value)
