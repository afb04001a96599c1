"""How long fetches wait at the broker: for the first record, or to gather more.

At low rates, a fetch returns with the first record: waiting longer would save nothing.
At high rates, fetches gather at the broker, until there are enough bytes or `gather_seconds` are
over: at some hundred a second, where a longer wait gathers few more, after little over half of it.
(Waiting before the hand-over gathers nothing: aiokafka does not fetch while it holds records, so
those that arrive meanwhile wait for the fetch after the next.)
"""

from __future__ import annotations

import math
from typing import NamedTuple

# From this many records a second on, fetches gather them; from so many on, as long as they may.
# An article that stays in this worker counts twice: raw, and as it is handed over.
_MUCH, _VERY_MUCH = 200.0, 2000.0
_GATHER_BYTES = 256 << 10
# The rate is measured over about this many seconds.
_MEMORY_SECONDS = 0.3
# A partition that is handed over late waits for the fetch in progress: aiokafka leaves it out
# of that, and a broker answers one fetch of a client at a time. If nothing has arrived for a while,
# fetches return less often, as each takes a millisecond of CPU time.
_IDLE_AFTER_SECONDS = 2.0


class Wait(NamedTuple):
    """A fetch returns when there are this many bytes, or after this many milliseconds."""

    least_bytes: int
    wait_milliseconds: int


FIRST = Wait(1, 100)
IDLE = Wait(1, 500)


class Pace:
    """Of one consumer's fetches."""

    def __init__(self, gather_seconds: float) -> None:
        self._gather_milliseconds = gather_seconds * 1000
        self._came = 0.0  # recent records, decaying with time
        self._last = self._last_record = -math.inf

    def after(self, records: int, now: float) -> Wait:
        """How the next fetch waits, after one that brought this many; `now` in seconds."""
        self._came = self._came * math.exp((self._last - now) / _MEMORY_SECONDS) + records
        self._last = now
        if records:
            self._last_record = now
        if now - self._last_record > _IDLE_AFTER_SECONDS:
            return IDLE
        rate = self._came / _MEMORY_SECONDS
        if rate <= _MUCH or not self._gather_milliseconds:
            return FIRST
        share = 0.5 + 0.5 * min(1.0, rate / _VERY_MUCH)
        return Wait(_GATHER_BYTES, max(1, round(self._gather_milliseconds * share)))
