"""How every stage takes its chunks: in order, acked when confirmed, and never otherwise."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import NoReturn, Protocol

import faust

from streams.health import Progress
from streams.kafka.consumer import Chunk

log = logging.getLogger("echowire")

# sysexits.h: an internal error. The supervisor restarts the worker, and the chunk is read again.
EXIT_INTERNAL_ERROR = 70


class Stage(Protocol):
    """What a stage does with a chunk."""

    async def handle(self, chunk: Chunk) -> None:
        """Return when all outputs are confirmed."""


async def handle_chunks(stream: faust.StreamT, stage: Stage, progress: Progress) -> None:
    """Handle a stream's chunks. Any error but a cancellation ends the process.

    Faust acks an event whose agent raised, restarts the agent and goes on: the event is gone. So
    nothing may leave here. Errors of one record never come this far: they are values.
    """
    async for event in stream.noack().events():
        chunk: Chunk = event.message
        try:
            await stage.handle(chunk)
        except asyncio.CancelledError:  # a rebalance or the end: the chunk is read again
            raise
        except Exception as error:  # noqa: BLE001
            end_process(chunk, error)
        await stream.ack(event)
        progress.handled(chunk)


def end_process(chunk: Chunk, error: Exception) -> NoReturn:
    """Leave without acknowledging, flushing offsets, or running anyone's clean-up."""
    places = ", ".join(f"{tp.topic}[{tp.partition}] up to {offset}" for tp, offset in chunk.ends)
    log.critical("ended at chunk %s, which is not acknowledged: %s", places, error, exc_info=error)
    logging.shutdown()
    os._exit(EXIT_INTERNAL_ERROR)
