"""How every stage takes its chunks: in order, acked when confirmed, and never otherwise."""

from __future__ import annotations

import asyncio
import copy
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NoReturn, Protocol

import faust
from aiokafka.structs import ConsumerRecord
from faust.types import TP

from streams.agents.exit import blames_record, exit_process
from streams.articles.rejection import Rejection
from streams.health import Progress
from streams.kafka.dead_letters import rejected_for_crashes, rejected_unreadable
from streams.kafka.insides.consumer import Chunk
from streams.kafka.poison_records import CrashLedger, CrashNote
from streams.kafka.publish import StoppedError
from streams.tracing import ChunkSpan, ChunkTracer

log = logging.getLogger("echowire")

# Chunks of a stage that are being encoded, published and confirmed while another is worked out.
# One alone would keep the process that encodes waiting while the event loop is busy.
_MOST_UNFINISHED = 2

# Ends when every output of a chunk is confirmed.
Publish = Callable[[], Awaitable[None]]


class ChunkHandler(Protocol):
    """What a stage does with a chunk."""

    async def handle(self, chunk: Chunk) -> Awaitable[Publish]:
        """Work a chunk out; what is returned encodes its outputs, and then can publish them.

        The next chunk is handed over while this one is encoded and published; chunks are published
        in the order of their coming. Raises StoppedError when the partition is another's by now, or
        the worker is ending.
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


class ChunkLoop:
    """Handles the chunks of one stage's stream: one is worked out while those before it are being
    encoded, published and confirmed.

    Any error but a cancellation ends the process: Faust acks an event whose agent raised, restarts
    the agent and goes on, and the event is gone. Errors of one record never come this far: they
    are values.
    """

    def __init__(
        self,
        name: str,
        stage: ChunkHandler,
        progress: Progress,
        ledger: CrashLedger,
        give_up: GiveUp,
        tracer: ChunkTracer,
    ) -> None:
        self._name, self._stage, self._progress, self._ledger = name, stage, progress, ledger
        self._give_up, self._tracer = give_up, tracer

    async def run(self, stream: faust.StreamT) -> None:
        """Until the stream ends."""
        unfinished: deque[asyncio.Task[None]] = deque()
        try:
            async for event in stream.noack().events():
                chunk: Chunk = event.message
                started = time.perf_counter()
                ends = [(tp.topic, tp.partition, offset) for tp, offset in chunk.ends]
                span = self._tracer.begin(self._name, ends, (r.headers for r in chunk.records))
                before = unfinished[-1] if unfinished else None
                try:
                    encoding = await self._begin(chunk, before)
                except StoppedError:
                    span.end()
                    continue  # by a rebalance or the end: the chunk is read again
                finishing = asyncio.create_task(self._finish(stream, event, encoding, before))
                finishing.add_done_callback(
                    partial(_on_chunk_done, self._name, chunk, started, span)
                )
                unfinished.append(finishing)
                if len(unfinished) > _MOST_UNFINISHED:
                    await unfinished.popleft()
        finally:  # a rebalance or the end: what is not confirmed is not acked, and read again
            for finishing in unfinished:
                finishing.cancel()

    async def _begin(self, chunk: Chunk, before: asyncio.Task[None] | None) -> Awaitable[Publish]:
        """Work a chunk out; what is returned encodes it."""
        at_work = chunk
        try:
            for unreadable in chunk.unreadable:
                await self._give_up(unreadable, rejected_unreadable(unreadable))
            if not chunk.records:
                return asyncio.sleep(0, _done)
            if not await self._ledger.suspects(chunk.records):
                return await self._stage.handle(chunk)
            if before is not None:
                await before
            given_up, parts = self._suspects(chunk.records)
            for record, crashes in given_up:
                at_work = _part(chunk, [record])
                await self._give_up(record, rejected_for_crashes(crashes))
            for part in parts:
                at_work = _part(chunk, part)
                publish = await (await self._stage.handle(at_work))
                await publish()
            for record, _ in given_up:
                await self._stage.pass_over(record)
            return asyncio.sleep(0, _done)
        except StoppedError:
            raise
        except Exception as error:  # noqa: BLE001
            await self._exit(at_work, error, before)

    def _suspects(
        self, records: Sequence[ConsumerRecord]
    ) -> tuple[list[tuple[ConsumerRecord, CrashNote]], list[list[ConsumerRecord]]]:
        """Records that have ended too many workers, and the others in the parts to try."""
        given_up = [(r, crashes) for r in records if (crashes := self._ledger.condemned(r))]
        condemned = {(r.partition, r.offset) for r, _ in given_up}
        innocent = [r for r in records if (r.partition, r.offset) not in condemned]
        return given_up, self._ledger.parts(innocent) if innocent else []

    async def _finish(
        self,
        stream: faust.StreamT,
        event: faust.EventT,
        encoding: Awaitable[Publish],
        before: asyncio.Task[None] | None,
    ) -> None:
        """Publish a chunk after the one before it, and ack it when it is confirmed."""
        chunk: Chunk = event.message
        try:
            publish = await encoding
            if before is not None:
                await before
            await publish()
            await stream.ack(event)
            self._progress.handled(chunk)
        except StoppedError:
            return  # as above; the state that had it already is gone, too
        except Exception as error:  # noqa: BLE001
            await self._exit(chunk, error, before)

    async def _exit(
        self, chunk: Chunk, error: Exception, before: asyncio.Task[None] | None
    ) -> NoReturn:
        """End the process; where the chunk's records may be to blame, note them for the next."""
        if before is not None:
            await before  # the note says that all records before are done
        if blames_record(error):
            await self._ledger.note(chunk.records, error, chunk.generation_id)
        end_process(chunk, error)


async def _done() -> None:
    """Published part by part."""


def _part(chunk: Chunk, records: list[ConsumerRecord]) -> Chunk:
    """A chunk of these records only. The first part tells where the log was cut."""
    part = copy.copy(chunk)
    chunk.cut = None
    ends = {TP(record.topic, record.partition): record.offset for record in records}
    part.records, part.unreadable, part.ends = records, [], list(ends.items())
    part.tp, part.offset = part.ends[0]
    part.topic, part.partition = part.tp
    return part


def _on_chunk_done(
    name: str, chunk: Chunk, started: float, span: ChunkSpan, _: asyncio.Task[None]
) -> None:
    """A chunk is finished: end its span, and say so to whoever debugs."""
    span.end()
    if log.isEnabledFor(logging.DEBUG):
        log.debug(
            "chunk handled",
            extra={**_place(chunk), "stage": name, "records": len(chunk.records),
                   "seconds": round(time.perf_counter() - started, 4)},
        )  # fmt: skip


def _place(chunk: Chunk) -> dict[str, object]:
    """Where a chunk stands, for its log lines: `offset` is the last record of `partition`."""
    return {"topic": chunk.topic, "partition": chunk.partition, "offset": chunk.offset}


def end_process(chunk: Chunk, error: Exception) -> NoReturn:
    """Leave because of a chunk."""
    places = ", ".join(f"{tp.topic}[{tp.partition}] up to {offset}" for tp, offset in chunk.ends)
    exit_process(error, f"at chunk {places}, which is not acknowledged")
