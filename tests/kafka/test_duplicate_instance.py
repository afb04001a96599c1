"""Two workers with one name are detected, and other rebalances are not mistaken for that."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from streams.agents.running.exit import EXIT_CONFIGURATION, EXIT_SHUT_OUT
from streams.kafka.duplicate_instance import DuplicateInstanceWatch, InstanceTakenError
from streams.settings import Settings
from tests.kafka.service import Worker, make_topics, until

ALL = {"raw 0", "raw 1"}


def test_the_same_partitions_reassigned_within_seconds_reveal_a_duplicate_worker() -> None:
    instances = DuplicateInstanceWatch("pod-0")
    for second in range(5):
        instances.assigned(ALL, second)
    with pytest.raises(InstanceTakenError, match="another worker has instance_id 'pod-0' too"):
        instances.assigned(ALL, 5)


@pytest.mark.parametrize(
    "assignments",
    [
        [(n * 60.0, ALL) for n in range(20)],  # a rebalance now and then
        [(float(n), {f"raw {p}" for p in range(12 - n)}) for n in range(12)],  # workers that join
        [(n / 10, set[str]()) for n in range(20)],  # more workers than partitions
    ],
    ids=["now and then", "scaling up", "idle"],
)
def test_other_rebalances_do_not_reveal_a_duplicate(
    assignments: list[tuple[float, set[str]]],
) -> None:
    instances = DuplicateInstanceWatch("pod-0")
    for now, partitions in assignments:
        instances.assigned(partitions, now)


def test_a_worker_without_a_name_has_no_duplicates() -> None:
    instances = DuplicateInstanceWatch("")
    for second in range(20):
        instances.assigned(ALL, second)


@pytest.mark.broker
@pytest.mark.parametrize("session_seconds", [6.0, 30.0])
def test_two_workers_with_one_instance_id_end_with_a_clear_sentence(
    settings: Settings, tmp_path: Path, session_seconds: float
) -> None:
    """An evicted worker learns of it with its next heartbeat, one interval after it evicted the
    other."""
    asyncio.run(make_topics(settings))
    named = settings.model_copy(
        update={"instance_id": "pod-0", "session_timeout_seconds": session_seconds}
    )
    with Worker(named, tmp_path) as first:
        second = Worker(named, tmp_path).launch()
        try:
            until(lambda: first.ended() or second.ended(), "one has ended", 60)
        finally:
            second.kill()
        ended = first if first.ended() else second
        assert "another worker has instance_id 'pod-0' too" in ended.log()
        # A newcomer that is quick shuts the other out at a shard, before either has counted.
        shut_out = "while this one stood still" in ended.log()
        assert ended.process.returncode == (EXIT_SHUT_OUT if shut_out else EXIT_CONFIGURATION)
