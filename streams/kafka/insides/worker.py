"""Faust's worker with our logging and a time limit for stopping."""

from __future__ import annotations

import os
import threading
from typing import Any

import faust.worker

_EXIT_STOPPED_BY_FORCE = 75  # sysexits.h: try again


class Worker(faust.worker.Worker):  # type: ignore[misc]
    """Ends the process if stopping takes longer than `stop_seconds`."""

    def __init__(self, *args: Any, stop_seconds: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stop_seconds = stop_seconds

    def _setup_logging(self) -> None:
        return

    def _flag_as_shutdown_by_signal(self) -> None:
        super()._flag_as_shutdown_by_signal()
        self._end_in_time()

    def on_worker_shutdown(self) -> None:
        """The worker is stopping, for whatever reason."""
        self._end_in_time()

    def _end_in_time(self) -> None:
        """Faust waits forever for a lost broker. Everything not acknowledged by now is read again
        by the next worker, so exiting here loses nothing."""
        timer = threading.Timer(self._stop_seconds, os._exit, (_EXIT_STOPPED_BY_FORCE,))
        timer.daemon = True
        timer.start()
