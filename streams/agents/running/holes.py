"""What to log and do about a gap in a log at a worker's position."""

from __future__ import annotations

import logging

from streams.agents.running.exit import exit_process
from streams.kafka.log_holes import Cut, Hole, Lost
from streams.kafka.recovery import ShardUnrecoverableError
from streams.metrics import Metrics

log = logging.getLogger("echowire.consumer")


class Holes:
    """Reports gaps, and ends the worker if it cannot carry on."""

    def __init__(self, metrics: Metrics, stages: dict[str, str], shard_topic: str) -> None:
        """`stages`: full topic name -> the stage that consumes it. The shards were decided
        from the log of `shard_topic`, and from no other."""
        self._metrics, self._stages, self._shard_topic = metrics, stages, shard_topic

    def __call__(self, hole: Hole) -> None:
        """Log what was found, and count what was lost."""
        topic, partition = hole.tp
        if isinstance(hole, Lost):
            count = hole.last - hole.first + 1
            self._metrics.lost[self._stages[topic]].inc(count)
            log.warning(
                "%s[%d]: %d records were gone before they were read, offset %d to %d: retention is"
                " too short for the backlog, or someone deleted them",
                topic, partition, count, hole.first, hole.last,
            )  # fmt: skip
        elif isinstance(hole, Cut):
            count = hole.position - hole.offset
            self._metrics.cut[self._stages[topic]].inc(count)
            log.warning(
                "%s[%d]: the log was cut at offset %d, though it had been read up to %d: %d records"
                " are gone from it, after an unclean leader election or with a disk; it is read"
                " again from there",
                topic, partition, hole.offset, hole.position - 1, count,
            )  # fmt: skip
        elif topic == self._shard_topic:
            exit_process(
                ShardUnrecoverableError(
                    f"{topic} partition {partition} is decided up to offset {hole.position}, and"
                    " ends before it: it was recreated, or has lost its end"
                ),
                "while it read",
            )
        else:
            log.warning(
                "%s[%d] ends before offset %d, where it was read up to: it was recreated, or has"
                " lost its end, and is read from its beginning",
                topic, partition, hole.position,
            )  # fmt: skip
