"""Whether the worker makes progress: consumer lag and stalled partitions."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import faust
from faust.types import TP

from schemas.topics import Stage
from streams.kafka.insides.chunk import Chunk
from streams.kafka.shards import Shards
from streams.kafka.topic_watch import TopicWatch
from streams.metrics import Metrics
from streams.metrics.shards import measure_shards

# The worst chunk takes seconds; a partition without progress for this long is stuck.
STALLED_SECONDS = 60.0


@dataclass(slots=True)
class _Place:
    """How far one partition has been handled."""

    offset: int  # of the next record
    event_time: float  # of the newest record handled, seconds since 1970
    # Monotonic time of the last move, or of when records were first seen to wait: how long they had
    # been there when somebody asked at last is not known.
    since: float
    waiting: bool = False  # whether records were seen to wait since the last move
    left: int | None = None  # segments of its shard, while that is being read back


@dataclass(frozen=True, slots=True)
class PartitionProgress:
    """One partition at this moment."""

    topic: str
    partition: int
    stage: str
    offset: int  # of the next record to handle
    lag_records: int
    known: bool  # whether it has been read at all since its assignment
    still_seconds: float  # since the last progress; 0 while nothing waits


class Progress:
    """The progress of each assigned partition."""

    def __init__(
        self,
        app: faust.App,
        stages: dict[str, str],
        shards: Shards,
        metrics: Metrics,
        watch: TopicWatch,
        last_page_done: Callable[[], float],
    ) -> None:
        """`stages`: full topic name -> the stage that consumes it. `last_page_done`: the monotonic
        time at which the worker was last done with a page."""
        self._app, self._stages, self._shards, self._metrics = app, stages, shards, metrics
        self._watch, self._last_page_done = watch, last_page_done
        self._places: dict[TP, _Place] = {}
        self.publishing = False

    def newest_time(self, mine: TP) -> int | None:
        """The stream's latest event time, in milliseconds, for the worker that has partition
        `mine`; None for others, and until something of the stream was handled.

        A stream of old records has old times: something dated now among them would end the window
        of everything before it.
        """
        if mine not in self._places:
            return None
        newest = max(p.event_time for tp, p in self._places.items() if tp.topic == mine.topic)
        return round(newest * 1000) or None

    def assign(self, assigned: set[TP]) -> None:
        """After a rebalance."""
        now, before = time.monotonic(), self._places
        self._places = {
            tp: _Place(0, before[tp].event_time if tp in before else 0.0, now)
            for tp in assigned
            if tp.topic in self._stages
        }

    def handled(self, chunk: Chunk) -> None:
        """A chunk was acknowledged."""
        now, event_time = time.monotonic(), chunk.timestamp
        for tp, offset in chunk.ends:
            if place := self._places.get(tp):
                place.offset, place.event_time = offset + 1, event_time
                place.since, place.waiting = now, False

    def partitions(self) -> list[PartitionProgress]:
        """Every assigned partition, by topic and number."""
        now, left, partitions = time.monotonic(), self._shards.segments_left, []
        for tp, place in sorted(self._places.items()):
            acks = self._app.consumer.acks
            done, end = acks.done(tp), self._app.consumer.highwater(tp)
            known = done is not None and end is not None
            lag = max(0, end - done) if known else 0
            stage = self._stages[tp.topic]
            if known and not (lag and place.waiting and done == place.offset):
                place.offset, place.since, place.waiting = done, now, lag > 0
            # Records wait for a shard that is being read back, which takes as long as its window is
            # large.
            if stage == Stage.DETECT and left.get(tp.partition) != place.left:
                place.left, place.since = left.get(tp.partition), now
            # A chunk of heavy pages takes minutes.
            if stage == Stage.NORMALISE and acks.in_hand(tp):
                place.since = max(place.since, self._last_page_done())
            still = now - place.since
            partitions.append(
                PartitionProgress(tp.topic, tp.partition, stage, place.offset, lag, known, still)
            )
        return partitions

    def stuck(self) -> list[str]:
        """Which partitions are stalled although records wait, in words."""
        return [
            f"{s.topic} partition {s.partition} "
            + (f"stands at offset {s.offset}" if s.known else "is not read")
            for s in self.partitions()
            if s.still_seconds > STALLED_SECONDS
        ]

    def unready(self) -> list[str]:
        """Why the worker cannot take work, in words; empty when it can."""
        reasons = []
        if not self.publishing:
            reasons.append("the producer is not connected")
        if not self._places:
            reasons.append("no partitions are assigned")
        reasons += [f"{topic} is missing" for topic in self._watch.missing]
        reasons += [
            f"{s.topic} partition {s.partition} is not read yet"
            for s in self.partitions()
            if not s.known
        ]
        reasons += map(str, self._shards.recovering)
        return reasons

    def measure(self) -> None:
        """Set the gauges of progress and of the shards."""
        m, now = self._metrics, time.time()
        partitions = self.partitions()
        m.lag_records.clear()
        for s in partitions:
            m.lag_records.labels(s.stage, s.topic, str(s.partition)).set(s.lag_records)
        for stage in self._stages.values():
            mine = [s for s in partitions if s.stage == stage]
            behind = [
                now - place.event_time
                for s in mine
                if s.lag_records and (place := self._places[TP(s.topic, s.partition)]).event_time
            ]
            m.lag_seconds.labels(stage).set(max(behind, default=0.0))
            m.assigned.labels(stage).set(len(mine))
            m.stalled.labels(stage).set(sum(s.still_seconds > STALLED_SECONDS for s in mine))
        m.ready.set(not self.unready())
        m.recovering.set(len(self._shards.recovering))
        m.recovery_left.clear()
        for partition in self._shards.states():
            left = self._shards.segments_left.get(partition, 0)
            m.recovery_left.labels(str(partition)).set(left)
        measure_shards(m, self._shards.states())
