"""A worker stays in its group however long nothing is fetched, or ends with what it is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.cluster import ClusterMetadata
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment
from aiokafka.errors import GroupAuthorizationFailedError, InvalidSessionTimeoutError, KafkaError

from streams.app import create_app
from streams.kafka.duplicate_instance import InstanceTakenError
from streams.kafka.insides import group_watch
from streams.kafka.insides.group_watch import watch_fencing, watch_group
from streams.settings import load_settings

DEADLINE_SECONDS = 10.0
WEEK_SECONDS = 7 * 86_400.0
REBALANCING, NOT_ALLOWED, NO_SUCH_SESSION, GROUP_FULL, FENCED = 27, 30, 26, 81, 82


class Brokers:
    """A client whose brokers have a group of one member, and refuse it when told to."""

    def __init__(self) -> None:
        self.cluster, self.requests = ClusterMetadata(), list[Any]()
        self.to_join = self.to_syncs = self.to_heartbeats = 0  # error codes
        self.broken: Exception | None = None

    def sent(self, kind: str) -> list[Any]:
        return [request for request in self.requests if type(request).__name__.startswith(kind)]

    async def coordinator_lookup(self, *_: object) -> int:
        if self.broken:
            raise self.broken
        return 1

    async def ready(self, *_: object, **__: object) -> bool:
        return True

    async def send(self, _node: int, request: Any, **_: object) -> Any:
        self.requests.append(request)
        await asyncio.sleep(0)
        if request in self.sent("Join"):
            self.to_heartbeats = 0
            return SimpleNamespace(
                error_code=self.to_join, member_id="us", leader_id="another", generation_id=1,
                group_protocol="roundrobin",
            )  # fmt: skip
        if request in self.sent("Heartbeat"):
            return SimpleNamespace(error_code=self.to_heartbeats)
        assigned = ConsumerProtocolMemberAssignment(0, [("raw", [0])], b"")
        return SimpleNamespace(
            error_code=self.to_syncs, member_assignment=assigned.encode(), topics=[]
        )


Make = Callable[..., GroupCoordinator]


@pytest.fixture
async def member() -> AsyncIterator[Make]:
    """Makes aiokafka's coordinator of a consumer that nobody fetches from."""
    made = []

    def make(brokers: Brokers, **options: Any) -> GroupCoordinator:
        subscription = SubscriptionState()
        subscription.register_fetch_waiters(set())
        subscription.subscribe({"raw"})
        options = {"heartbeat_interval_ms": 10, "retry_backoff_ms": 10, **options}
        made.append(
            GroupCoordinator(
                brokers, subscription, group_id="echowire", enable_auto_commit=False, **options
            )
        )
        return made[-1]

    yield make
    for coordinator in made:
        coordinator._coordination_task.cancel()
        for task in coordinator._heartbeat_task, coordinator._commit_refresh_task:
            if task:
                task.cancel()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():  # noqa: ASYNC110 - of what aiokafka does
            await asyncio.sleep(0.005)


async def end(coordinator: GroupCoordinator, monkeypatch: pytest.MonkeyPatch) -> Exception:
    """-> what the worker ends with."""
    monkeypatch.setattr(group_watch, "_LOOK_SECONDS", 0.01)
    failures = list[tuple[Exception, str]]()
    with pytest.raises(KafkaError):
        async with asyncio.timeout(DEADLINE_SECONDS):
            await watch_group(coordinator, lambda *failure: failures.append(failure))
    [(error, where)] = failures
    assert where == "as a member of its group"
    return error


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        (NO_SUCH_SESSION, InvalidSessionTimeoutError, ""),
        (NOT_ALLOWED, GroupAuthorizationFailedError, "echowire"),
        (GROUP_FULL, KafkaError, ""),
    ],
)
async def test_a_worker_that_may_not_join_its_group_ends(
    member: Make, monkeypatch: pytest.MonkeyPatch, code: int, kind: type[Exception], words: str
) -> None:
    brokers = Brokers()
    brokers.to_join = code
    error = await end(member(brokers), monkeypatch)
    assert isinstance(error, kind)
    assert words in str(error)


async def test_a_worker_that_loses_the_right_to_its_group_ends(
    member: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    brokers = Brokers()
    coordinator = member(brokers)
    await until(lambda: brokers.sent("Heartbeat"))
    brokers.to_heartbeats = NOT_ALLOWED
    error = await end(coordinator, monkeypatch)
    assert isinstance(error, GroupAuthorizationFailedError)
    assert error.args == ("echowire",)


async def test_a_coordinator_that_fails_by_itself_ends_the_worker(
    member: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    brokers = Brokers()
    brokers.broken = ZeroDivisionError("in aiokafka")
    error = await end(member(brokers), monkeypatch)
    assert "in aiokafka" in str(error)


@pytest.mark.parametrize("refused", ["to_join", "to_syncs"])
async def test_a_worker_whose_name_another_takes_while_it_joins_is_told_so(
    member: Make, refused: str
) -> None:
    brokers, failures = Brokers(), list[tuple[Exception, str]]()
    setattr(brokers, refused, FENCED)
    coordinator = member(brokers, group_instance_id="pod-0")
    watch_fencing(coordinator, lambda *failure: failures.append(failure))
    await until(lambda: failures)
    error, where = failures[0]
    assert isinstance(error, InstanceTakenError)
    assert "another worker has instance_id 'pod-0' too" in str(error)
    assert where == "as a member of its group"


async def test_rebalances_and_absent_coordinators_do_not_end_a_worker(
    member: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_watch, "_LOOK_SECONDS", 0.01)
    brokers = Brokers()
    brokers.to_join = 15  # no coordinator is available
    watch = asyncio.ensure_future(watch_group(member(brokers), lambda *_: None))
    await until(lambda: len(brokers.sent("Join")) > 2)
    brokers.to_join = 0
    await until(lambda: brokers.sent("Heartbeat"))
    joined = len(brokers.sent("Join"))
    brokers.to_heartbeats = REBALANCING
    await until(lambda: len(brokers.sent("Join")) > joined)
    assert not watch.done()
    watch.cancel()


async def consumer(**settings: float) -> AIOKafkaConsumer:
    """aiokafka's, as a worker with these settings makes it; it never connects."""
    app = create_app(load_settings(**settings)).app
    made = app.consumer._thread._create_worker_consumer(app.transport)
    await made.stop()
    return made


async def test_a_worker_joins_again_however_long_nothing_was_fetched(
    member: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Brokers may be away from when it gave up its partitions until it joins."""
    monkeypatch.setattr(SubscriptionState, "fetcher_idle_time", WEEK_SECONDS)
    brokers, ours = Brokers(), await consumer()
    member(
        brokers,
        max_poll_interval_ms=ours._max_poll_interval_ms,
        rebalance_timeout_ms=ours._rebalance_timeout_ms,
    )
    await until(lambda: brokers.sent("Heartbeat"))
    brokers.to_heartbeats = REBALANCING
    await until(lambda: len(brokers.sent("Join")) == 2)
    assert brokers.sent("Leave") == []
    # What brokers wait for us in a rebalance does not depend on it.
    assert [request._rebalance_timeout for request in brokers.sent("Join")] == [30_000, 30_000]


@pytest.mark.parametrize("seconds", [2, 30, 90, 91, 300])
async def test_every_session_timeout_that_settings_allow_makes_a_consumer(seconds: int) -> None:
    made = await consumer(session_timeout_seconds=seconds)
    assert made._session_timeout_ms == seconds * 1000
    # Or we would not wait for the answer to a request to join, which comes after the others'.
    assert made._request_timeout_ms >= made._rebalance_timeout_ms + 10_000
    assert made._rebalance_timeout_ms >= made._session_timeout_ms


async def test_by_default_an_answer_is_waited_for_as_long_as_by_faust() -> None:
    assert (await consumer())._request_timeout_ms == 90_000
