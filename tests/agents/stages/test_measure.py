"""What a chunk adds to the metrics."""

from __future__ import annotations

import time

from streams.agents.stages.measure import count_latency
from streams.metrics import Metrics


def test_records_that_are_dated_ahead_do_not_lower_the_sum_of_latencies() -> None:
    metrics, now = Metrics(), time.time_ns() // 1_000_000
    count_latency(metrics, "normalise", [now - 100, now + 365 * 86_400_000])
    value, labels = metrics.registry.get_sample_value, {"stage": "normalise"}
    assert value("echowire_end_to_end_seconds_count", labels) == 2
    assert 0.1 <= (value("echowire_end_to_end_seconds_sum", labels) or 0) < 10
