"""How long fetches wait at the broker: for the first record, or to gather more.

While little comes, a fetch is answered with the first record: to wait longer would save nothing.
While much comes, fetches gather at the broker, until there are so many bytes or `gather_seconds`
are over. (To wait before handing over gathers nothing: aiokafka does not fetch while it holds
records, so that what comes meanwhile waits for the fetch after the next.)
"""

from __future__ import annotations

import math
from typing import NamedTuple

# From so many records a second on, fetches gather them.
_MUCH = 200.0
_GATHER_BYTES = 256 << 10
# By what came in about so many seconds.
_MEMORY_SECONDS = 0.3
# A partition that is handed over late waits for the fetch that is under way: aiokafka leaves it out
# of that, and a broker answers one fetch of a client at a time. Where nothing has come for a while,
# fetches are answered seldom, as each takes a millisecond of the processor's time.
_IDLE_AFTER_SECONDS = 2.0


class Wait(NamedTuple):
    """A fetch is answered when there are so many bytes, or after so many milliseconds."""

    least_bytes: int
    wait_milliseconds: int


FIRST = Wait(1, 100)
IDLE = Wait(1, 500)


class Pace:
    """Of one consumer's fetches."""

    def __init__(self, gather_seconds: float) -> None:
        self._gather = Wait(_GATHER_BYTES, round(gather_seconds * 1000))
        self._came = 0.0  # records lately, fewer the longer ago
        self._last = self._last_record = -math.inf

    def after(self, records: int, now: float) -> Wait:
        """How the next fetch waits, now that one has brought so many; `now` in seconds."""
        self._came = self._came * math.exp((self._last - now) / _MEMORY_SECONDS) + records
        self._last = now
        if records:
            self._last_record = now
        if now - self._last_record > _IDLE_AFTER_SECONDS:
            return IDLE
        much = self._came > _MUCH * _MEMORY_SECONDS
        return self._gather if much and self._gather.wait_milliseconds else FIRST
