"""All metrics, in one place. Updated once per chunk; labels come from closed lists only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
from prometheus_client import CollectorRegistry, Counter, Gauge, disable_created_metrics
from prometheus_client.core import HistogramMetricFamily
from prometheus_client.registry import Collector

from schemas import Reason

RELATIONS = ("original", "copy", "excerpt", "expansion", "compilation", "revision", "withdrawn")
DROPPABLE = (
    "url", "canonical_url", "published_at", "fetched_at", "embargoed_until", "surrogates",
    "control_characters",
)  # fmt: skip
STAGES = ("normalise", "detect")


class BatchHistogram(Collector):
    """A histogram that takes many observations at once: prometheus_client's takes one."""

    def __init__(
        self,
        registry: CollectorRegistry,
        name: str,
        text: str,
        buckets: Sequence[float],
        label: str,
        values: Sequence[str],
    ) -> None:
        self._name, self._text, self._label = name, text, label
        self._edges = np.array(buckets)
        self._counts = {v: np.zeros(len(buckets) + 1, np.int64) for v in values}
        self._sums = dict.fromkeys(values, 0.0)
        registry.register(self)

    def observe(self, value: str, observations: npt.ArrayLike) -> None:
        """Add observations under one value of the label."""
        observed = np.atleast_1d(np.asarray(observations, np.float64))
        places = np.searchsorted(self._edges, observed, side="left")
        self._counts[value] += np.bincount(places, minlength=len(self._edges) + 1)
        self._sums[value] += float(observed.sum())

    def collect(self) -> Iterator[HistogramMetricFamily]:
        """As Prometheus asks."""
        family = HistogramMetricFamily(self._name, self._text, labels=[self._label])
        for value, counts in self._counts.items():
            running = np.cumsum(counts).tolist()
            edges = [*map(str, self._edges.tolist()), "+Inf"]
            family.add_metric([value], list(zip(edges, running, strict=True)), self._sums[value])
        yield family


_SECONDS = (
    .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 3600,
)  # fmt: skip
_RECORDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


class Metrics:
    """The worker's metrics, on a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        r = self.registry
        self.consumed = Counter(
            "echowire_records_consumed", "Records taken in.", ["stage"], registry=r
        )
        self.normalised = Counter(
            "echowire_articles_normalised", "Articles made of raw records.", registry=r
        )
        self.rejected = Counter(
            "echowire_records_rejected", "Raw records sent to the dead-letter topic.", ["reason"],
            registry=r,
        )  # fmt: skip
        self.dropped = Counter(
            "echowire_fields_dropped", "Unusable fields of accepted raw records.", ["field"],
            registry=r,
        )  # fmt: skip
        self.unknown_fields = Counter(
            "echowire_fields_unknown", "Fields that are in no contract, ignored.", registry=r
        )
        self.verdicts = Counter(
            "echowire_verdicts", "Articles published with a verdict.", ["relation"], registry=r
        )
        self.redeliveries = Counter(
            "echowire_redeliveries", "Articles that had their verdict already: silent.", registry=r
        )
        self.replayed = Counter(
            "echowire_records_replayed", "Records decided before a restart: skipped.", registry=r
        )
        self.published_bytes = Counter(
            "echowire_published_bytes", "Bytes of record batches confirmed, uncompressed.",
            ["stage"], registry=r,
        )  # fmt: skip
        self.recovered = Counter(
            "echowire_recovered_articles", "Articles read back from segments.", registry=r
        )
        self.recovery_seconds = Counter(
            "echowire_recovery_seconds", "Time spent reading segments back.", registry=r
        )
        self.recovery_left = Gauge(
            "echowire_recovery_segments_left", "Segments of a shard still to be read back.",
            ["shard"], registry=r,
        )  # fmt: skip
        self.index_articles = Gauge(
            "echowire_index_articles", "Articles in a shard's window.", ["shard"], registry=r
        )
        self.stories = Gauge(
            "echowire_index_stories", "Stories of two articles or more in a shard's window.",
            ["shard"], registry=r,
        )  # fmt: skip
        self.lag_records = Gauge(
            "echowire_lag_records", "Records that wait.", ["stage", "partition"], registry=r
        )
        self.lag_seconds = Gauge(
            "echowire_lag_seconds", "Age of the newest record handled, while records wait.",
            ["stage"], registry=r,
        )  # fmt: skip
        self.chunk_records = BatchHistogram(
            r, "echowire_chunk_records", "Records in a chunk.", _RECORDS, "stage", STAGES
        )
        self.work_seconds = BatchHistogram(
            r, "echowire_work_seconds", "Time to work out a chunk.", _SECONDS, "stage", STAGES
        )
        self.publish_seconds = BatchHistogram(
            r, "echowire_publish_seconds", "Time until a chunk's outputs were confirmed.",
            _SECONDS, "stage", STAGES,
        )  # fmt: skip
        self.latency = BatchHistogram(
            r, "echowire_end_to_end_seconds", "From the raw record's time to the stage's outputs.",
            _SECONDS, "stage", STAGES,
        )  # fmt: skip
        # Series that will be wanted exist from the start: a rate over them is then never empty.
        for counter, values in (
            (self.consumed, STAGES), (self.published_bytes, STAGES), (self.verdicts, RELATIONS),
            (self.rejected, [r.value for r in Reason]), (self.dropped, DROPPABLE),
        ):  # fmt: skip
            _prepare(counter, values)


def _prepare(counter: Counter, values: Iterable[str]) -> None:
    for value in values:
        counter.labels(value)
