"""How long an article takes from sender to reader under a steady load."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

import numpy as np

from tests.benchmarks.cluster import PARTITIONS, Topics
from tests.benchmarks.contestants import BenchmarkError, Run
from tests.benchmarks.figures import Latencies, latencies
from tests.benchmarks.load import SECOND_NS, Load, Nanoseconds, receive, send
from tests.benchmarks.worker import Usage, Worker, running

PROBES = PARTITIONS  # one article for each partition shows that the worker has them all
READY_SECONDS = 90.0
GRACE_SECONDS = 20.0  # for what is still under way when the last article was sent
LOOK_EVERY_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class SteadyLoad:
    """Figures of the articles sent in the period after the warm-up."""

    rate: int
    sent_per_second: float  # what the sender reached
    milliseconds: Latencies
    cpu_us_per_article: float | None  # of the worker, over the outputs that came in the period
    load_average_before: float


@dataclass(frozen=True, slots=True)
class Period:
    warm_up_seconds: float
    seconds: float

    def count(self, rate: int) -> int:
        """Articles that a load of so many a second needs."""
        return PROBES + round(rate * (self.warm_up_seconds + self.seconds))


def measure_steady_load(run: Run, rate: int, period: Period) -> SteadyLoad:
    """Raises BenchmarkError if the worker ends or never answers."""
    address = run.place.bootstrap_servers
    spawning = multiprocessing.get_context("spawn")
    topics = Topics(run.place)
    topics.create()
    load_average = os.getloadavg()[0]
    count = period.count(rate)
    load = Load(address, topics.raw, run.events_path, rate, PROBES, count)
    go, end = spawning.Event(), spawning.Event()
    sender_says, sender_end = spawning.Pipe(duplex=False)
    receiver_says, receiver_end = spawning.Pipe(duplex=False)
    sender = spawning.Process(target=send, args=(load, go, sender_end), daemon=True)
    receiver = spawning.Process(
        target=receive,
        args=(address, topics.enriched, count, end, receiver_end),
        daemon=True,
    )
    with running(run) as worker, _alive(receiver), _alive(sender):
        _wait_until_ready(worker, topics)
        go.set()
        start_ns = _hear(sender, sender_says) + round(period.warm_up_seconds * SECOND_NS)
        end_ns = start_ns + round(period.seconds * SECOND_NS)
        before, after = _usage_at(worker, start_ns), _usage_at(worker, end_ns)
        sent: Nanoseconds = _hear(sender, sender_says)
        _wait_for_end(receiver, receiver_says, worker)
        end.set()
        stamped, received = _hear(receiver, receiver_says)
    topics.delete()
    if (stamped[received > 0] != sent[received > 0]).any():
        raise BenchmarkError(f"{run.contestant.title}: send times changed on the way")
    out = int(((received >= start_ns) & (received < end_ns)).sum())
    cpu_us = (after.cpu_seconds - before.cpu_seconds) * 1e6
    return SteadyLoad(
        rate=rate,
        sent_per_second=_rate_of(sent[PROBES:]),
        milliseconds=latencies(sent, received, start_ns, end_ns),
        cpu_us_per_article=cpu_us / out if out else None,
        load_average_before=load_average,
    )


@contextmanager
def _alive(process: SpawnProcess) -> Iterator[None]:
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


def _wait_until_ready(worker: Worker, topics: Topics) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while topics.count_output() < PROBES:
        worker.check()
        if time.monotonic() > deadline:
            raise worker.failure(f"did not answer {PROBES} articles in {READY_SECONDS:.0f} s")
        time.sleep(LOOK_EVERY_SECONDS)


def _usage_at(worker: Worker, moment_ns: int) -> Usage:
    """What the worker has used by that moment (wall clock)."""
    while (left := (moment_ns - time.time_ns()) / SECOND_NS) > 0:
        worker.check()
        time.sleep(min(left, 0.5))
    return worker.usage()


def _wait_for_end(receiver: SpawnProcess, says: Connection, worker: Worker) -> None:
    """Until the receiver has all, or the time for it is over."""
    deadline = time.monotonic() + GRACE_SECONDS
    while receiver.is_alive() and not says.poll(LOOK_EVERY_SECONDS):
        worker.check()
        if time.monotonic() > deadline:
            return


def _hear(process: SpawnProcess, says: Connection) -> Any:
    """What a process reports. Raises BenchmarkError if it ended without a word."""
    while not says.poll(LOOK_EVERY_SECONDS):
        if not process.is_alive() and not says.poll():
            raise BenchmarkError(f"a process of the benchmark ended with {process.exitcode}")
    return says.recv()


def _rate_of(sent: Nanoseconds) -> float:
    return float((len(sent) - 1) / np.ptp(sent) * SECOND_NS)
