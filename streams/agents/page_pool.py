"""HTML pages are read in processes of their own: one page takes 10 ms and more."""

from __future__ import annotations

import asyncio
import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor

from streams.articles.page import Page, read_page

_PR_SET_PDEATHSIG = 1


class PagePool:
    """A pool that starts at the first page or before, and ends with its owner."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._executor: ProcessPoolExecutor | None = None

    async def read(self, pages: Sequence[str]) -> list[Page]:
        """Read pages without holding up the event loop; the answers are in the same order.

        Raises BrokenProcessPool when a process died: the machinery failed, not the page.
        """
        if not pages:
            return []
        loop, executor = asyncio.get_running_loop(), self._started()
        return await asyncio.gather(
            *(loop.run_in_executor(executor, read_page, page) for page in pages)
        )

    def read_now(self, pages: Sequence[str]) -> list[Page]:
        """The same, waiting."""
        return list(self._started().map(read_page, pages)) if pages else []

    async def warm_up(self) -> None:
        """Start the processes ahead of the first page, which would wait seconds for them."""
        await self.read(["<p></p>"] * self._processes)

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


def _end_with_parent(parent: int) -> None:
    """Leave interrupts to the parent, and do not outlive it when it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)
