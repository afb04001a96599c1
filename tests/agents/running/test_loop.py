"""What the chunk loop does when a worker ends in the middle of a chunk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import ProducerClosed
from faust.types import TP

from streams.agents.running.chunk_life import Work
from streams.agents.running.loop import ChunkLoop
from streams.agents.running.normaliser_pool import NormaliserPool
from streams.agents.stages.detect import DetectStage
from streams.kafka.acks import Acks
from streams.kafka.batch import encode_batch
from streams.kafka.fencing import ShardGoneError
from streams.kafka.insides.chunk import Chunk
from streams.kafka.outgoing import Encoded, Outgoing
from streams.kafka.publish import BatchPublisher, StoppedError
from streams.metrics import Metrics
from streams.settings import Settings

STEPS = ("worked out", "encoded", "published", "settled")


class Stage:
    """Ends the second chunk at one step."""

    def __init__(self, step: str, error: Exception) -> None:
        self._step, self._error, self._chunks = step, error, 0

    async def work_out(self, chunk: Any) -> Work:
        self._chunks += 1
        number = self._chunks

        def take(step: str) -> None:
            if number == 2 and step == self._step:
                raise self._error

        class OneChunk:
            async def encode(self) -> None:
                take("encoded")

            async def publish(self) -> None:
                take("published")

            async def settle(self) -> None:
                take("settled")

        take("worked out")
        return OneChunk()


class Stream:
    """Three chunks, and what was acked of them."""

    def __init__(self) -> None:
        self.acked: list[int] = []

    def noack(self) -> Stream:
        return self

    async def events(self) -> AsyncIterator[Any]:
        for offset in (1, 2, 3):
            yield SimpleNamespace(
                message=SimpleNamespace(
                    ends=[(TP("raw", 0), offset)],
                    records=[offset],
                    unreadable=[],
                    offset=offset,
                    let_go=lambda: None,
                )
            )
            await asyncio.sleep(0.01)

    async def ack(self, event: Any) -> None:
        self.acked.append(event.message.offset)


class Ledger:
    """Nobody is suspected; whoever is noted is remembered."""

    def __init__(self) -> None:
        self.noted = 0

    async def suspects(self, _: object) -> bool:
        return False

    async def note(self, *_: object) -> None:
        self.noted += 1


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("error", [StoppedError(), ShardGoneError()])
async def test_a_chunk_interrupted_by_stopping_is_neither_acked_nor_blamed(
    step: str, error: Exception
) -> None:
    stage, stream, ledger = Stage(step, error), Stream(), Ledger()
    handled: list[int] = []
    fakes: tuple[Any, ...] = (
        stage,
        SimpleNamespace(handled=lambda chunk: handled.append(chunk.offset)),
        ledger,
        None,
        SimpleNamespace(begin=lambda *_: SimpleNamespace(end=lambda: None)),
    )
    loop = ChunkLoop("normalise", *fakes)
    await loop.run(stream)
    await asyncio.sleep(0.05)
    assert 2 not in stream.acked
    assert 1 in stream.acked
    assert handled == stream.acked
    assert ledger.noted == 0


async def test_a_chunk_fetched_before_a_rebalance_is_not_decided_after_it(
    settings: Settings,
) -> None:
    """Those before it are read again, and would look as if they had been decided."""
    shard = SimpleNamespace(state=SimpleNamespace(last_offset=-1), unconfirmed=0)

    async def ready(_: int) -> Any:
        app.consumer_generation_id += 1  # the rebalance
        return shard

    app = SimpleNamespace(consumer_generation_id=7)
    chunk = Chunk(
        "normalised", 0, 60, 0.0, 0, None, None, b"", None, 0, 0, TP("normalised", 0),
        generation_id=7,
    )  # fmt: skip
    chunk.app, chunk.acks, chunk.records = app, Acks(7), []
    shards: Any = SimpleNamespace(shard=ready)
    stage = DetectStage(settings, shards, Metrics())
    assert chunk.is_current()
    with pytest.raises(ShardGoneError):
        await stage.work_out(chunk)
    assert shard.unconfirmed == 0


@pytest.mark.parametrize(("stopped", "error"), [(True, StoppedError), (False, ProducerClosed)])
async def test_what_is_stopped_while_it_publishes_says_so(
    settings: Settings, stopped: bool, error: type[Exception]
) -> None:
    async def closed(*_: object, **_named: object) -> None:
        publisher._stopped = stopped
        raise ProducerClosed

    publisher: Any = BatchPublisher(settings)
    publisher._producer = SimpleNamespace(
        send_batch=closed,
        _sender=None,
        _message_accumulator=SimpleNamespace(_batches={}, _closed=True),
    )
    batch = Encoded("articles", 0, encode_batch([b"k"], [b"v"], [b"\0"], [0], "none"))
    with pytest.raises(error):
        await publisher.send([batch])


async def test_what_has_been_stopped_says_so(settings: Settings) -> None:
    publisher, pool = BatchPublisher(settings), NormaliserPool(1)
    with pytest.raises(RuntimeError, match="has not been started"):
        await publisher.partition_count("articles")
    await publisher.stop()
    pool.close()
    with pytest.raises(StoppedError):
        await publisher.publish([Outgoing("articles", [b"k"], [b"v"], [0], [b"\0"], [0])])
    with pytest.raises(StoppedError):
        await pool.run(print)
