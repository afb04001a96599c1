"""How much memory the worker and its normalising processes use, and their limit."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

# The kernel walks through all pages of a process: some milliseconds for a large one.
_MEASURED_SECONDS = 30.0
_PROPORTIONAL = re.compile(r"^Pss: +(\d+) kB", re.MULTILINE)
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


class MemoryCollector(Collector):
    """Measured when Prometheus scrapes, at most twice a minute. Linux only: elsewhere these series
    do not exist."""

    def __init__(
        self, registry: CollectorRegistry, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._measured: tuple[float, int] | None = None  # when, bytes
        registry.register(self)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Memory of all of the worker's processes, and the limit of their container."""
        if not Path("/proc/self/statm").exists():
            return
        yield GaugeMetricFamily(
            "echowire_memory_used_bytes",
            "Memory of the worker and of its processes that read pages, what they share counted"
            " once.",
            value=self._used_bytes(),
        )
        yield GaugeMetricFamily(
            "echowire_memory_limit_bytes",
            "Memory that the container may take; without a limit, the machine's.",
            value=memory_limit_bytes(),
        )

    def _used_bytes(self) -> int:
        now = self._clock()
        if self._measured is None or now - self._measured[0] >= _MEASURED_SECONDS:
            used = sum(used_bytes(pid) for pid in (os.getpid(), *_children(os.getpid())))
            self._measured = now, used
        return self._measured[1]


def used_bytes(pid: int, processes: Path = Path("/proc")) -> int:
    """A process's memory; pages shared by n processes count one n-th. 0 when it has just ended.

    If the kernel does not or may not report that, all resident memory.
    """
    try:
        rollup = (processes / str(pid) / "smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return resident_bytes(pid, processes)
    found = _PROPORTIONAL.search(rollup)
    return int(found[1]) << 10 if found else resident_bytes(pid, processes)


def resident_bytes(pid: int, processes: Path = Path("/proc")) -> int:
    """A process's resident memory; 0 when it has just ended."""
    try:
        pages = (processes / str(pid) / "statm").read_text(encoding="ascii").split()[1]
    except (OSError, IndexError):
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def memory_limit_bytes(limit: Path = _CGROUP_LIMIT) -> int:
    """The container's limit, else the machine's memory."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        text = limit.read_text(encoding="ascii").strip()
    except OSError:
        return machine
    return min(machine, int(text)) if text.isdigit() else machine


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, task.read_text(encoding="ascii").split())
        except OSError:  # a thread that has just ended
            continue
    return found
