"""The desk's thread that follows the topics, and its status for the pages."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from streams.desk.database import Database, DatabaseError
from streams.desk.ingest import Incoming, Kind, Place, apply, positions
from streams.desk.retention import delete_older, forget_mergers
from streams.desk.rows import FamilyOf

log = logging.getLogger("echowire.desk")

BATCH_RECORDS = 2000
_RETRY_SECONDS = 3.0
_CLEAN_SECONDS = 60.0


class Batch(Protocol):
    """As in `streams.kafka.topic_reader`."""

    records: list[tuple[str, int, int, bytes | None]]
    next_offsets: dict[Place, int]
    ends: dict[Place, int]
    trouble: str | None


Read = Callable[[Mapping[Place, int], int], AsyncGenerator[Batch]]


@dataclass(slots=True)
class Progress:
    """How far the desk is. Times are seconds since 1970; numbers are since the desk started."""

    articles: int = 0
    stories: int = 0
    events: int = 0
    skipped: int = 0
    changes: int = 0  # batches that changed something
    lag: int | None = None  # records still to come; null before the first response
    lag_at_start: int = 0
    heard_at: float | None = None  # when Kafka last responded
    trouble: str | None = None
    ingesting: bool = True
    ends: dict[Place, int] = field(default_factory=dict)

    def caught_up(self) -> bool:
        """Whether everything available has been ingested."""
        return self.lag == 0


class Follower:
    """Ingests records until it is stopped; trouble is reported in `progress`, and waited out."""

    def __init__(
        self,
        database: Database,
        read: Read,
        kinds: Mapping[str, Kind],
        family_of: FamilyOf,
        keep_seconds: int | None = None,
    ) -> None:
        self.progress = Progress()
        self._database, self._read, self._kinds = database, read, kinds
        self._family_of, self._keep_seconds = family_of, keep_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="desk-follower", daemon=True)

    def start(self) -> None:
        """Start, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after the current batch."""
        self._stop.set()
        self._thread.join(15)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._database.ingesting() as still_ours:
                    self.progress.ingesting = still_ours is not None
                    if still_ours is None:  # what was wrong, or to come, is another's now
                        self.progress.trouble = self.progress.lag = None
                    else:
                        asyncio.run(self._follow(still_ours))
            except DatabaseError as error:
                self.progress.trouble = str(error)
                log.warning("%s", error)
            except Exception as error:  # the thread would be gone, and nothing would say so
                self.progress.trouble = f"{type(error).__name__}: {error}"
                log.exception("not followed for a moment")
            self._stop.wait(_RETRY_SECONDS)

    async def _follow(self, still_ours: Callable[[], None]) -> None:
        progress, known = self.progress, positions(self._database)
        cleaned = 0.0
        batches = self._read(known, BATCH_RECORDS)
        try:
            async for batch in batches:
                if self._stop.is_set():
                    return
                still_ours()
                self._say(batch, known)
                if batch.records or batch.next_offsets:
                    self._take(batch)
                    known.update(batch.next_offsets)
                    progress.lag = self._lag(known)
                if self._keep_seconds and time.monotonic() - cleaned > _CLEAN_SECONDS:
                    cleaned = time.monotonic()
                    delete_older(self._database, self._keep_seconds, time.time())
                    if progress.caught_up():
                        forget_mergers(self._database)
        finally:
            await batches.aclose()

    def _say(self, batch: Batch, known: Mapping[Place, int]) -> None:
        progress = self.progress
        if batch.trouble != progress.trouble and batch.trouble:
            log.warning("%s", batch.trouble)
        progress.trouble = batch.trouble
        if batch.trouble is None:
            progress.heard_at, progress.ends = time.time(), batch.ends
            if progress.lag is None:
                progress.lag_at_start = self._lag(known)
            progress.lag = self._lag(known)

    def _lag(self, known: Mapping[Place, int]) -> int:
        ends = self.progress.ends
        return sum(max(0, end - known.get(place, 0)) for place, end in ends.items())

    def _take(self, batch: Batch) -> None:
        incoming = [
            Incoming(self._kinds[topic], topic, partition, offset, value)
            for topic, partition, offset, value in batch.records
        ]
        applied = apply(self._database, incoming, batch.next_offsets, self._family_of)
        progress = self.progress
        progress.articles += applied.articles
        progress.stories += applied.stories
        progress.events += applied.events
        progress.skipped += applied.skipped
        progress.changes += bool(batch.records)
