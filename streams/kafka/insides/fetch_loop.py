"""Faust's loop of fetches without what costs more than a fetch itself.

Faust puts each fetch into a queue of its consumer's thread, where a worker waits for it in three
tasks, and hands over what came in two more. At a few articles a second that was a quarter of the
plumbing's processor time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from aiokafka.errors import ConsumerStoppedError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode.utils.futures import maybe_set_exception, maybe_set_result

from streams.kafka.insides.chunk import Chunk

_FETCH_SECONDS = 1.0


class FetchThread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """The consumer's thread. Fetches begin at once, whatever else is asked of it: its other calls
    may wait for a broker."""

    _fetching: asyncio.Task[None] | None = None

    async def getmany(self, active_partitions: Collection[TP] | None, timeout: float) -> Any:  # noqa: ASYNC109
        """The result of one fetch."""
        consumer = self._ensure_consumer()
        promise: asyncio.Future[Any] = self.parent_loop.create_future()
        self.thread_loop.call_soon_threadsafe(
            self._begin, promise, consumer, active_partitions, timeout
        )
        return await promise

    async def on_thread_stop(self) -> None:
        """The thread ends, and so does its fetch."""
        if self._fetching is not None:
            self._fetching.cancel()
        await super().on_thread_stop()

    def _begin(self, promise: asyncio.Future[Any], *fetch: Any) -> None:
        if not promise.cancelled():
            self._fetching = self.thread_loop.create_task(self._fetch(promise, *fetch))

    async def _fetch(
        self,
        promise: asyncio.Future[Any],
        consumer: Any,
        partitions: Collection[TP],
        timeout: float,  # noqa: ASYNC109
    ) -> None:
        answer = self.parent_loop.call_soon_threadsafe
        try:
            found = await self._fetch_records(
                consumer, partitions, timeout=timeout, max_records=consumer._max_poll_records
            )
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001
            answer(maybe_set_exception, promise, error)  # it is raised in the main thread
        else:
            answer(maybe_set_result, promise, found)


class FetchLoop(driver.Consumer):  # type: ignore[misc]
    """The consumer in the main thread."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._resumed = asyncio.Event()

    def resume_flow(self) -> None:
        """Fetch from now on. What waits for partitions begins at once, where Faust sleeps for the
        rest of a second."""
        super().resume_flow()
        self._resumed.set()

    async def _wait_next_records(self, timeout: float) -> tuple[Any, Any]:  # noqa: ASYNC109
        self._resumed.clear()
        if self.flow_active and not self._get_active_partitions():
            await self.wait_first(
                self._resumed.wait(), self.suspend_flow.wait(), timeout=_FETCH_SECONDS
            )
            return None, None
        return await super()._wait_next_records(timeout)  # type: ignore[no-any-return]

    async def _drain_messages(self, fetcher: Any) -> None:
        """Hand over the chunks of one fetch after the other."""
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                await asyncio.sleep(0)  # a fetch need not wait for anything
                async for tp, chunk in self.getmany(timeout=_FETCH_SECONDS):
                    await self._pass_on(tp, chunk)
        except (ConsumerStoppedError, asyncio.CancelledError):
            if not self.app.should_stop:
                raise

    async def _pass_on(self, tp: TP, chunk: Chunk) -> None:
        """Put a chunk into its agent's queue, unless it was read before we went back in its
        partition."""
        read = self._read_offset[tp]
        if read is not None and chunk.offset < read:
            return
        if self.flow_active and self.app.flow_control.is_active():
            await self.callback(chunk)  # which waits for nothing then
        else:  # until a rebalance is over, or the next one begins
            await self.wait_first(self.callback(chunk), self.suspend_flow.wait())
        self._read_offset[tp] = chunk.offset
