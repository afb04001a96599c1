"""What a machine does to a service under load: clocks that are set, processor time, descriptors and
disk space that run out. Each ends with the machine well again."""

from __future__ import annotations

import os
import random
import resource
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from deploy.kafka.embedded import EmbeddedKafka
from deploy.kafka.tether import spawn_tied
from tests.chaos.crew import Crew, FaultyWorker
from tests.chaos.scenarios import Extent
from tests.kafka.service import Worker, until

Brokers = Sequence[EmbeddedKafka]

HOUR, YEAR = 3600.0, 365 * 86400.0
FEW_DESCRIPTORS = 8  # fewer than any worker has open: no new one can be had
DISK_FULL_SECONDS = 60.0


def clocks(crew: Crew, chance: random.Random, extent: Extent, _: Brokers) -> None:
    """Wall clocks are set forward and back by an hour and a year, differently for each worker, and
    to the right time in between."""
    crew.one_ready()
    shifts = [HOUR, -HOUR, YEAR, -YEAR]
    plans = [chance.sample(shifts, len(shifts)) for _ in range(crew.size)]
    for shifts_now in zip(*plans, strict=True):
        for workers_shifts in (shifts_now, [0.0] * crew.size):
            for worker, shift in zip(crew.workers, workers_shifts, strict=False):
                assert isinstance(worker, FaultyWorker)
                worker.set_clock(shift)
                crew.done["clock set"] += 1
            crew.wait(extent.seconds / len(shifts) / 2)


def starvation(crew: Crew, chance: random.Random, extent: Extent, _: Brokers) -> None:
    """A worker gets hardly any processor time, for less and for more than its session lasts."""
    crew.one_ready()
    timeout = crew.settings.session_timeout_seconds
    for _strike in range(max(2, extent.strikes // 5)):
        crew.keep_up()
        with _starved(chance.choice(crew.workers), chance):
            crew.done["starved of processor time"] += 1
            crew.wait(chance.uniform(0.5, 2.5) * timeout)
        crew.wait(extent.seconds / extent.strikes)


@contextmanager
def _starved(worker: Worker, chance: random.Random) -> Iterator[None]:
    """All threads of a worker share one processor with a busy loop, and run when it does not."""
    processors = os.sched_getaffinity(0)
    mine = chance.choice(sorted(processors))
    hog = spawn_tied([sys.executable, "-c", "while True: pass"], Path(os.devnull))
    os.sched_setaffinity(hog.pid, {mine})
    try:
        _schedule(worker, os.SCHED_IDLE, {mine})
        yield
    finally:
        hog.kill()
        hog.wait()
        _schedule(worker, os.SCHED_OTHER, processors)


def _schedule(worker: Worker, policy: int, processors: set[int]) -> None:
    for process in family(worker.process.pid):
        with suppress(psutil.Error):
            for thread in process.threads():
                with suppress(ProcessLookupError):
                    os.sched_setaffinity(thread.id, processors)
                    with suppress(PermissionError):  # back to normal only root may: it goes on idle
                        os.sched_setscheduler(thread.id, policy, os.sched_param(0))


def family(pid: int) -> list[psutil.Process]:
    """A process and all that descend from it; empty when it has ended."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def descriptors(crew: Crew, chance: random.Random, extent: Extent, brokers: Brokers) -> None:
    """A worker can open nothing more, neither the connections that a broker's restart takes from it
    nor a page process in place of a killed one; later it can again."""
    crew.one_ready()
    crew.injected.append("BrokenProcessPool")  # which a killed page process is to who waits for it
    for strike in range(max(2, extent.strikes // 5)):
        crew.keep_up()
        worker = chance.choice(crew.workers)
        with _few_descriptors(worker):
            if strike % 2:
                brokers[0].restart()
                crew.done["descriptors exhausted, broker restarted"] += 1
            else:
                for process in family(worker.process.pid)[1:]:
                    with suppress(psutil.NoSuchProcess):
                        process.send_signal(signal.SIGKILL)
                crew.done["descriptors exhausted, page processes killed"] += 1
            crew.wait(chance.uniform(1, crew.settings.session_timeout_seconds))
        crew.wait(extent.seconds / extent.strikes)


@contextmanager
def _few_descriptors(worker: Worker) -> Iterator[None]:
    pid = worker.process.pid
    soft, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (FEW_DESCRIPTORS, hard))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (soft, hard))


def disk_full(crew: Crew, _: random.Random, extent: Extent, brokers: Brokers) -> None:
    """The broker's disk fills up under load, which ends the broker; then space is freed and the
    broker comes back."""
    (broker,) = brokers
    crew.one_ready()
    for _round in range(2):
        crew.wait(extent.seconds / 4)
        filler = broker.directory / "filler"
        _fill(filler)
        until(
            lambda: (crew.keep_up(), broker.process.poll() is not None)[1],
            "a broker without space has ended", DISK_FULL_SECONDS,
        )  # fmt: skip
        crew.done["disk full"] += 1
        crew.wait(1)
        filler.unlink()
        broker.kill()  # it has ended; this forgets its process
        broker.start()
        crew.one_ready()


def _fill(path: Path) -> None:
    """Write until no byte more fits."""
    size = 1 << 20
    with path.open("wb", buffering=0) as sink:
        while size:
            try:
                if sink.write(bytes(size)) < size:
                    size //= 2
            except OSError:
                size //= 2
