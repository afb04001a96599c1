"""Heartbeats come at the same moments from all workers, and commits follow them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise

import pytest
from aiokafka.consumer import group_coordinator
from aiokafka.consumer.group_coordinator import GroupCoordinator

from streams.kafka.insides import fetch_loop, heartbeats
from streams.kafka.insides.heartbeats import Heartbeats, heartbeat_seconds, interval_seconds
from tests.support.virtual_time import in_virtual_time, now

SESSION_SECONDS = 1.98  # ten intervals of .2 s, nearly
INTERVAL = SESSION_SECONDS / 9.9
LATE = 0.003  # an answer takes .002 s

virtually = in_virtual_time(heartbeats, group_coordinator)


class Member:
    """As much of aiokafka's coordinator as its heartbeats need, and when they were sent."""

    member_id = "a member"
    _retry_backoff_ms = 100
    _session_timeout_ms = SESSION_SECONDS * 1000
    _heartbeat_interval_ms = heartbeat_seconds(SESSION_SECONDS) * 1000
    _max_poll_interval = 300.0

    class _subscription:  # noqa: N801 - aiokafka's name
        fetcher_idle_time = 0.0

    def __init__(self, answers_after: float = 0.002) -> None:
        self.sent: list[float] = []
        self.lives = True
        self._answers_after = answers_after

    async def ensure_coordinator_known(self) -> None:
        """It is."""

    async def _do_heartbeat(self) -> bool:
        self.sent.append(now())
        await asyncio.sleep(self._answers_after)
        return self.lives

    async def live(self, seconds: float) -> None:
        """Send heartbeats as aiokafka does."""
        routine: Callable[[Member], Awaitable[None]] = GroupCoordinator._heartbeat_routine
        task = asyncio.ensure_future(routine(self))
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def paced(**options: float) -> tuple[Member, Heartbeats]:
    member, paced_ = Member(**options), Heartbeats(SESSION_SECONDS)
    paced_.pace(member)
    return member, paced_


@virtually
async def test_workers_of_any_age_send_at_the_same_moments() -> None:
    (one, _), (other, _) = paced(), paced(answers_after=0.05)
    first = asyncio.ensure_future(one.live(2.0))
    await asyncio.sleep(0.37 * INTERVAL)
    await asyncio.gather(first, other.live(1.5))
    for member in one, other:
        assert len(member.sent) >= 6
        assert max((sent + 0.002) % INTERVAL for sent in member.sent) < LATE
        assert all(0.5 < (b - a) / INTERVAL < 1.5 for a, b in pairwise(member.sent))


@virtually
async def test_aiokafkas_own_would_drift_apart() -> None:
    """Or the test before this one would prove little."""
    one, other = Member(), Member(answers_after=0.05)
    one._heartbeat_interval_ms = other._heartbeat_interval_ms = INTERVAL * 1000
    first = asyncio.ensure_future(one.live(2.0))
    await asyncio.sleep(0.37 * INTERVAL)
    await asyncio.gather(first, other.live(1.5))
    apart = [min(abs(a - b) for a in one.sent) for b in other.sent]
    assert max(apart) > LATE


@virtually
async def test_a_late_one_is_sent_at_once() -> None:
    member, _ = paced()
    await member._do_heartbeat()
    await asyncio.sleep(1.5 * INTERVAL)
    began = now()
    await member._do_heartbeat()
    assert member.sent[-1] - began < LATE


@virtually
async def test_one_that_failed_is_sent_again_at_once() -> None:
    member, _ = paced()
    member.lives = False
    await member._do_heartbeat()
    member.lives = True
    await member._do_heartbeat()
    failed, again = member.sent
    assert again - failed < LATE
    await member._do_heartbeat()
    assert (member.sent[-1] + 0.002) % INTERVAL < LATE


@pytest.mark.parametrize("session_seconds", [2, 5, 6, 6.9, 8, 9.4, 10.5, 15, 30, 90, 300])
def test_a_commit_never_falls_between_heartbeats(session_seconds: float) -> None:
    """The next one is due before a commit stops waiting for it; the end of a session is not."""
    interval = interval_seconds(session_seconds)
    assert fetch_loop._COMMIT_FROM + interval < fetch_loop._COMMIT_BY
    assert session_seconds / interval > 9.8
    assert session_seconds / interval % 1 == pytest.approx(0.9)


@virtually
async def test_a_commit_follows_a_heartbeat() -> None:
    member, beats = paced()
    living = asyncio.ensure_future(member.live(2.0))
    await asyncio.sleep(INTERVAL)
    for _ in range(3):
        began = now()
        await beats.next(1.3 * INTERVAL, 10.0)
        assert (now() - began) / INTERVAL >= 1.3
        assert now() - member.sent[-1] < LATE
    await living


@virtually
async def test_a_commit_does_not_wait_for_a_heartbeat_that_does_not_come() -> None:
    began = now()
    await Heartbeats(SESSION_SECONDS).next(0.05, 0.2)
    assert 0.2 <= now() - began < 0.2 + LATE
