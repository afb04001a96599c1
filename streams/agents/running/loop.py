"""How every stage takes its chunks: one after the other, each acknowledged once confirmed."""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial

import faust

from streams.agents.running.chunk_life import ChunkHandler, ChunkLife, GiveUp, Overlap, State
from streams.health import Progress
from streams.kafka.insides.chunk import Chunk
from streams.kafka.poison_records import CrashLedger
from streams.tracing import ChunkSpan, ChunkTracer

log = logging.getLogger("echowire")


class ChunkLoop:
    """Handles the chunks of one stage's stream."""

    def __init__(
        self,
        name: str,
        handler: ChunkHandler,
        progress: Progress,
        ledger: CrashLedger,
        give_up: GiveUp,
        tracer: ChunkTracer,
    ) -> None:
        self._name, self._progress, self._tracer = name, progress, tracer
        self._handler, self._ledger, self._give_up = handler, ledger, give_up

    async def run(self, stream: faust.StreamT) -> None:
        """Until the stream ends."""
        overlap = Overlap()
        try:
            async for event in stream.noack().events():
                chunk: Chunk = event.message
                started = time.perf_counter()
                ends = [(tp.topic, tp.partition, offset) for tp, offset in chunk.ends]
                span = self._tracer.begin(self._name, ends, (r.headers for r in chunk.records))
                life = ChunkLife(chunk, self._handler, self._ledger, self._give_up, overlap.last)
                await life.work_out()
                if life.state is State.STOPPED:
                    span.end()
                    chunk.let_go()
                    continue
                finishing = life.finish(partial(self._acknowledge, stream, event))
                finishing.add_done_callback(
                    partial(_on_chunk_done, self._name, life, started, span)
                )
                await overlap.add(life)
        finally:
            overlap.cancel()

    async def _acknowledge(self, stream: faust.StreamT, event: faust.EventT) -> None:
        await stream.ack(event)
        self._progress.handled(event.message)


def _on_chunk_done(
    name: str, life: ChunkLife, started: float, span: ChunkSpan, _: asyncio.Task[None]
) -> None:
    """A chunk is finished: end its span, and log it for debugging."""
    span.end()
    if log.isEnabledFor(logging.DEBUG):
        log.debug(
            "chunk handled",
            extra={**_place(life.chunk), "stage": name, "records": len(life.chunk.records),
                   "seconds": round(time.perf_counter() - started, 4)},
        )  # fmt: skip


def _place(chunk: Chunk) -> dict[str, object]:
    """A chunk's position for its log lines: `offset` is the last record of `partition`."""
    return {"topic": chunk.topic, "partition": chunk.partition, "offset": chunk.offset}
