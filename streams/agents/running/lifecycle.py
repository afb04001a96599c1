"""What starts and stops with a worker besides Faust's own services."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence

import faust

from streams.agents.running.exit import exit_process
from streams.agents.running.normaliser_pool import NormaliserPool
from streams.health import Progress
from streams.kafka.publish import BatchPublisher
from streams.kafka.shards import Shards
from streams.web import PortTakenError, WebServer

log = logging.getLogger("echowire")


class Lifecycle(faust.Service):  # type: ignore[misc]
    """Starts and stops the parts of a worker in order.

    `background`: what runs beside the agents throughout, each as a coroutine.
    """

    def __init__(
        self,
        *,
        publisher: BatchPublisher,
        progress: Progress,
        web: WebServer,
        shards: Shards,
        pages: NormaliserPool,
        background: Sequence[Callable[[], Awaitable[None]]],
    ) -> None:
        super().__init__()
        self._publisher, self._progress, self._web = publisher, progress, web
        self._shards, self._pages, self._background = shards, pages, background

    async def on_start(self) -> None:
        """Serve, and start the background tasks. The publisher is connected by now."""
        self._progress.publishing = True
        try:
            await self._web.start()
        except PortTakenError as error:
            exit_process(error, "before it began")
        for begin in self._background:
            self.add_future(begin())
        log.info("metrics at %s/metrics", self._web.address)

    async def on_stop(self) -> None:
        """Become unready first, so that nobody sends work; disconnect from the brokers last."""
        self._progress.publishing = False
        await self._web.stop()
        await self._shards.stop()
        await self._publisher.stop()
        self._pages.close()
