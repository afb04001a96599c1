"""Faust's consumer thread without a thread.

Faust runs aiokafka's consumer in a thread of its own, with an event loop of its own, so that an
agent that computes does not hold up heartbeats. Two loops that wake each other were a sixth of a
worker's processor time at a few articles a second. Our agents compute for a moment only: the rest
is done in other processes. So the consumer lives in the worker's one loop, and its calls are calls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

from faust.transport.drivers import aiokafka as driver
from faust.types import TP
from mode.services import Service


class OneLoop(driver.AIOKafkaConsumerThread):  # type: ignore[misc]
    """What Faust takes for its thread, started and stopped like any other service."""

    wait_for_shutdown = False  # there is no thread to wait for

    def __init__(self, consumer: Any, *, loop: asyncio.AbstractEventLoop, **kwargs: Any) -> None:
        super().__init__(consumer, loop=loop, thread_loop=loop, **kwargs)

    async def start(self) -> None:
        """Connect, and take calls."""
        self._thread_started.set()
        try:
            await self._default_start()
            await self.on_thread_started()
        except BaseException:
            await self.on_thread_stop()
            raise

    async def stop(self) -> None:
        """Leave the group and disconnect."""
        if self._started.is_set():
            await Service.stop(self)

    async def on_stop(self) -> None:
        """A part of that."""
        await self.on_thread_stop()

    async def getmany(self, active_partitions: Collection[TP] | None, timeout: float) -> Any:  # noqa: ASYNC109
        """The result of one fetch. It begins at once: other calls, which Faust keeps in a queue,
        may wait for a broker."""
        consumer = self._ensure_consumer()
        return await self._fetch_records(
            consumer, active_partitions, timeout=timeout, max_records=consumer._max_poll_records
        )

    def _get_tasks(self) -> tuple[()]:
        return ()  # the only one keeps a thread awake

    # A service's own, which Faust's thread overrides to call them from another.
    crash = Service.crash
    set_shutdown = Service.set_shutdown
    _stopped_set = Service._stopped_set
    _stop_children = Service._stop_children
    _stop_futures = Service._stop_futures
    _stop_exit_stacks = Service._stop_exit_stacks
