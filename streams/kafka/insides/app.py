"""Faust's application without what we do not use of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import faust
from faust.app import BootStrategy
from faust.sensors import Monitor
from faust.tables import TableManager

Connect = Callable[[], Awaitable[None]]


class App(faust.App):  # type: ignore[misc]
    """Keeps no tables: all state is in Kafka. `connect` comes before anything is read."""

    class BootStrategy(BootStrategy):  # type: ignore[misc]
        """Starts no producer: `BatchPublisher` has one."""

        enable_kafka_producer = False

    def __init__(self, *args: Any, connect: Connect | None = None, **kwargs: Any) -> None:
        super().__init__(*args, TableManager=NoTables, Monitor=NoStatistics, **kwargs)
        self._connect = connect

    async def on_start(self) -> None:
        """Connect what agents publish with. What is added as a service starts when the first of
        them may be at work already."""
        await super().on_start()
        if self._connect:
            await self._connect()

    def _create_directories(self) -> None:
        """Faust creates directories for tables; a killed worker would leave them behind."""


class NoTables(TableManager):  # type: ignore[misc]
    """Goes on at once, where Faust waits a second for agents to declare their tables."""

    async def on_start(self) -> None:
        """Recovery of tables, which has nothing to do, starts the reading of partitions."""
        await self._update_channels()
        await self.recovery.start()


class NoStatistics(Monitor):  # type: ignore[misc]
    """Counts no events: `streams/metrics` counts articles."""

    def on_message_in(self, *_: object) -> None:
        """Does nothing."""

    on_message_out = on_stream_event_in = on_stream_event_out = on_message_in

    def _get_tasks(self) -> tuple[()]:
        return ()  # the only one computes averages once a second
