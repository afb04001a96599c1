"""Limits the CPU time of a page, so that a single one cannot hold up a chunk.

Also notes when a page was done: a chunk of many may take minutes.
"""

from __future__ import annotations

import signal
import struct
import sys
import time
from functools import lru_cache
from types import FrameType

from streams.articles.page import Page, PageSource, read_page
from streams.heap import freeze_gc
from streams.warm_up import compile_kernels, load_language_model

_AGAIN_SECONDS = 0.5  # a library may swallow the first interruption
_MOMENT = struct.Struct("d")

_clock: list[memoryview] = [memoryview(bytearray(_MOMENT.size))]


def share_clock(with_others: memoryview) -> None:
    """Note the moments here, where other processes of this worker do, too."""
    _clock[0] = with_others


def last_page_done() -> float:
    """When a page was last done with in this process, or in those that share its clock: monotonic
    seconds, which are the same for all processes; 0 before the first."""
    (moment,) = _MOMENT.unpack_from(_clock[0])
    return float(moment)


def read_in_time(seconds: float, page: PageSource) -> Page:
    """Read a page, and give it up if it takes more than `seconds` of this process's CPU time.

    CPU time, not wall-clock time: on a busy machine a page of milliseconds may wait for seconds.
    Reading does no I/O, so only computing can take long. Needs the main thread.
    """
    if sys.platform == "win32":  # no timers there
        return read_page(page)
    warm_up()  # or a process's first page would pay for it
    signal.signal(signal.SIGPROF, _give_up)
    try:
        signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN_SECONDS)
        try:
            return read_page(page)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except TimeoutError:
        failure = f"one that takes more than {seconds:g} seconds of computing"
        return Page(failure=failure, timed_out=True)
    finally:
        _MOMENT.pack_into(_clock[0], 0, time.monotonic())


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Load and compile, once per process, what reading pages needs."""
    compile_kernels()
    load_language_model()
    freeze_gc()


def _give_up(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError
