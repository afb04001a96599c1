"""Normalises chunks and reads pages in separate processes, so that heartbeats are not held up."""

from __future__ import annotations

import asyncio
import ctypes
import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from multiprocessing import resource_tracker
from typing import NamedTuple, ParamSpec, TypeVar

from streams.agents.running.descriptors import is_exhausted
from streams.agents.running.page_time import share_clock, warm_up
from streams.agents.running.shared_memory import Block, Packed, call_packed, pack, unpack
from streams.articles.outlets import OutletsError
from streams.heap import keep_freed_memory
from streams.kafka.publish import StoppedError

log = logging.getLogger("echowire")

_PR_SET_PDEATHSIG = 1
# Calls that use shared memory: one at work, one waiting, one whose result is being taken. All
# blocks together are at most 48 MiB; further calls go through pipes.
_BLOCKS_A_PROCESS, _MOST_BLOCKS = 3, 12

# Everything passes through the owner, one step at a time, while the processes have chunks waiting.
# Where both want a core the owner goes first: with equal rights it was held up for so long that a
# sixth fewer articles came through on two cores.
_NICENESS = 10

_CLOSE_SECONDS = 5.0
_TRACKERS_WARNING = "ignore:resource_tracker:UserWarning"

_blocks: list[Block] = []  # the owner's, in a pool process


class Failure(NamedTuple):
    """An exception of a normalising process, as text."""

    kind: str
    message: str
    traceback: str


class NormaliserProcessError(Exception):
    """A normalising process failed; a note on this has its traceback."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(f"{failure.kind}: {failure.message}")
        self.add_note(f"In the normalising process:\n{failure.traceback}")


P = ParamSpec("P")
R = TypeVar("R")


class NormaliserPool:
    """A pool that starts at the first call or earlier, and ends with its owner.

    With 0 processes, and where the system has no room for any, its owner makes the calls itself."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._executor: ProcessPoolExecutor | None = None
        self._blocks: list[Block] = []
        self._free: list[int] = []  # numbers of unused blocks
        self._closed = False
        self._alone = not processes
        self._turn = asyncio.Lock()  # of a call in this process

    @property
    def processes(self) -> int:
        """How many work at the same time; 0 if this process does everything itself."""
        return 0 if self._alone else self._processes

    async def run(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call a function in one of the processes, without blocking the event loop.

        Raises OutletsError as it is, NormaliserProcessError for what else it raises,
        BrokenProcessPool if the process died, and StoppedError if the pool is closed, also during
        the call.
        """
        executor, call = self._started(), partial(function, *args, **kwargs)
        if executor is None:
            async with self._turn:
                await asyncio.sleep(0)  # heartbeats go on between two calls
                return call()
        number = self._free.pop() if self._free else None
        block = None if number is None else self._blocks[number]
        submitted = executor.submit(_run_packed, number, pack(block, call))
        try:
            answer: R = unpack(block, _taken(await asyncio.wrap_future(submitted)))
        except BrokenProcessPool:
            if self._closed:  # which ends a busy process
                raise StoppedError from None
            raise
        finally:
            if number is not None:  # if we are cancelled, the process may still be using it
                submitted.add_done_callback(lambda _: self._free.append(number))
        return answer

    def begin(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Callable[[], R]:
        """Call a function in one of the processes; the returned awaitable gives its result, and
        raises as `run` does."""
        executor, call = self._started(), partial(function, *args, **kwargs)
        if executor is None:
            return call
        submitted = executor.submit(_run_packed, None, pack(None, call))

        def answer() -> R:
            return unpack(None, _taken(submitted.result()))  # type: ignore[no-any-return]

        return answer

    def start(self) -> None:
        """Start the processes now, so that the first chunk does not wait seconds for them.

        If called before this process has any thread or loop, it warms itself up and forks them, so
        that they share its compiled loops and its language model instead of loading their own.
        Without processes it warms itself up for their work.
        """
        if self._alone or _may_fork():
            warm_up()
        executor = self._started()
        if executor is not None:
            for _ in range(self._processes):
                executor.submit(warm_up)

    def close(self) -> None:
        """End the processes; a busy one gets a moment to finish."""
        self._closed = True
        if self._executor is None:
            return
        processes = [*(self._executor._processes or {}).values()]  # noqa: SLF001 - no other way
        self._executor.shutdown(wait=False, cancel_futures=True)
        self._executor = None
        deadline = time.monotonic() + _CLOSE_SECONDS
        for process in processes:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()

    def _started(self) -> ProcessPoolExecutor | None:
        """None if everything is done here."""
        if self._closed:
            raise StoppedError
        if self._executor is None and not self._alone:
            context = multiprocessing.get_context("fork" if _may_fork() else "spawn")
            count = min(self._processes * _BLOCKS_A_PROCESS, _MOST_BLOCKS)
            try:
                self._blocks = [Block() for _ in range(count)]
                share_clock(self._blocks[0].clock)
            except OSError as error:
                _raise_if_exhausted(error)
                log.warning("no shared memory (%s): chunks go through pipes, which is slow", error)
            setup = os.getpid(), self._blocks
            _start_quiet_tracker()
            try:
                self._executor = ProcessPoolExecutor(self._processes, context, _begin, setup)
            except (OSError, NotImplementedError) as error:
                _raise_if_exhausted(error)
                self._alone, self._blocks = True, []
                log.warning(
                    "no processes for pages, as there is no room for semaphores (%s): everything"
                    " is done in one process, which is slow; see that /dev/shm can be written to",
                    error,
                )
            self._free = [*range(len(self._blocks))]
        return self._executor


def _may_fork() -> bool:
    """A fork of a process with threads or open connections may wait forever for locks they held.
    macOS' own libraries have hidden threads."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return sys.platform == "linux" and threading.active_count() == 1
    return False


def _start_quiet_tracker() -> None:
    """Start the process that unlinks the pool's semaphores if this one is killed or exits at once,
    and stop it from reporting them as leaked: that would appear below our last message."""
    sys.warnoptions.append(_TRACKERS_WARNING)  # a child inherits its parent's
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions.remove(_TRACKERS_WARNING)


def _raise_if_exhausted(error: Exception) -> None:
    if is_exhausted(error):
        raise error


def _run_packed(number: int | None, packed: Packed) -> Packed | Failure | OutletsError:
    return _answer(call_packed, None if number is None else _blocks[number], packed)


def _answer(
    function: Callable[P, R], *args: P.args, **kwargs: P.kwargs
) -> R | Failure | OutletsError:
    """What a function returns or, as a value, what it raises: an exception that cannot be pickled
    or unpickled would break the pool and hide what happened."""
    try:
        return function(*args, **kwargs)
    except OutletsError as error:  # a process that did not inherit the table reads the file itself
        return error
    except Exception as error:  # noqa: BLE001
        return Failure(type(error).__name__, str(error), traceback.format_exc())


def _taken(answer: R | Failure | OutletsError) -> R:
    """Raises NormaliserProcessError or OutletsError if there is no result."""
    if isinstance(answer, OutletsError):  # the setting is wrong, not the records
        raise answer
    if isinstance(answer, Failure):
        raise NormaliserProcessError(answer)
    return answer


def _begin(parent: int, blocks: list[Block]) -> None:
    """Set up a process: it gives way to the parent, leaves signals to end to it, which may go to
    the whole group, and does not outlive it if that is killed."""
    _blocks[:] = blocks
    if blocks:
        share_clock(blocks[0].clock)
    keep_freed_memory()
    if sys.platform != "win32":
        os.nice(_NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(1)
