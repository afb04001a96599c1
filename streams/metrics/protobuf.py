"""Metrics in Prometheus' protobuf format, the only one with native histograms.

prometheus_client writes the two text formats only. The wire format needs a varint and two kinds
of field; the field numbers are those of `io.prometheus.client` (client_model's metrics.proto).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.samples import Sample

from streams.metrics.histogram import NATIVE_SCHEMA, ZERO_THRESHOLD, BatchHistogram

CONTENT_TYPE = (
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
)
_COUNTER, _GAUGE, _HISTOGRAM = 0, 1, 4
_VARINT, _DOUBLE, _BYTES = 0, 1, 2
# Field of `Metric` that holds the value of each type.
_VALUE_FIELD = {_COUNTER: 3, _GAUGE: 2, _HISTOGRAM: 7}


def accepts_protobuf(accept: str) -> bool:
    """Whether the scraper prefers this format: it names it first."""
    return accept.split(",", maxsplit=1)[0].strip().startswith("application/vnd.google.protobuf")


def encode_protobuf(registry: CollectorRegistry, histograms: Iterable[BatchHistogram]) -> bytes:
    """All metrics of a registry, each family preceded by its length.

    `histograms` are those of the registry's histograms that have native buckets.
    """
    native = {histogram.name: histogram for histogram in histograms}
    families = (_family(metric, native.get(metric.name)) for metric in registry.collect())
    return b"".join(_varint(len(family)) + family for family in families if family)


def _family(metric: Metric, native: BatchHistogram | None) -> bytes:
    if not metric.samples:
        return b""
    kind = {"counter": _COUNTER, "histogram": _HISTOGRAM}.get(metric.type, _GAUGE)
    if kind == _HISTOGRAM:
        name = metric.name
        values = _histograms(metric.samples, native)
    else:
        name = metric.samples[0].name  # with _total or _info
        values = [_metric(s.labels, kind, _double(1, s.value)) for s in metric.samples]
    head = _text(1, name) + _text(2, metric.documentation) + _number(3, kind)
    return head + b"".join(_field(4, value) for value in values)


def _histograms(samples: Iterable[Sample], native: BatchHistogram | None) -> list[bytes]:
    """One `Metric` for each set of labels; its samples come together, the sum and count last."""
    metrics, buckets, count = [], b"", 0.0
    for sample in samples:
        if sample.name.endswith("_bucket"):
            bound = float(sample.labels["le"])
            bucket = _number(1, int(sample.value)) + _double(2, bound)
            buckets += _field(3, bucket)
        elif sample.name.endswith("_count"):
            count = sample.value
        else:
            body = _number(1, int(count)) + _double(2, sample.value) + buckets
            if native is not None:
                body += _native(native, sample.labels[native.label])
            metrics.append(_metric(sample.labels, _HISTOGRAM, body))
            buckets = b""
    return metrics


def _native(histogram: BatchHistogram, value: str) -> bytes:
    buckets = histogram.native(value)
    spans = b"".join(
        _field(12, _number(1, _zigzag(offset)) + _number(2, length))
        for offset, length in buckets.spans
    )
    deltas = b"".join(_varint(_zigzag(delta)) for delta in buckets.deltas)
    if not spans:
        # This distinguishes a native histogram without observations from a classic one.
        spans = _field(12, _number(1, 0) + _number(2, 0))
    return (
        _number(5, _zigzag(NATIVE_SCHEMA))
        + _double(6, ZERO_THRESHOLD)
        + _number(7, buckets.zero_count)
        + spans
        + (_field(13, deltas) if deltas else b"")
    )


def _metric(labels: Mapping[str, str], kind: int, value: bytes) -> bytes:
    pairs = b"".join(_field(1, _text(1, name) + _text(2, text)) for name, text in labels.items())
    return pairs + _field(_VALUE_FIELD[kind], value)


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _zigzag(number: int) -> int:
    """Signed numbers near zero as small unsigned ones."""
    return number * 2 if number >= 0 else -number * 2 - 1


def _number(field: int, number: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(number)


def _double(field: int, number: float) -> bytes:
    return _varint(field << 3 | _DOUBLE) + struct.pack("<d", number)


def _field(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(body)) + body


def _text(field: int, text: str) -> bytes:
    return _field(field, text.encode())
