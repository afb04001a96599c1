"""What is freed is kept: it costs no page faults when it is needed again."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import numpy as np
import psutil
import pytest

from streams import heap
from streams.heap import untouched_zeros

_BLOCKS = """
import resource, sys
from streams.heap import keep_freed_memory
if sys.argv[1:]:
    keep_freed_memory()
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
bytearray(1 << 20)
before = faults()
for _ in range(100):
    kept = [bytearray(1 << 20) for _ in range(8)]
    del kept
print(faults() - before)
"""


def _faults(*arguments: str) -> int:
    ended = subprocess.run(
        [sys.executable, "-c", _BLOCKS, *arguments], check=True, capture_output=True, text=True
    )
    return int(ended.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
def test_reused_blocks_cause_no_page_faults() -> None:
    # 8 MiB are 2,048 pages; once they are there, nothing is to be fetched for 99 rounds.
    assert _faults("keep") < 3 * 2048
    assert _faults() > 3 * _faults("keep")


_HOLES = """
import psutil
from streams.heap import keep_freed_memory, release_freed_memory
keep_freed_memory()
blocks = [bytearray(100_000) for _ in range(1000)]
del blocks[::2]  # holes between blocks that stay
before = psutil.Process().memory_info().rss
release_freed_memory()
print(before - psutil.Process().memory_info().rss)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")
def test_holes_between_blocks_that_stay_are_released() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _HOLES], check=True, capture_output=True, text=True
    )
    assert int(ended.stdout) > 30 << 20  # of 48 MiB


async def test_it_is_released_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[None] = []
    monkeypatch.setattr(heap, "release_freed_memory", lambda: times.append(None))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(heap.release_freed_memory_regularly(0.01), 0.5)
    assert len(times) > 2


@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
def test_an_array_of_zeros_takes_memory_only_where_it_is_touched() -> None:
    def resident() -> int:
        return psutil.Process().memory_info().rss

    before = resident()
    zeros = untouched_zeros(1 << 24, np.dtype(np.uint64))  # 128 MiB
    zeros[:: 1 << 20] = 7
    assert zeros.nbytes == 128 << 20
    assert resident() - before < 4 << 20
    assert zeros[1 << 20] == 7
    assert zeros[1] == 0
