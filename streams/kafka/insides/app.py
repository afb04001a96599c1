"""Faust's application without its directories on disk."""

from __future__ import annotations

from typing import Any

import faust
from faust.tables import TableManager


class App(faust.App):  # type: ignore[misc]
    """Keeps no tables: all state is in Kafka."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, TableManager=NoTables, **kwargs)

    def _create_directories(self) -> None:
        """Faust creates directories for tables; a killed worker would leave them behind."""


class NoTables(TableManager):  # type: ignore[misc]
    """Goes on at once, where Faust waits a second for agents to declare their tables."""

    async def on_start(self) -> None:
        """Recovery of tables, which has nothing to do, starts the reading of partitions."""
        await self._update_channels()
        await self.recovery.start()
