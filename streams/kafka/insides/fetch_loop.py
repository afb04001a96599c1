"""Faust's loops of fetches, without what costs more than a fetch itself, and of commits."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka.errors import ConsumerStoppedError
from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode.services import Service

from streams.kafka.insides.chunk import Chunk
from streams.kafka.insides.group_watch import watch_fencing, watch_group

_FETCH_SECONDS = 1.0
# A commit follows the first heartbeat after this much of the commit interval. It comes after so
# much of it if there is none: heartbeats are hardly more than a second apart.
_COMMIT_FROM, _COMMIT_BY = 0.9, 2.0


class FetchLoop(driver.Consumer):  # type: ignore[misc]
    """Faust's consumer, which hands over what aiokafka's fetches."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._resumed = asyncio.Event()

    async def on_started(self) -> None:
        """Connected: from now on the group may refuse us."""
        await super().on_started()
        coordinator = self._thread._ensure_consumer()._coordinator
        watch_fencing(coordinator, self.transport.on_failure)
        self.add_future(watch_group(coordinator, self.transport.on_failure))

    def resume_flow(self) -> None:
        """Fetch from now on. What waits for partitions begins at once, where Faust sleeps for the
        rest of a second."""
        super().resume_flow()
        self._resumed.set()

    @Service.task  # type: ignore[untyped-decorator]
    async def _commit_handler(self) -> None:
        interval = self.commit_interval
        while not self.should_stop:
            await self._thread.heartbeats.next(_COMMIT_FROM * interval, _COMMIT_BY * interval)
            await self.commit()

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
