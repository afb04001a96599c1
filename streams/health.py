"""Whether the worker moves: how much waits, and which partition stands still although some does."""

from __future__ import annotations

import time
from dataclasses import dataclass

import faust
from faust.types import TP

from streams.kafka.consumer import Chunk
from streams.kafka.shards import Shards
from streams.metrics import Metrics

# The worst chunk takes seconds; a partition that has not moved for so long is stuck.
STALLED_SECONDS = 60.0


@dataclass(slots=True)
class _Place:
    """How far one partition has been handled."""

    offset: int  # of the next record
    record_time: float  # of the newest record handled, seconds since 1970
    since: float  # monotonic time of the last move


class Progress:
    """Where each assigned partition stands."""

    def __init__(
        self, app: faust.App, stages: dict[str, str], shards: Shards, metrics: Metrics
    ) -> None:
        """`stages`: full topic name -> the stage that consumes it."""
        self._app, self._stages, self._shards, self._metrics = app, stages, shards, metrics
        self._places: dict[TP, _Place] = {}
        self.publishing = False

    @property
    def assigned(self) -> set[TP]:
        """The partitions that are this worker's now."""
        return set(self._places)

    def assign(self, assigned: set[TP]) -> None:
        """After a rebalance."""
        now = time.monotonic()
        self._places = {
            tp: self._places.get(tp, _Place(0, 0.0, now))
            for tp in assigned
            if tp.topic in self._stages
        }
        self._metrics.lag_records.clear()

    def handled(self, chunk: Chunk) -> None:
        """A chunk was acknowledged."""
        now, record_time = time.monotonic(), chunk.records[-1].timestamp / 1000
        for tp, offset in chunk.ends:
            if tp in self._places:
                self._places[tp] = _Place(offset + 1, record_time, now)

    def measure(self) -> list[str]:
        """Update the lag metrics; -> what stands still, in words."""
        now, stuck = time.monotonic(), []
        oldest = dict.fromkeys(self._stages.values(), 0.0)
        for tp, place in self._places.items():
            stage = self._stages[tp.topic]
            offset = place.offset or self._app.consumer._committed_offset.get(tp) or 0  # noqa: SLF001
            lag = max(0, (self._app.consumer.highwater(tp) or 0) - offset)
            self._metrics.lag_records.labels(stage, str(tp.partition)).set(lag)
            if not lag:
                place.since = now
            elif place.record_time:
                oldest[stage] = max(oldest[stage], time.time() - place.record_time)
            if now - place.since > STALLED_SECONDS:
                stuck.append(f"{tp.topic} partition {tp.partition} stands at offset {offset}")
        for stage, seconds in oldest.items():
            self._metrics.lag_seconds.labels(stage).set(seconds)
        return stuck

    def unready(self) -> list[str]:
        """Why the worker cannot take work, in words; empty when it can."""
        reasons = []
        if not self.publishing:
            reasons.append("the producer is not connected")
        if not self._places:
            reasons.append("no partitions are assigned")
        reasons += map(str, self._shards.recovering)
        return reasons
