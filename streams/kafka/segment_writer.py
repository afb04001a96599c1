"""Writes the segments of a shard's chunks, several at a time.

A chunk's outputs are confirmed by the time its segment arrives here, and consumers have them:
whether the shard's log records that now or a moment later matters only to the next worker, which
republishes, byte for byte, what no segment covers. So a request for each would be wasted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from streams.kafka.outgoing import Outgoing

# A segment waits this long for others. After a kill, as much is published twice.
GATHER_SECONDS = 0.25
# Segments of this many records are written at once.
ENOUGH_RECORDS = 256


Make = Callable[[], Outgoing]


class _Group:
    """Segments that are written together."""

    def __init__(self) -> None:
        self.segments: list[Make] = []
        self.records = 0
        self.enough = asyncio.Event()
        self.written: asyncio.Task[int]

    def together(self) -> Outgoing:
        """All of them, in order."""
        first, *others = (make() for make in self.segments)
        for segment in others:
            first.extend(segment)
        return first


class SegmentWriter:
    """For one shard; writes segments in the order received, one request at a time."""

    def __init__(self, send: Callable[[Make, int], Awaitable[int]]) -> None:
        """`send` is passed the number of records decided; it returns when everything is confirmed,
        -> bytes sent."""
        self._send = send
        self._open: _Group | None = None
        self._last: asyncio.Task[int] | None = None

    async def write(self, segments: Sequence[Make], records: int) -> int:
        """Write the decisions on `records`; returns when confirmed, -> bytes sent, for the first
        caller of a group. Raises what `send` does."""
        group = self._open
        first = group is None
        if group is None:
            group = self._open = _Group()
            group.written = self._last = asyncio.create_task(self._write(group, self._last))
        group.segments += segments
        group.records += records
        if group.records >= ENOUGH_RECORDS:
            group.enough.set()
        # One waiter may be cancelled alone.
        size = await asyncio.shield(group.written)
        return size if first else 0

    async def _write(self, group: _Group, before: asyncio.Task[int] | None) -> int:
        with suppress(TimeoutError):
            async with asyncio.timeout(GATHER_SECONDS):
                await group.enough.wait()
        if before is not None:
            await before
        self._open = None
        return await self._send(group.together, group.records)
