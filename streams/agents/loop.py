"""How every stage takes its chunks: in order, acked when confirmed, and never otherwise."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable
from functools import partial
from typing import NoReturn, Protocol

import faust

from streams.health import Progress
from streams.kafka.consumer import Chunk
from streams.tracing import ChunkSpan, ChunkTracer

log = logging.getLogger("echowire")

# sysexits.h: an internal error. The supervisor restarts the worker, and the chunk is read again.
EXIT_INTERNAL_ERROR = 70


class Stage(Protocol):
    """What a stage does with a chunk."""

    async def handle(self, chunk: Chunk) -> Awaitable[None]:
        """Work a chunk out and begin to publish it; what is returned ends with its confirmation.

        The next chunk may be handed over before that: a stage whose chunks depend on each other
        confirms before it returns.
        """
        ...


async def handle_chunks(
    stream: faust.StreamT, name: str, stage: Stage, progress: Progress, tracer: ChunkTracer
) -> None:
    """Handle a stream's chunks: one is worked out while the one before it is being confirmed.

    Any error but a cancellation ends the process: Faust acks an event whose agent raised, restarts
    the agent and goes on, and the event is gone. Errors of one record never come this far: they
    are values.
    """
    before: asyncio.Task[None] | None = None
    try:
        async for event in stream.noack().events():
            chunk: Chunk = event.message
            started = time.perf_counter()
            ends = [(tp.topic, tp.partition, offset) for tp, offset in chunk.ends]
            span = tracer.begin(name, ends, (record.headers for record in chunk.records))
            try:
                confirmation = await stage.handle(chunk)
            except Exception as error:  # noqa: BLE001
                end_process(chunk, error)
            finishing = asyncio.create_task(_finish(stream, event, confirmation, before, progress))
            finishing.add_done_callback(partial(_told, name, chunk, started, span))
            if before is not None:
                await before
            before = finishing
    finally:  # a rebalance or the end: what is not confirmed is not acked, and read again
        if before is not None:
            before.cancel()


async def _finish(
    stream: faust.StreamT,
    event: faust.EventT,
    confirmation: Awaitable[None],
    before: asyncio.Task[None] | None,
    progress: Progress,
) -> None:
    """Ack a chunk when it and the one before it are confirmed."""
    chunk: Chunk = event.message
    try:
        await confirmation
        if before is not None:
            await before
        await stream.ack(event)
        progress.handled(chunk)
    except Exception as error:  # noqa: BLE001
        end_process(chunk, error)


def _told(name: str, chunk: Chunk, started: float, span: ChunkSpan, _: asyncio.Task[None]) -> None:
    """A chunk is finished: end its span, and say so to whoever debugs."""
    span.end()
    if log.isEnabledFor(logging.DEBUG):
        log.debug(
            "chunk handled",
            extra={**_place(chunk), "stage": name, "records": len(chunk.records),
                   "seconds": round(time.perf_counter() - started, 4)},
        )  # fmt: skip


def _place(chunk: Chunk) -> dict[str, object]:
    """Where a chunk stands, for its log lines: `offset` is the last one of `partition`."""
    tp, offset = chunk.ends[0]
    return {"topic": tp.topic, "partition": tp.partition, "offset": offset}


def end_process(chunk: Chunk, error: Exception) -> NoReturn:
    """Leave without acknowledging, flushing offsets, or running anyone's clean-up."""
    places = ", ".join(f"{tp.topic}[{tp.partition}] up to {offset}" for tp, offset in chunk.ends)
    log.critical(
        "ended at chunk %s, which is not acknowledged: %s", places, error,
        exc_info=error, extra=_place(chunk),
    )  # fmt: skip
    logging.shutdown()
    os._exit(EXIT_INTERNAL_ERROR)
