"""One worker's process: start it, watch what it uses, stop it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.benchmarks.contestants import BenchmarkError, Run

ROOT = Path(__file__).parents[2]
STOP_DEADLINE_SECONDS = 20.0
LOG_TAIL_LINES = 30
# Looking for children reads every process of the machine, which takes a millisecond.
CHILDREN_EVERY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Usage:
    """Of the worker and its children: processor time since the start, memory now."""

    cpu_seconds: float
    rss_bytes: int


class Worker:
    """A running worker."""

    def __init__(self, title: str, process: subprocess.Popen[bytes], log_path: Path) -> None:
        self._title = title
        self._process = process
        self._log_path = log_path
        self._root = psutil.Process(process.pid)
        self._children: list[psutil.Process] = []
        self._children_looked_for = 0.0

    def usage(self) -> Usage:
        """Raises BenchmarkError if the worker has ended."""
        self.check()
        now = time.monotonic()
        if now - self._children_looked_for > CHILDREN_EVERY_SECONDS:
            self._children = self._root.children(recursive=True)
            self._children_looked_for = now
        cpu_seconds, rss_bytes = 0.0, 0
        for process in (self._root, *self._children):
            try:
                times, memory = process.cpu_times(), process.memory_info()
            except psutil.NoSuchProcess:
                continue  # its time is now among its parent's children's
            cpu_seconds += times.user + times.system + times.children_user + times.children_system
            rss_bytes += memory.rss
        return Usage(cpu_seconds, rss_bytes)

    def check(self) -> None:
        """Raise BenchmarkError if the worker has ended."""
        if (status := self._process.poll()) is not None:
            raise self.failure(f"ended with status {status}")

    def failure(self, reason: str) -> BenchmarkError:
        """An error that closes with the end of the worker's log."""
        lines = self._log_path.read_text(errors="replace").splitlines()
        return BenchmarkError("\n".join([f"{self._title}: {reason}", *lines[-LOG_TAIL_LINES:]]))

    def stop(self) -> None:
        """End it in order, by force after a deadline, and every child that is left."""
        children = self._root.children(recursive=True) if self._process.poll() is None else []
        self._process.terminate()
        try:
            self._process.wait(STOP_DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for child in children:
            if child.is_running():
                child.kill()


@contextmanager
def running(run: Run) -> Iterator[Worker]:
    """The run's worker; its log is `worker.log` of the run's directory."""
    run.directory.mkdir()
    log_path = run.directory / "worker.log"
    own = run.contestant.environment(run.place)
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            run.contestant.command(run.place),
            cwd=run.directory,
            env={**os.environ, **own, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            process_group=0,  # Ctrl-C goes to the benchmark, which ends the worker
        )
    worker = Worker(run.contestant.title, process, log_path)
    try:
        yield worker
    finally:
        worker.stop()
