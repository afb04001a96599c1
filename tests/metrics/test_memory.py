"""The memory metric: shared memory counts once, and measuring is cheap."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from streams.metrics import memory
from streams.metrics.memory import MemoryCollector, resident_bytes, used_bytes

SHARED_BYTES = 64 << 20
CHILD = """
import mmap, sys
shared = mmap.mmap(int(sys.argv[1]), int(sys.argv[2]))
sum(shared[::4096])
print("mapped", flush=True)
sys.stdin.read()
"""

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/smaps_rollup").exists(), reason="this kernel does not tell"
)


def test_what_two_processes_share_counts_once() -> None:
    # Two fresh processes: this one may keep what it frees, as a worker does.
    descriptor = os.memfd_create("shared")
    os.pwrite(descriptor, b"x" * SHARED_BYTES, 0)
    children = [
        subprocess.Popen(
            [sys.executable, "-c", CHILD, str(descriptor), str(SHARED_BYTES)],
            pass_fds=[descriptor],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    try:
        for child in children:
            assert child.stdout
            assert child.stdout.readline() == b"mapped\n"
        used = sum(used_bytes(child.pid) for child in children)
        resident = [resident_bytes(child.pid) for child in children]
    finally:
        for child in children:
            child.kill()
            child.communicate()
        os.close(descriptor)
    assert min(resident) > SHARED_BYTES
    assert SHARED_BYTES < used < 1.6 * SHARED_BYTES


@pytest.mark.parametrize("rollup", [None, "Rss:  9 kB\n"])
def test_it_is_the_resident_memory_if_the_kernel_does_not_say(
    tmp_path: Path, rollup: str | None
) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7/statm").write_text("900 5 3 1 0 2 0\n")
    if rollup is not None:
        (tmp_path / "7/smaps_rollup").write_text(rollup)
    assert used_bytes(7, tmp_path) == 5 * os.sysconf("SC_PAGE_SIZE")
    assert used_bytes(8, tmp_path) == 0


def test_it_is_measured_twice_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[int] = []

    def measure(pid: int) -> int:
        measured.append(pid)
        return 1

    monkeypatch.setattr(memory, "used_bytes", measure)
    monkeypatch.setattr(memory, "_children", lambda _pid: [])
    now = [100.0]
    registry = CollectorRegistry(auto_describe=False)
    collector = MemoryCollector(registry, lambda: now[0])
    measured.clear()
    collector._measured = None
    for now[0] in (100.0, 101.0, 129.9, 130.0, 150.0):
        list(collector.collect())
    assert len(measured) == 2
