"""A chunk's life in a stage, step by step: worked out, encoded, published, settled, acknowledged.

A chunk is worked out while at most two earlier ones are encoded, published and confirmed; they are
published in order of arrival. What remains to be written to a shard's log is written for several
chunks together: each is acknowledged once that is done.
"""

from __future__ import annotations

import asyncio
import copy
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from typing import NoReturn, Protocol

from aiokafka.structs import ConsumerRecord
from faust.types import TP

from streams.agents.running.exit import blames_record, exit_process
from streams.articles.rejection import Rejection
from streams.kafka.dead_letters import rejected_for_crashes, rejected_unreadable
from streams.kafka.insides.chunk import Chunk
from streams.kafka.poison_records import CrashLedger, CrashNote
from streams.kafka.publish import StoppedError

# Chunks of a stage that are being encoded and published while another is worked out.
# With only one, the process that encodes would wait while the event loop is busy.
MOST_UNFINISHED = 2


class Work(Protocol):
    """A chunk that has been worked out, and its remaining steps."""

    async def encode(self) -> None:
        """Make the batches of its outputs."""
        ...

    async def publish(self) -> None:
        """Send them; returns when every record is confirmed."""
        ...

    async def settle(self) -> None:
        """Record for the next worker that this is done; later chunks may be published
        meanwhile. Returns when that is confirmed."""
        ...


class ChunkHandler(Protocol):
    """How a stage handles a chunk."""

    async def work_out(self, chunk: Chunk) -> Work:
        """Normalise or decide a chunk, as far as the next one depends on it.

        Raises StoppedError if the partition has been lost, or the worker is ending; so do
        the steps of its work.
        """
        ...

    async def pass_over(self, record: ConsumerRecord) -> None:
        """A record was given up, and everything before it in its partition is done."""
        ...


class GiveUp(Protocol):
    """Handles a record that has ended too many workers, or cannot be read."""

    async def __call__(self, record: ConsumerRecord, why: Rejection) -> None:
        """Dispose of it, confirmed."""
        ...


class NoWork:
    """For a chunk that has nothing to publish, or has published everything already."""

    async def encode(self) -> None:
        """Does nothing."""

    async def publish(self) -> None:
        """Does nothing."""

    async def settle(self) -> None:
        """Does nothing."""


class State(StrEnum):
    """How far a chunk has come."""

    TAKEN = "taken"
    WORKED_OUT = "worked out"
    ENCODED = "encoded"
    PUBLISHED = "published"
    ACKNOWLEDGED = "acknowledged"
    STOPPED = "stopped"  # by a rebalance or the worker's end: it is read again


class ChunkLife:
    """One chunk, from when it is taken until it is acknowledged.

    Any error but a cancellation ends the process: Faust acks an event whose agent raised, restarts
    the agent and carries on, and the event is lost. Errors of single records never get this far:
    they are values.
    """

    def __init__(
        self,
        chunk: Chunk,
        handler: ChunkHandler,
        ledger: CrashLedger,
        give_up: GiveUp,
        before: ChunkLife | None,
    ) -> None:
        """`before`: the chunk of the same stage that must be published first."""
        self.chunk, self.state = chunk, State.TAKEN
        self._handler, self._ledger, self._give_up = handler, ledger, give_up
        self._before = before
        self._done: dict[tuple[str, int], int] = {}  # the next offset, by partition
        self._work: Work = NoWork()
        self._finishing: asyncio.Task[None] | None = None
        self._published: asyncio.Future[None] | None = None

    async def work_out(self) -> None:
        """The first step; `state` says whether it was stopped."""
        at_work = self.chunk
        try:
            for unreadable in self.chunk.unreadable:
                await self._give_up(unreadable, rejected_unreadable(unreadable))
            records = self.chunk.records
            if records and not await self._ledger.suspects(records):
                self._work = await self._handler.work_out(self.chunk)
            elif records:
                await self._finished_before()
                given_up, parts = self._suspects(records)
                for record, crashes in given_up:
                    at_work = _part(self.chunk, [record])
                    await self._give_up(record, rejected_for_crashes(crashes))
                    await self._handler.pass_over(record)
                    self._mark_done([record])
                for part in parts:
                    at_work = _part(self.chunk, part)
                    work = await self._handler.work_out(at_work)
                    await work.encode()
                    await work.publish()
                    await work.settle()
                    self._mark_done(part)
            self.state = State.WORKED_OUT
        except StoppedError:
            self.state = State.STOPPED
        except Exception as error:  # noqa: BLE001
            await self._exit(at_work, error)

    def finish(self, acknowledge: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Start the remaining steps in a task of their own; `acknowledge` is the last."""
        self._published = asyncio.get_running_loop().create_future()
        self._finishing = asyncio.create_task(self._finish(acknowledge))
        return self._finishing

    def is_finished(self) -> bool:
        """Whether its last step is over."""
        return self._finishing is None or self._finishing.done()

    async def finished(self) -> None:
        """Wait for the last step."""
        if self._finishing is not None:
            await self._finishing

    async def published(self) -> None:
        """Wait until later chunks may be published."""
        if self._published is None:
            return
        if not self._published.done():
            await asyncio.shield(self._published)
        self._published.result()

    def cancel(self) -> None:
        """What is not confirmed is not acknowledged, so it is read again."""
        if self._finishing is not None:
            self._finishing.cancel()

    async def _finish(self, acknowledge: Callable[[], Awaitable[None]]) -> None:
        try:
            await self._work.encode()
            self.state = State.ENCODED
            if self._before is not None:
                await self._before.published()
            await self._work.publish()
            self.state = State.PUBLISHED
            self.chunk.published = True
            self._let_next(published=True)
            await self._work.settle()
            await self._finished_before()
            await acknowledge()
            self.state = State.ACKNOWLEDGED
        except StoppedError:  # the state that included it is gone, too
            self.state = State.STOPPED
            self._let_next(published=True)  # which may belong to another partition
        except Exception as error:  # noqa: BLE001
            await self._exit(self.chunk, error)
        finally:
            self._before = None  # or each would keep all earlier ones alive
            self._let_next(published=False)

    def _let_next(self, *, published: bool) -> None:
        """Let the next chunk publish once this one has; if this one is cancelled, so are later
        ones."""
        if self._published is None or self._published.done():
            return
        if published:
            self._published.set_result(None)
        else:
            self._published.cancel()

    async def _finished_before(self) -> None:
        if self._before is not None:
            await self._before.finished()

    def _suspects(
        self, records: Sequence[ConsumerRecord]
    ) -> tuple[list[tuple[ConsumerRecord, CrashNote]], list[list[ConsumerRecord]]]:
        """Records that have ended too many workers, and the others in the parts to try."""
        given_up = [(r, crashes) for r in records if (crashes := self._ledger.condemned(r))]
        condemned = {(r.partition, r.offset) for r, _ in given_up}
        innocent = [r for r in records if (r.partition, r.offset) not in condemned]
        return given_up, self._ledger.parts(innocent) if innocent else []

    def _mark_done(self, records: Sequence[ConsumerRecord]) -> None:
        self._done |= {(r.topic, r.partition): r.offset + 1 for r in records}

    async def _exit(self, at_work: Chunk, error: Exception) -> NoReturn:
        """End the process; if the current records may be to blame, note them for the next
        worker."""
        await self._finished_before()  # the note says that all records before are done
        if blames_record(error):
            begun = {(r.topic, r.partition): r.offset for r in reversed(self.chunk.records)}
            done, generation = begun | self._done, at_work.generation_id
            await self._ledger.note(at_work.records, done, error, generation)
        exit_at_chunk(at_work, error)


class Overlap:
    """A stage's chunks that have been worked out and are not finished, in order."""

    def __init__(self) -> None:
        self._unpublished: deque[ChunkLife] = deque()
        self._unsettled: deque[ChunkLife] = deque()
        self.last: ChunkLife | None = None  # the chunk that the next one is published after

    async def add(self, life: ChunkLife) -> None:
        """Wait until few enough others are unpublished."""
        self.last = life
        self._unpublished.append(life)
        if len(self._unpublished) > MOST_UNFINISHED:
            await self._unpublished[0].published()  # and until then it can be cancelled
            self._unsettled.append(self._unpublished.popleft())
        while self._unsettled and self._unsettled[0].is_finished():
            await self._unsettled.popleft().finished()

    def cancel(self) -> None:
        """A rebalance or the end of the worker."""
        for life in (*self._unsettled, *self._unpublished):
            life.cancel()


def _part(chunk: Chunk, records: list[ConsumerRecord]) -> Chunk:
    """A chunk of these records only. The first part reports where the log was cut."""
    part = copy.copy(chunk)
    chunk.cut = None
    ends = {TP(record.topic, record.partition): record.offset for record in records}
    part.records, part.unreadable, part.ends = records, [], list(ends.items())
    part.tp, part.offset = part.ends[0]
    part.topic, part.partition = part.tp
    return part


def exit_at_chunk(chunk: Chunk, error: Exception) -> NoReturn:
    """End the process because of a chunk."""
    places = ", ".join(f"{tp.topic}[{tp.partition}] up to {offset}" for tp, offset in chunk.ends)
    exit_process(error, f"at chunk {places}, which is not acknowledged")
