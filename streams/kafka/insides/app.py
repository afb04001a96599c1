"""Faust's application without its directories on disk."""

from __future__ import annotations

import faust


class App(faust.App):  # type: ignore[misc]
    """Keeps no tables: all state is in Kafka."""

    def _create_directories(self) -> None:
        """Faust creates directories for tables; a killed worker would leave them behind."""
