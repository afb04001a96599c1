"""How much memory the worker and its page processes take, and how much they may."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


class MemoryCollector(Collector):
    """Measured when Prometheus asks. Linux only: elsewhere there are no such series."""

    def __init__(self, registry: CollectorRegistry) -> None:
        registry.register(self)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Resident memory of all of the worker's processes, and the limit of their container."""
        if not Path("/proc/self/statm").exists():
            return
        yield GaugeMetricFamily(
            "echowire_memory_used_bytes",
            "Resident memory of the worker and of its processes that read pages.",
            value=sum(resident_bytes(pid) for pid in (os.getpid(), *_children(os.getpid()))),
        )
        yield GaugeMetricFamily(
            "echowire_memory_limit_bytes",
            "Memory that the container may take; without a limit, the machine's.",
            value=memory_limit_bytes(),
        )


def resident_bytes(pid: int) -> int:
    """A process's resident memory; 0 when it has just ended."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
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
