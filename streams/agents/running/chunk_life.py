"""A chunk's life in a stage, step by step: worked out, encoded, published, acknowledged.

A chunk is worked out while those before it are encoded, published and confirmed: two of them at
most, which are published in the order of their coming.
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
from streams.kafka.insides.consumer import Chunk
from streams.kafka.poison_records import CrashLedger, CrashNote
from streams.kafka.publish import StoppedError

# Chunks of a stage that are being encoded, published and confirmed while another is worked out.
# With only one, the process that encodes would wait while the event loop is busy.
MOST_UNFINISHED = 2


class Work(Protocol):
    """A chunk that has been worked out, and what is left to do for it."""

    async def encode(self) -> None:
        """Make the batches of its outputs."""
        ...

    async def publish(self) -> None:
        """Send them; returns when every record is confirmed."""
        ...


class ChunkHandler(Protocol):
    """What a stage does with a chunk."""

    async def work_out(self, chunk: Chunk) -> Work:
        """Normalise or decide a chunk, as far as the next one depends on it.

        Raises StoppedError when the partition is another's by now, or the worker is ending; so do
        the steps of its work.
        """
        ...

    async def pass_over(self, record: ConsumerRecord) -> None:
        """A record was given up, and all before it in its partition is done."""
        ...


class GiveUp(Protocol):
    """What becomes of a record that has ended too many workers, or cannot be read."""

    async def __call__(self, record: ConsumerRecord, why: Rejection) -> None:
        """Put it out of the way, confirmed."""
        ...


class NoWork:
    """Of a chunk that has nothing to publish, or has published everything already."""

    async def encode(self) -> None:
        """Nothing."""

    async def publish(self) -> None:
        """Nothing."""


class State(StrEnum):
    """How far a chunk has come."""

    TAKEN = "taken"
    WORKED_OUT = "worked out"
    ENCODED = "encoded"
    PUBLISHED = "published"
    ACKNOWLEDGED = "acknowledged"
    STOPPED = "stopped"  # by a rebalance or the end of the worker: it is read again


class ChunkLife:
    """One chunk, from being taken to being acknowledged.

    Any error but a cancellation ends the process: Faust acks an event whose agent raised, restarts
    the agent and goes on, and the event is gone. Errors of one record never come this far: they
    are values.
    """

    def __init__(
        self,
        chunk: Chunk,
        handler: ChunkHandler,
        ledger: CrashLedger,
        give_up: GiveUp,
        before: ChunkLife | None,
    ) -> None:
        """`before`: the chunk of the same stage that is to be published first."""
        self.chunk, self.state = chunk, State.TAKEN
        self._handler, self._ledger, self._give_up = handler, ledger, give_up
        self._before = before
        self._work: Work = NoWork()
        self._finishing: asyncio.Task[None] | None = None

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
                await self._published_before()
                given_up, parts = self._suspects(records)
                for record, crashes in given_up:
                    at_work = _part(self.chunk, [record])
                    await self._give_up(record, rejected_for_crashes(crashes))
                for part in parts:
                    at_work = _part(self.chunk, part)
                    work = await self._handler.work_out(at_work)
                    await work.encode()
                    await work.publish()
                for record, _ in given_up:
                    await self._handler.pass_over(record)
            self.state = State.WORKED_OUT
        except StoppedError:
            self.state = State.STOPPED
        except Exception as error:  # noqa: BLE001
            await self._exit(at_work, error)

    def finish(self, acknowledge: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        """Begin the other steps, in a task of their own; `acknowledge` is the last."""
        self._finishing = asyncio.create_task(self._finish(acknowledge))
        return self._finishing

    async def finished(self) -> None:
        """Wait for the last step."""
        if self._finishing is not None:
            await self._finishing

    def cancel(self) -> None:
        """What is not confirmed is not acknowledged, and read again."""
        if self._finishing is not None:
            self._finishing.cancel()

    async def _finish(self, acknowledge: Callable[[], Awaitable[None]]) -> None:
        try:
            await self._work.encode()
            self.state = State.ENCODED
            await self._published_before()
            await self._work.publish()
            self.state = State.PUBLISHED
            await acknowledge()
            self.state = State.ACKNOWLEDGED
        except StoppedError:  # the state that had it already is gone, too
            self.state = State.STOPPED
        except Exception as error:  # noqa: BLE001
            await self._exit(self.chunk, error)
        finally:
            self._before = None  # or each would keep all before it

    async def _published_before(self) -> None:
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

    async def _exit(self, at_work: Chunk, error: Exception) -> NoReturn:
        """End the process; where the records at work may be to blame, note them for the next."""
        await self._published_before()  # the note says that all records before are done
        if blames_record(error):
            await self._ledger.note(at_work.records, error, at_work.generation_id)
        exit_at_chunk(at_work, error)


class Overlap:
    """The chunks of a stage that have been worked out and are not finished, in their order."""

    def __init__(self) -> None:
        self._unfinished: deque[ChunkLife] = deque()

    @property
    def last(self) -> ChunkLife | None:
        """The chunk that the next one is published after."""
        return self._unfinished[-1] if self._unfinished else None

    async def add(self, life: ChunkLife) -> None:
        """Wait until few enough are unfinished besides this one."""
        self._unfinished.append(life)
        if len(self._unfinished) > MOST_UNFINISHED:
            await self._unfinished.popleft().finished()

    def cancel(self) -> None:
        """A rebalance or the end of the worker."""
        for life in self._unfinished:
            life.cancel()


def _part(chunk: Chunk, records: list[ConsumerRecord]) -> Chunk:
    """A chunk of these records only. The first part tells where the log was cut."""
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
