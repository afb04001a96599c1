"""Chunks are normalised and pages read in processes of their own: they would hold up heartbeats."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from types import FrameType
from typing import NamedTuple, ParamSpec, TypeVar

from streams.agents.shared_memory import Block, Packed, call_packed, pack, shared_block, unpack
from streams.articles.page import Page, PageSource, read_page
from streams.heap import keep_freed_memory, keep_what_is_here
from streams.kafka.publish import StoppedError
from streams.warm_up import compile_kernels, load_language_model

log = logging.getLogger("echowire")

_PR_SET_PDEATHSIG = 1
# Calls that use shared memory: one at work, one that waits, one whose answer is being taken. All
# blocks fit into the 64 MiB that containers have for it; further calls go through pipes.
_BLOCKS_A_PROCESS, _MOST_BLOCKS = 3, 12

_blocks: list[Block] = []  # the owner's, in a process of the pool


class Failure(NamedTuple):
    """An exception of a page process, as text."""

    kind: str
    message: str
    traceback: str


class PageProcessError(Exception):
    """A page process could not do what it was told; the traceback there is a note on this."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.kind}: {failure.message}")
        self.add_note(f"In the page process:\n{failure.traceback}")


P = ParamSpec("P")
R = TypeVar("R")


class PagePool:
    """A pool that starts at the first call or before, and ends with its owner."""

    def __init__(self, processes: int, page_seconds: float) -> None:
        self._processes = processes
        self._read = partial(_read, page_seconds)
        self._executor: ProcessPoolExecutor | None = None
        self._blocks: list[Block] = []
        self._free: list[int] = []  # numbers of blocks that no call uses
        self._closed = False

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function in one of the processes, without holding up the event loop.

        Raises PageProcessError for what it raises, BrokenProcessPool when the process died, and
        StoppedError when the pool is closed.
        """
        executor, call = self._started(), partial(function, *args, **kwargs)
        number = self._free.pop() if self._free else None
        block = None if number is None else self._blocks[number]
        submitted = executor.submit(_run_packed, number, pack(block, call))
        try:
            answer: R = unpack(block, _taken(await asyncio.wrap_future(submitted)))
        finally:
            if number is not None:  # if we are cancelled, the process may be at it still
                submitted.add_done_callback(lambda _: self._free.append(number))
        return answer

    def read_now(self, pages: Sequence[PageSource]) -> list[Page]:
        """Read pages, waiting; the answers are in the same order."""
        if not pages:
            return []
        return [_taken(answer) for answer in self._started().map(self._read, pages)]

    async def warm_up(self) -> None:
        """Start the processes ahead of the first chunk, which would wait seconds for them."""
        await asyncio.gather(*(self.run(_warm_up) for _ in range(self._processes)))

    def close(self) -> None:
        """End the processes."""
        self._closed = True
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None

    def _started(self) -> ProcessPoolExecutor:
        if self._closed:
            raise StoppedError
        if self._executor is None:
            # Forking a process with threads and open connections is asking for deadlocks.
            context = multiprocessing.get_context("spawn")
            try:
                count = min(self._processes * _BLOCKS_A_PROCESS, _MOST_BLOCKS)
                self._blocks = [shared_block(context) for _ in range(count)]
            except OSError as error:
                log.warning("no shared memory (%s): chunks go through pipes, which is slow", error)
            self._free = [*range(len(self._blocks))]
            setup = os.getpid(), self._blocks
            self._executor = ProcessPoolExecutor(self._processes, context, _begin, setup)
        return self._executor


def read_in_time(seconds: float, page: PageSource) -> Page:
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


def _warm_up() -> None:
    compile_kernels()
    load_language_model()
    keep_what_is_here()


def _run_packed(number: int | None, packed: Packed) -> Packed | Failure:
    return _answer(call_packed, None if number is None else _blocks[number], packed)


def _read(seconds: float, page: PageSource) -> Page | Failure:
    return _answer(read_in_time, seconds, page)


def _answer(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R | Failure:
    """What a function returns or, as a value, what it raises: an exception that cannot be pickled,
    or cannot be unpickled, would break the pool and hide what happened."""
    try:
        return function(*args, **kwargs)
    except Exception as error:  # noqa: BLE001
        return Failure(type(error).__name__, str(error), traceback.format_exc())


def _taken(answer: R | Failure) -> R:
    """Raises PageProcessError where there is no answer."""
    if isinstance(answer, Failure):
        raise PageProcessError(answer)
    return answer


def _begin(parent: int, blocks: list[Block]) -> None:
    """Set a process up: it leaves interrupts to the parent, and does not outlive it when that is
    killed."""
    _blocks[:] = blocks
    keep_freed_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)
