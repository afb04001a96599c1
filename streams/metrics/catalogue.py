"""All metrics in one place: names, units, help texts. Updated once per chunk.

Names follow Prometheus' conventions: base units, `_total` for counters, units in the name.
Every series of a closed list exists from the start, so that a rate over it is never empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from schemas.topics import STAGES
from streams.agents.canaries.rounds import KINDS
from streams.metrics import labels
from streams.metrics.histogram import BatchHistogram
from streams.metrics.memory import MemoryCollector

_SECONDS = (.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60)  # fmt: skip
_AGES = (1, 10, 60, 300, 900, 3600, 3 * 3600, 12 * 3600, 86_400, 3 * 86_400, 7 * 86_400)
_RECORDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_BYTES = (1_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000)
_SHARES = (.05, .1, .2, .3, .35, .4, .45, .5, .6, .7, .8, .9, .95, 1)  # fmt: skip
_FEW = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500)


class Metrics:
    """The worker's metrics, on their own registry: several workers share nothing."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.histograms: list[BatchHistogram] = []
        self._add_process()
        self._add_stages()
        self._add_normalising()
        self._add_verdicts()
        self._add_shards()
        self._add_progress()
        self._add_canaries()

    def _add_process(self) -> None:
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        MemoryCollector(self.registry)
        info = self._gauge("build_info", "The version that runs.", ["version"])
        info.labels(version("echowire")).set(1)

    def _add_stages(self) -> None:
        self.consumed = self._counters("records_consumed", "Records consumed.", "stage")
        self.lost = self._counters(
            "records_lost", "Records that were gone before they were read.", "stage"
        )
        self.cut = self._counters(
            "log_cut_records", "Records that a log lost after they were read.", "stage"
        )
        self.published_bytes = self._counters(
            "published_bytes", "Bytes of record batches confirmed, uncompressed.", "stage"
        )
        self.chunk_records = self._by_stage("chunk_records", "Records in a chunk.", _RECORDS)
        self.chunk_bytes = self._by_stage("chunk_bytes", "Bytes of a chunk's values.", _BYTES)
        self.publish_bytes = self._by_stage(
            "publish_bytes", "Bytes that a chunk published, uncompressed.", _BYTES
        )
        self.work_seconds = self._by_stage(
            "work_seconds", "Time to process a chunk, without waiting.", _SECONDS
        )
        self.publish_seconds = self._by_stage(
            "publish_seconds", "Time until a chunk's outputs were confirmed.", _SECONDS
        )
        self.latency = self._by_stage(
            "end_to_end_seconds", "From a live raw record's time to the stage's outputs.", _SECONDS
        )

    def _add_normalising(self) -> None:
        self.normalised = self._counter("articles_normalised", "Articles made of raw records.")
        self.rejected = self._counters(
            "records_rejected", "Raw records sent to the dead-letter topic.", "reason",
            labels.REASONS,
        )  # fmt: skip
        self.dropped = self._counters(
            "fields_dropped", "Unusable fields of accepted raw records.", "field", labels.DROPPABLE
        )
        self.unknown_fields = self._counter(
            "fields_unknown", "Fields that are in no contract, ignored."
        )
        self.freshness = self._histogram(
            "freshness_seconds", "From an article's `published_at` to its normalised form.",
            _AGES, "stage", ("normalise",),
        )  # fmt: skip

    def _add_verdicts(self) -> None:
        verdicts = Counter(
            "echowire_verdicts", "Articles published with a verdict.", ["relation", "language"],
            registry=self.registry,
        )  # fmt: skip
        self.verdicts = {
            (relation, language): verdicts.labels(relation, language)
            for relation in labels.RELATIONS
            for language in labels.LANGUAGES
        }
        self.redeliveries = self._counter(
            "redeliveries", "Articles that had their verdict already: silent."
        )
        self.outdated = self._counter(
            "outdated", "Of these, versions that came after a later one of their item."
        )
        self.replayed = self._counter(
            "records_replayed", "Records decided before a restart: skipped."
        )
        self.agency_copies = self._counters(
            "agency_copies", "Copies by the agency that their text comes from.", "agency",
            labels.AGENCIES,
        )  # fmt: skip
        credited = Counter(
            "echowire_copies_credited", "Members of stories by agency, and whether they credit it.",
            ["agency", "credited"], registry=self.registry,
        )  # fmt: skip
        self.credited = {
            (agency, how): credited.labels(agency, how)
            for agency in labels.AGENCIES
            for how in labels.CREDITED
        }
        self.matches = self._counters(
            "matches", "Published matches; `template` are refusals of the facts guard.",
            "relation", labels.MATCH_RELATIONS,
        )  # fmt: skip
        self.story_events = self._counters(
            "story_events", "What changed in stories.", "type", labels.EVENT_TYPES
        )
        self.copy_delay = self._histogram(
            "copy_delay_seconds", "From a story's original to its copies, by record times.",
            _AGES, "relation", ("copy",),
        )  # fmt: skip
        self.similarity = self._histogram(
            "candidate_jaccard", "Similarity of candidates, by what came of them.",
            _SHARES, "outcome", labels.OUTCOMES,
        )  # fmt: skip
        self.candidates = self._histogram(
            "query_candidates", "Candidates per article.", _FEW, "stage", ("detect",)
        )

    def _add_shards(self) -> None:
        shard = ["shard"]
        self.index_articles = self._gauge("index_articles", "Articles in the window.", shard)
        self.index_fill = self._gauge("index_fill_ratio", "Index places taken (sampled).", shard)
        self.index_hot = self._gauge(
            "index_hot_slots_ratio", "Index slots that one key fills (sampled).", shard
        )
        self.index_crowded = self._gauge(
            "index_crowded_slots_ratio",
            "Index slots whose next entry displaces one of the window (sampled).", shard,
        )  # fmt: skip
        self.index_age = self._gauge(
            "index_oldest_seconds", "Age of the oldest article of the window.", shard
        )
        self.early_evictions = self._counter(
            "index_early_evictions", "Articles forgotten before they left the window."
        )
        self.stories = self._gauge("index_stories", "Stories of two articles or more.", shard)
        self.window_articles = self._gauge("window_articles", "Articles that a shard can hold.")
        self.window_seconds = self._gauge("window_seconds", "Length of the window.")
        self.retention_seconds = self._gauge(
            "topic_retention_seconds", "Retention of topics that recovery reads.", ["topic"]
        )
        self.recovered = self._counter("recovered_articles", "Articles read back from segments.")
        self.recovery_seconds = self._counter("recovery_seconds", "Time spent on reading them.")
        self.recovering = self._gauge("recovering_shards", "Shards that are being read back.")
        self.recovery_left = self._gauge(
            "recovery_left_segments", "Segments that a shard has still to read back.", shard
        )

    def _add_progress(self) -> None:
        self.lag_records = self._gauge(
            "lag_records", "Records that wait.", ["stage", "topic", "partition"]
        )
        self.lag_seconds = self._gauge(
            "lag_seconds", "Age of the newest record handled, while records wait.", ["stage"]
        )
        self.stalled = self._gauge(
            "stalled_partitions", "Partitions that stand still while records wait.", ["stage"]
        )
        self.assigned = self._gauge("assigned_partitions", "Partitions assigned.", ["stage"])
        self.ready = self._gauge("ready", "1 when the worker can take work.")

    def _add_canaries(self) -> None:
        verdicts = Counter(
            "echowire_canary_verdicts", "Verdicts on canaries, right and wrong.",
            ["kind", "outcome"], registry=self.registry,
        )  # fmt: skip
        self.canary_verdicts = {
            (kind, outcome): verdicts.labels(kind, outcome)
            for kind in KINDS
            for outcome in labels.CANARY_OUTCOMES
        }
        self.canary_sent = self._counter("canary_rounds_sent", "Rounds of canaries sent.")
        self.canary_latency = self._histogram(
            "canary_latency_seconds", "From sending a canary to its verdict.",
            _SECONDS, "stage", ("detect",),
        )  # fmt: skip
        self.canary_interval = self._gauge(
            "canary_interval_seconds", "Time between rounds of canaries; 0 when there are none."
        )

    def _counter(self, name: str, text: str) -> Counter:
        return Counter(f"echowire_{name}", text, registry=self.registry)

    def _counters(
        self, name: str, text: str, label: str, values: Iterable[str] = STAGES
    ) -> dict[str, Counter]:
        """One counter per value: looking up a child costs more than counting."""
        counter = Counter(f"echowire_{name}", text, [label], registry=self.registry)
        return {value: counter.labels(value) for value in values}

    def _gauge(self, name: str, text: str, label_names: Sequence[str] = ()) -> Gauge:
        return Gauge(f"echowire_{name}", text, label_names, registry=self.registry)

    def _by_stage(self, name: str, text: str, buckets: Sequence[float]) -> BatchHistogram:
        return self._histogram(name, text, buckets, "stage", STAGES)

    def _histogram(
        self, name: str, text: str, buckets: Sequence[float], label: str, values: Sequence[str]
    ) -> BatchHistogram:
        added = BatchHistogram(self.registry, f"echowire_{name}", text, buckets, label, values)
        self.histograms.append(added)
        return added
