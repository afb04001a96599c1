"""A worker that breaks at a chosen step: `python -m tests.chaos.faulty_worker FAULTS worker ...`.

The only way to break one so: it wraps the seams between the steps before the worker starts, from
outside. FAULTS is JSON: a list of {"step", "nth", "action"}; the nth time that the step has been
taken, the process is killed, stops until it is continued, stalls for some seconds, the step raises
an error, or hangs, or waits for a while, while everything else goes on.

Its wall clock is wrong by the seconds in the file that $CHAOS_CLOCK names, if that is set.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from schemas.topics import SEGMENTS
from streams.agents.stages import detect, normalise
from streams.cli.main import run
from streams.detection import parts
from streams.detection.decide import decide as decide_chunk
from streams.detection.index.state import ShardState
from streams.kafka.fencing import ShardPublisher
from streams.kafka.insides.consumer import ChunkConsumer
from streams.kafka.outgoing import Encoded
from streams.kafka.publish import BatchPublisher

STEPS = (
    "normalise_taken", "normalise_encoded", "normalise_confirmed", "offered", "detect_taken",
    "decided", "applied", "outputs_published", "segment_published", "acked", "committed",
)  # fmt: skip
ACTIONS = ("kill", "stop", "stall", "error", "hang", "wait")
STALL_SECONDS = 3.0
CLOCK_VARIABLE = "CHAOS_CLOCK"
CLOCK_LOOK_SECONDS = 0.05


class InjectedError(Exception):
    """The error that a test asked for."""


class _WaitError(Exception):
    """Wait here, for so many seconds or forever."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens when a step is taken for the nth time."""

    step: str
    nth: int
    action: str


class Faults:
    """Counts the steps taken."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = {(fault.step, fault.nth): fault.action for fault in faults}
        self._taken: Counter[str] = Counter()

    def taken(self, step: str) -> None:
        """A step is done: break what is to be broken after it."""
        assert step in STEPS
        self._taken[step] += 1
        action = self._faults.get((step, self._taken[step]))
        if action is None:
            return
        said = f"fault: {action} after {step} number {self._taken[step]}"
        print(said, file=sys.stderr, flush=True)
        if action == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif action == "stop":
            os.kill(os.getpid(), signal.SIGSTOP)
        elif action in ("hang", "wait"):
            raise _WaitError(None if action == "hang" else STALL_SECONDS / 2)
        elif action == "stall":  # the whole event loop, as long computing would
            time.sleep(STALL_SECONDS)
        else:
            raise InjectedError(f"after {step}")


async def _taken(faults: Faults, step: str) -> None:
    """`Faults.taken` where waiting is possible."""
    try:
        faults.taken(step)
    except _WaitError as wait:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), wait.seconds)


def install(faults: Faults) -> None:
    """Wrap the seams."""
    _around(normalise.NormaliseStage, "work_out", faults, before="normalise_taken")
    _around(normalise.NormalisingWork, "encode", faults, after="normalise_encoded")
    _around(detect.DetectStage, "work_out", faults, before="detect_taken")
    plain_decide = decide_chunk
    plain_apply, plain_ack = ShardState.apply, ChunkConsumer.ack
    plain_send, plain_offer = BatchPublisher.send, ChunkConsumer.offer

    decided: list[Any] = []  # not what is decided to warm up, and what is read back

    def decide(*arguments: Any) -> Any:
        decision = plain_decide(*arguments)
        decided[:] = [arguments[0]]
        faults.taken("decided")
        return decision

    def apply(self: ShardState, segment: Any) -> None:
        plain_apply(self, segment)
        if decided.pop() is self if decided else False:
            faults.taken("applied")

    def ack(self: ChunkConsumer, message: Any) -> bool:
        done = plain_ack(self, message)
        faults.taken("acked")
        return done

    def offer(self: ChunkConsumer, offers: Any) -> None:
        plain_offer(self, offers)
        faults.taken("offered")

    async def send(self: BatchPublisher, batches: Sequence[Encoded]) -> int:
        size = await plain_send(self, batches)
        if not isinstance(self, ShardPublisher):
            step = "normalise_confirmed"
        elif any(batch.topic.endswith(SEGMENTS) for batch in batches):
            step = "segment_published"
        else:
            step = "outputs_published"
        await _taken(faults, step)
        return size

    seams = (
        (parts, decide), (ShardState, apply), (ChunkConsumer, ack), (BatchPublisher, send),
        (ChunkConsumer, offer),
    )  # fmt: skip
    for owner, function in seams:
        setattr(owner, function.__name__, function)
    _around(ChunkConsumer, "commit", faults, after="committed")


def _around(
    owner: type, name: str, faults: Faults, *, before: str | None = None, after: str | None = None
) -> None:
    plain = getattr(owner, name)

    async def wrapped(self: Any, *arguments: Any, **options: Any) -> Any:
        if before:
            await _taken(faults, before)
        result = await plain(self, *arguments, **options)
        if after:
            await _taken(faults, after)
        return result

    setattr(owner, name, wrapped)


def set_clock_by(path: Path) -> None:
    """From now on `time.time` and `time.time_ns` are wrong by what the file says. Python's modules
    and aiokafka's extensions ask these two; loops and timeouts go by the monotonic clock, which
    nobody can set."""
    plain, monotonic = time.time, time.monotonic
    seen = [0.0, -CLOCK_LOOK_SECONDS]  # what the file says, and when it was asked

    def wrong() -> float:
        now = monotonic()
        if now - seen[1] >= CLOCK_LOOK_SECONDS:
            seen[1] = now
            with suppress(OSError):  # no descriptors are left: a real clock needs none
                seen[0] = float(path.read_text())
        return plain() + seen[0]

    time.time = wrong
    time.time_ns = lambda: int(wrong() * 1e9)


def main() -> None:
    if CLOCK_VARIABLE in os.environ:
        set_clock_by(Path(os.environ[CLOCK_VARIABLE]))
    install(Faults([Fault(**fault) for fault in orjson.loads(sys.argv[1])]))
    sys.argv[1:2] = []
    run()


if __name__ == "__main__":
    main()
