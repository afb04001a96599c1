"""Caches slow figures for a while: an old one is shown while a new one is computed.

What takes long is kept longer, so that counting takes a fiftieth of the time at most.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from streams.desk.database import DatabaseError

Value = TypeVar("Value")
_SPARED = 50

log = logging.getLogger("echowire.desk")


@dataclass(slots=True)
class _Counted:
    """A value, when it was computed, and for how long it is good."""

    at: float
    value: Any
    seconds: float


@dataclass(slots=True)
class Kept:
    """Values by name."""

    seconds: float
    clock: Callable[[], float]
    _values: dict[str, _Counted] = field(default_factory=dict)
    _counting: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, name: str, count: Callable[[], Value]) -> tuple[float, Value]:
        """(when it was computed, the value). Waits only if there is none yet."""
        found = self._values.get(name)
        if found is None:
            found = self._values[name] = self._counted(count)
        elif self.clock() - found.at > found.seconds and self._begin(name):
            threading.Thread(target=self._count, args=(name, count), daemon=True).start()
        return found.at, found.value

    def _counted(self, count: Callable[[], object]) -> _Counted:
        at, begun = self.clock(), time.perf_counter()
        value = count()
        return _Counted(at, value, max(self.seconds, _SPARED * (time.perf_counter() - begun)))

    def _begin(self, name: str) -> bool:
        with self._lock:
            if name in self._counting:
                return False
            self._counting.add(name)
            return True

    def _count(self, name: str, count: Callable[[], object]) -> None:
        try:
            self._values[name] = self._counted(count)
        except DatabaseError as error:
            log.warning("%s", error)
        finally:
            self._counting.discard(name)
