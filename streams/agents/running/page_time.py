"""A page may take so much of a processor's time and no more: one must not hold up a chunk."""

from __future__ import annotations

import signal
import sys
from functools import lru_cache
from types import FrameType

from streams.articles.page import Page, PageSource, read_page
from streams.heap import freeze_gc
from streams.warm_up import compile_kernels, load_language_model

_AGAIN_SECONDS = 0.5  # a library may swallow the first interruption


def read_in_time(seconds: float, page: PageSource) -> Page:
    """Read a page, and give it up when it takes more than `seconds` of this process's CPU time.

    Not of the clock's: on a busy machine a page of milliseconds may wait for seconds. Reading does
    no input or output, so nothing but computing can take long. Needs the main thread.
    """
    if sys.platform == "win32":  # no timers there
        return read_page(page)
    warm_up()  # or the first page of a process would pay for it
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


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Load and compile, once a process, what reading pages needs."""
    compile_kernels()
    load_language_model()
    freeze_gc()


def _give_up(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError
