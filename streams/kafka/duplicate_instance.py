"""Two workers with the same `instance_id`: each evicts the other, and returns a moment later.

Kafka takes the newcomer for the member that it knows. aiokafka's heartbeat does not name the
instance, so the evicted worker only learns that it is unknown, and joins again. Neither would
make progress, and no probe would notice.
"""

from __future__ import annotations

from collections.abc import Collection

# An evicted worker is back with its next heartbeat. No other series of rebalances gives
# a worker the same partitions this many times in a row.
_TIMES = 5
_WITHIN_SECONDS = 6.0


class InstanceTakenError(Exception):
    """Another worker uses this one's instance id."""

    def __init__(self, instance_id: str) -> None:
        super().__init__(
            f"another worker has instance_id {instance_id!r} too, and they take the partitions"
            " from each other: give each a name of its own, or none"
        )


class DuplicateInstanceWatch:
    """Watches the assignments of one worker."""

    def __init__(self, instance_id: str) -> None:
        self._instance_id = instance_id
        self._before: frozenset[object] = frozenset()
        self._last = 0.0
        self._times = 0

    def assigned(self, partitions: Collection[object], now: float) -> None:
        """These were assigned at this time, in seconds. Raises InstanceTakenError."""
        same = bool(partitions) and self._before == frozenset(partitions)
        self._times = self._times + 1 if same and now - self._last < _WITHIN_SECONDS else 0
        self._before, self._last = frozenset(partitions), now
        if self._instance_id and self._times >= _TIMES:
            raise InstanceTakenError(self._instance_id)
