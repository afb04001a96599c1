"""Pages are read in processes of their own: one takes milliseconds, a chunk of them seconds."""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from types import FrameType

from streams.articles.page import Page, PageSource, read_page

_PR_SET_PDEATHSIG = 1


class PagePool:
    """A pool that starts at the first page or before, and ends with its owner."""

    def __init__(self, processes: int, page_seconds: float) -> None:
        self._processes = processes
        self._read = partial(_read_in_time, page_seconds)
        self._executor: ProcessPoolExecutor | None = None

    async def read(self, pages: Sequence[PageSource]) -> list[Page]:
        """Read pages without holding up the event loop; the answers are in the same order.

        Raises BrokenProcessPool when a process died: the machinery failed, not the page.
        """
        if not pages:
            return []
        loop, executor = asyncio.get_running_loop(), self._started()
        return await asyncio.gather(
            *(loop.run_in_executor(executor, self._read, page) for page in pages)
        )

    def read_now(self, pages: Sequence[PageSource]) -> list[Page]:
        """The same, waiting."""
        return list(self._started().map(self._read, pages)) if pages else []

    async def warm_up(self) -> None:
        """Start the processes ahead of the first page, which would wait seconds for them."""
        page = PageSource("<p></p>", "Menu\nSearch\nHome\nShare", datetime(1970, 1, 1, tzinfo=UTC))
        await self.read([page] * self._processes)

    def close(self) -> None:
        """End the processes."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            # Forking a process with threads and open connections is asking for deadlocks.
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(
                self._processes, context, _end_with_parent, (os.getpid(),)
            )
        return self._executor


def _read_in_time(seconds: float, page: PageSource) -> Page:
    """Read a page, but give it up when it takes longer: one page must not hold up a chunk."""
    if sys.platform == "win32":  # no timers there
        return read_page(page)
    signal.signal(signal.SIGALRM, _give_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return read_page(page)
    except TimeoutError:
        return Page(failure=f"one that takes more than {seconds:g} seconds", timed_out=True)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _give_up(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def _end_with_parent(parent: int) -> None:
    """Leave interrupts to the parent, and do not outlive it when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)
