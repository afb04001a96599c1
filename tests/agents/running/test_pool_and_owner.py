"""The processes of a pool serve their owner: they give way to it, and leave the end to it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from pathlib import Path

import pytest

from streams.agents.running.normaliser_pool import _NICENESS, NormaliserPool
from streams.kafka.publish import StoppedError
from tests.kafka.service import until


async def test_the_processes_give_way_to_their_owner(pool: NormaliserPool) -> None:
    assert await pool.run(os.nice, 0) == min(19, os.nice(0) + _NICENESS)


def told_to_end() -> int:
    os.kill(os.getpid(), signal.SIGTERM)
    return os.getpid()


async def test_a_signal_to_the_whole_group_leaves_a_call_to_be_finished(
    pool: NormaliserPool,
) -> None:
    """As systemd sends it: the owner ends in order, with what is in hand."""
    assert await pool.run(told_to_end) == await pool.run(os.getpid)


def forever(begun: Path) -> None:
    begun.touch()
    threading.Event().wait()


async def test_a_process_that_hangs_does_not_hold_up_the_end(
    pool: NormaliserPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its end is not taken for a crash."""
    monkeypatch.setattr("streams.agents.running.normaliser_pool._CLOSE_SECONDS", 0.2)
    begun = tmp_path / "begun"
    call = asyncio.create_task(pool.run(forever, begun))
    await asyncio.to_thread(until, begun.exists, "the call is at work")
    await asyncio.wait_for(asyncio.to_thread(pool.close), 10)
    with pytest.raises(StoppedError):
        await call
