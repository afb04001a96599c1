"""Caches slow figures for a while: an old one is shown while a new one is computed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from streams.desk.database import DatabaseError

Value = TypeVar("Value")

log = logging.getLogger("echowire.desk")


@dataclass(slots=True)
class Kept:
    """Values by name, each with the time of its computation."""

    seconds: float
    clock: Callable[[], float]
    _values: dict[str, tuple[float, Any]] = field(default_factory=dict)
    _counting: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, name: str, count: Callable[[], Value]) -> tuple[float, Value]:
        """(when it was computed, the value). Waits only if there is none yet."""
        found = self._values.get(name)
        if found is None:
            found = self._values[name] = (self.clock(), count())
        elif self.clock() - found[0] > self.seconds and self._begin(name):
            threading.Thread(target=self._count, args=(name, count), daemon=True).start()
        return found

    def _begin(self, name: str) -> bool:
        with self._lock:
            if name in self._counting:
                return False
            self._counting.add(name)
            return True

    def _count(self, name: str, count: Callable[[], object]) -> None:
        try:
            self._values[name] = (self.clock(), count())
        except DatabaseError as error:
            log.warning("%s", error)
        finally:
            self._counting.discard(name)
