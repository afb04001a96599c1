"""Two workers under one `instance_id`: each shuts the other out, and comes back a moment later.

Kafka takes the newcomer for the member that it knows. aiokafka's heartbeat does not name the
instance, so the one that was shut out is told only that it is unknown, and joins again. Nothing
would ever be worked off, and no probe would notice.
"""

from __future__ import annotations

from collections.abc import Collection

# A worker that was shut out is back with its next heartbeat. No other series of rebalances leaves
# a worker with the same partitions so many times in a row.
_TIMES = 5
_WITHIN_SECONDS = 6.0


class InstanceTakenError(Exception):
    """Another worker runs under this one's name."""

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
        """These were assigned at this moment, in seconds. Raises InstanceTakenError."""
        same = bool(partitions) and self._before == frozenset(partitions)
        self._times = self._times + 1 if same and now - self._last < _WITHIN_SECONDS else 0
        self._before, self._last = frozenset(partitions), now
        if self._instance_id and self._times >= _TIMES:
            raise InstanceTakenError(self._instance_id)
