"""A worker's use of the machine, as the kernel counts it, over all its processes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from tests.chaos.machine import family

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the worker. `full` says whether every shard's window had been full by then."""

    seconds: float  # since the load began
    memory_mib: float  # proportional set size: shared pages are counted once
    descriptors: int
    threads: int
    tasks: int  # asyncio's, of all loops of the worker's own process
    latency_p50_ms: float  # of the verdicts since the sample before; nan where none came
    latency_p99_ms: float
    verdicts: int  # so far
    full: bool


def proportional_mib(pid: int) -> float:
    """A process's share of the memory that it maps; 0 when it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def resources_of(pid: int) -> tuple[float, int, int]:
    """-> (MiB, descriptors, threads) of a process and all that descend from it."""
    memory, descriptors, threads = 0.0, 0, 0
    for process in family(pid):
        memory += proportional_mib(process.pid)
        with suppress(OSError):  # it has ended meanwhile
            descriptors += len(list(Path(f"/proc/{process.pid}/fd").iterdir()))
            threads += len(list(Path(f"/proc/{process.pid}/task").iterdir()))
    return memory, descriptors, threads


def write_samples(path: Path, samples: Sequence[Sample]) -> None:
    """One line each, under the names of the fields."""
    with path.open("w", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow(field.name for field in fields(Sample))
        writer.writerows(astuple(sample) for sample in samples)
