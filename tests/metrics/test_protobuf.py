"""The protobuf format, read back by the field numbers that Prometheus publishes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

from streams.metrics import Metrics
from streams.metrics.protobuf import accepts_protobuf, encode_protobuf

F = FieldDescriptorProto
# Message -> field -> (number, type, message type, repeated), as in client_model's metrics.proto.
FIELDS: dict[str, dict[str, tuple[int, int, str, bool]]] = {
    "LabelPair": {"name": (1, F.TYPE_STRING, "", False), "value": (2, F.TYPE_STRING, "", False)},
    "Gauge": {"value": (1, F.TYPE_DOUBLE, "", False)},
    "Counter": {"value": (1, F.TYPE_DOUBLE, "", False)},
    "Bucket": {
        "cumulative_count": (1, F.TYPE_UINT64, "", False),
        "upper_bound": (2, F.TYPE_DOUBLE, "", False),
    },
    "BucketSpan": {
        "offset": (1, F.TYPE_SINT32, "", False),
        "length": (2, F.TYPE_UINT32, "", False),
    },
    "Histogram": {
        "sample_count": (1, F.TYPE_UINT64, "", False),
        "sample_sum": (2, F.TYPE_DOUBLE, "", False),
        "bucket": (3, F.TYPE_MESSAGE, "Bucket", True),
        "schema": (5, F.TYPE_SINT32, "", False),
        "zero_threshold": (6, F.TYPE_DOUBLE, "", False),
        "zero_count": (7, F.TYPE_UINT64, "", False),
        "positive_span": (12, F.TYPE_MESSAGE, "BucketSpan", True),
        "positive_delta": (13, F.TYPE_SINT64, "", True),
    },
    "Metric": {
        "label": (1, F.TYPE_MESSAGE, "LabelPair", True),
        "gauge": (2, F.TYPE_MESSAGE, "Gauge", False),
        "counter": (3, F.TYPE_MESSAGE, "Counter", False),
        "histogram": (7, F.TYPE_MESSAGE, "Histogram", False),
    },
    "MetricFamily": {
        "name": (1, F.TYPE_STRING, "", False),
        "help": (2, F.TYPE_STRING, "", False),
        "type": (3, F.TYPE_INT32, "", False),
        "metric": (4, F.TYPE_MESSAGE, "Metric", True),
    },
}


def family_class() -> Any:
    file = FileDescriptorProto(name="client.proto", package="client", syntax="proto3")
    for message, fields in FIELDS.items():
        described = file.message_type.add(name=message)
        for name, (number, kind, target, repeated) in fields.items():
            label = F.LABEL_REPEATED if repeated else F.LABEL_OPTIONAL
            field = described.field.add(name=name, number=number, type=kind, label=label)
            if target:
                field.type_name = f".client.{target}"
    pool = DescriptorPool()
    pool.Add(file)
    return GetMessageClass(pool.FindMessageTypeByName("client.MetricFamily"))


def read(data: bytes) -> Iterator[Any]:
    """Families, each after its length as a varint."""
    kind, at = family_class(), 0
    while at < len(data):
        length = shift = 0
        while True:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        yield kind.FromString(data[at : at + length])
        at += length


@pytest.fixture(scope="module")
def metrics() -> Metrics:
    counted = Metrics()
    counted.consumed["detect"].inc(300)
    counted.lag_records.labels("detect", "articles.normalised", "3").set(7)
    counted.work_seconds.observe_many("detect", np.array([0.0, 0.004, 0.004, 0.3, 50.0] * 3))
    return counted


@pytest.fixture(scope="module")
def families(metrics: Metrics) -> dict[str, Any]:
    data = encode_protobuf(metrics.registry, metrics.histograms)
    return {family.name: family for family in read(data)}


def test_it_says_what_the_text_format_says(metrics: Metrics, families: dict[str, Any]) -> None:
    for metric in metrics.registry.collect():
        if not metric.samples or metric.type == "histogram":
            continue
        family = families[metric.samples[0].name]
        assert family.help == metric.documentation
        found = {
            tuple(sorted((pair.name, pair.value) for pair in m.label)): (
                m.counter if metric.type == "counter" else m.gauge
            ).value
            for m in family.metric
        }
        moving = metric.name.startswith(("process", "python", "echowire_memory"))
        wanted = {tuple(sorted(s.labels.items())): s.value for s in metric.samples}
        assert found.keys() == wanted.keys()
        assert moving or found == wanted


def test_a_histogram_has_classic_and_native_buckets(families: dict[str, Any]) -> None:
    family = families["echowire_work_seconds"]
    by_stage = {m.label[0].value: m.histogram for m in family.metric}
    histogram = by_stage["detect"]
    assert family.type == 4
    assert histogram.sample_count == 15
    assert histogram.sample_sum == pytest.approx(150.924)
    assert histogram.bucket[-1].cumulative_count == 15
    assert histogram.bucket[-1].upper_bound == float("inf")
    assert (histogram.schema, histogram.zero_count) == (3, 3)
    assert sum(span.length for span in histogram.positive_span) == 3
    assert list(histogram.positive_delta) == [6, -3, 0]
    assert by_stage["normalise"].sample_count == 0
    assert len(by_stage["normalise"].positive_span) == 1  # or it would pass for a classic one


def test_the_format_is_chosen_by_a_scraper_that_names_it_first() -> None:
    proto = (
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
        "encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8"
    )
    assert accepts_protobuf(proto)
    assert not accepts_protobuf("application/openmetrics-text;version=1.0.0," + proto)
    assert not accepts_protobuf("")


def test_numbers_above_a_byte_are_encoded() -> None:
    """Lengths and counts beyond 127 take several bytes."""
    metrics = Metrics()
    metrics.chunk_records.observe_many("detect", np.full(300_000, 5.0))
    family = {f.name: f for f in read(encode_protobuf(metrics.registry, metrics.histograms))}
    (histogram,) = [
        m.histogram for m in family["echowire_chunk_records"].metric if m.label[0].value == "detect"
    ]
    assert histogram.sample_count == 300_000
    assert struct.pack("<d", histogram.sample_sum) == struct.pack("<d", 1_500_000.0)
