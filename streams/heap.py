"""A process's memory, tuned for work that allocates and frees much of the same size."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import mmap
import sys
from contextlib import suppress
from typing import Any

import numpy as np
import numpy.typing as npt

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc
_LARGEST_IN_HEAP = 32 << 20  # the most that glibc takes
_KEPT_BYTES = 64 << 20
_RELEASE_SECONDS = 60.0


def keep_freed_memory() -> None:
    """Let this process keep up to 64 MiB that it frees, as far as its C library can.

    glibc returns blocks of 128 KiB and more, and the heap's end, to the system at once. A
    chunk's texts are such blocks, and allocating them again costs a page fault per 4 KiB:
    40 per article of 2 KB when it is normalised.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:  # musl lacks it
        mallopt(_M_MMAP_THRESHOLD, _LARGEST_IN_HEAP)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)


async def release_freed_memory_regularly(seconds: float = _RELEASE_SECONDS) -> None:
    """Once a minute. A burst (a recovery, a backlog after a restart) leaves holes between blocks
    that stay, which would grow to hundreds of megabytes."""
    while True:
        await asyncio.sleep(seconds)
        await asyncio.to_thread(release_freed_memory)


def release_freed_memory() -> None:
    """Return to the system what this process has freed, as far as its C library can: what
    `keep_freed_memory` kept, and holes between blocks that stay. Takes milliseconds, without
    the GIL."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim is not None:
        trim(0)


def freeze_gc() -> None:
    """Tell the garbage collector that everything created so far stays, and to run seldom.

    A chunk creates thousands of objects without a cycle among them: the collector took a tenth of
    the time to find nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)


def untouched_zeros(count: int, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """(count,) zeros, using memory only for the 4 KiB pages that are touched.

    For its own large arrays numpy asks Linux for pages of 2 MiB, so a few articles made all
    of an empty window's 130 MB resident.
    """
    return np.ndarray(count, dtype, mmap.mmap(-1, max(1, count * dtype.itemsize)))


def give_back(octets: npt.NDArray[np.uint8], start: int, stop: int) -> None:
    """Return the memory of some of `untouched_zeros` to the system, as far as that takes it: they
    are zeros again, or as before. `start` is a multiple of a page's size."""
    if hasattr(mmap, "MADV_REMOVE"):  # of Linux; each mapping is a file without a name
        assert isinstance(octets.base, mmap.mmap)
        with suppress(OSError):
            octets.base.madvise(mmap.MADV_REMOVE, start, stop - start)
