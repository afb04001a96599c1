"""When a worker tells its group that it lives: all workers at the same moments of the clock.

A broker counts a member's session from its last heartbeat or commit, and the others learn that
it is over from the answer to their next heartbeat. So every worker sends its heartbeats at
multiples of one interval since 1970, of which a session has not quite a whole number: wherever a
worker was killed, the others' next heartbeat follows a tenth of an interval after its session has
ended. aiokafka's own heartbeats drift apart, and then that takes up to a whole interval. A commit
at another moment would be a later sign of life, with the same effect: commits follow heartbeats.

Clocks that differ by more than that tenth lose the advantage, and nothing else.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import Any

# Ten a session, or one a second if that is more: commits, a second apart, can follow each of those.
_LEAST_A_SESSION = 10
# With a whole number, the end of a session coincides with heartbeats: half of them would come just
# before it.
_NOT_QUITE = 0.1
# aiokafka sleeps for this share of an interval between heartbeats, so that the next one can wait
# until it is due.
_ASKED_AFTER = 0.5


def interval_seconds(session_seconds: float) -> float:
    """From one heartbeat to the next."""
    return session_seconds / (max(_LEAST_A_SESSION, round(session_seconds)) - _NOT_QUITE)


def heartbeat_seconds(session_seconds: float) -> float:
    """What aiokafka is told to be the interval."""
    return interval_seconds(session_seconds) * _ASKED_AFTER


class Heartbeats:
    """Those of one worker."""

    def __init__(self, session_seconds: float) -> None:
        self._seconds = interval_seconds(session_seconds)
        self._last: int | None = None  # in intervals since 1970
        self._failed = False  # the last one: aiokafka sends it again in a tenth of a second
        self._answered = asyncio.Event()

    def pace(self, coordinator: Any) -> None:
        """Let the heartbeats of aiokafka's coordinator wait until they are due."""
        plain = coordinator._do_heartbeat

        async def do_heartbeat() -> bool:
            if not self._failed:
                await self._until_due()
            lives: bool = await plain()
            self._failed = not lives
            self._answered.set()
            return lives

        coordinator._do_heartbeat = do_heartbeat

    async def _until_due(self) -> None:
        """One that is late is sent at once."""
        now = time.time() / self._seconds
        if self._last in (None, int(now)):
            await asyncio.sleep((int(now) + 1 - now) * self._seconds)
            self._last = int(now) + 1
        else:
            self._last = int(now)

    async def next(self, least_seconds: float, most_seconds: float) -> None:
        """Return after the first heartbeat from `least_seconds` on, or after `most_seconds`."""
        await asyncio.sleep(least_seconds)
        self._answered.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(most_seconds - least_seconds):
                await self._answered.wait()
