"""A batch histogram counts like prometheus_client's; its native buckets have the promised width."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram

from streams.metrics.histogram import NATIVE_SCHEMA, ZERO_THRESHOLD, BatchHistogram, NativeBuckets

EDGES = (0.01, 0.5, 1, 2.5, 60)
observations = st.lists(st.floats(0, 1e6), max_size=40)


def histogram() -> BatchHistogram:
    return BatchHistogram(CollectorRegistry(), "t_seconds", "Text.", EDGES, "stage", ("a", "b"))


def buckets(family: object, stage: str) -> dict[str, float]:
    return {
        sample.labels["le"]: sample.value
        for sample in family.samples  # type: ignore[attr-defined]
        if sample.name.endswith("_bucket") and sample.labels["stage"] == stage
    }


@given(observations)
def test_classic_buckets_are_those_of_a_histogram_that_takes_one_at_a_time(
    values: list[float],
) -> None:
    ours = histogram()
    ours.observe_many("a", np.array(values))
    oracle = Histogram("t_seconds", "Text.", ["stage"], buckets=EDGES, registry=None)
    for value in values:
        oracle.labels("a").observe(value)
    (expected,) = oracle.labels("a").collect()
    (family,) = ours.collect()
    found = buckets(family, "a")
    wanted = {s.labels["le"]: s.value for s in expected.samples if s.name.endswith("_bucket")}
    assert found == wanted
    total = next(
        s.value for s in family.samples if s.name == "t_seconds_sum" and s.labels["stage"] == "a"
    )
    assert total == pytest.approx(sum(values))


@given(observations)
def test_many_at_once_are_as_one_at_a_time(values: list[float]) -> None:
    together, apart = histogram(), histogram()
    together.observe_many("b", np.array(values))
    for value in values:
        apart.observe("b", value)
    assert next(iter(together.collect())).samples[:6] == next(iter(apart.collect())).samples[:6]
    assert together.native("b") == apart.native("b")


@given(st.floats(ZERO_THRESHOLD * 1.001, 1e8))
def test_a_native_bucket_holds_what_lies_between_its_bounds(value: float) -> None:
    """And its bounds are 2^(1/8) apart, as the schema says."""
    ours = histogram()
    ours.observe("a", value)
    native = ours.native("a")
    ((index, length),) = native.spans
    base = 2.0 ** (2.0**-NATIVE_SCHEMA)
    assert length == 1
    assert native.deltas == [1]
    assert base ** (index - 1) * (1 - 1e-12) <= value <= base**index * (1 + 1e-12)


def counts_of(native: NativeBuckets) -> dict[int, int]:
    """Undo spans and deltas as Prometheus does: bucket index -> count."""
    found: dict[int, int] = {}
    index = count = 0
    deltas = iter(native.deltas)
    for offset, length in native.spans:
        index += offset
        for _ in range(length):
            count += next(deltas)
            found[index] = count
            index += 1
    assert next(deltas, None) is None
    return found


@given(observations)
def test_spans_and_deltas_add_up_to_all_observations(values: list[float]) -> None:
    ours = histogram()
    ours.observe_many("a", np.array(values))
    native = ours.native("a")
    assert sum(counts_of(native).values()) + native.zero_count == len(values)
    assert native.zero_count == sum(value <= ZERO_THRESHOLD for value in values)
    assert all(count > 0 for count in counts_of(native).values())


def test_every_series_is_there_before_anything_was_observed() -> None:
    (family,) = histogram().collect()
    assert {s.labels["stage"] for s in family.samples} == {"a", "b"}
    assert {s.value for s in family.samples} == {0}
