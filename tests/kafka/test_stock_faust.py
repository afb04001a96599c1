"""What stock Faust does at the same places: each test puts one habit of it back, and records go.

Beside tests/kafka/test_faust_edges.py, whose tests would prove little if nothing could fail them.
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from schemas.topics import ENRICHED, NORMALISED, RAW
from streams.settings import Settings
from tests.chaos.faulty_worker import Fault
from tests.kafka.service import committed, end_offsets, make_topics, push, until
from tests.kafka.test_faust_edges import done_offset, patched, refuse_whatever_comes
from tests.kafka.test_worker import article

pytestmark = pytest.mark.broker

# A plain stream acks each event when its loop goes on, or is left for whatever reason, and what is
# committed goes by those acks.
PLAIN_STREAM = """
import faust
from faust.transport.drivers import aiokafka as driver
from streams.kafka.insides.consumer import ChunkConsumer
ChunkConsumer.force_commit = driver.Consumer.force_commit
ChunkConsumer.ack = driver.Consumer.ack
faust.Stream.noack = lambda stream: stream
"""
# A cancelled agent leaves its stream to the garbage collector, and the `finally` that acks runs
# whenever that comes: here at once.
COLLECTED_AT_ONCE = """
import asyncio
from streams.agents.running.loop import ChunkLoop
plain_events, plain_run = faust.Stream.events, ChunkLoop.run
def events(stream):
    stream.opened = plain_events(stream)
    return stream.opened
async def run(loop, stream):
    try:
        await plain_run(loop, stream)
    finally:
        await stream.opened.aclose()
        await asyncio.sleep(0.2)  # in which the event loop closes the generator inside that one
faust.Stream.events, ChunkLoop.run = events, run
"""
# An agent that raises is started again.
RAISING_AGENT = """
from streams.agents.running.chunk_life import ChunkLife
async def leave(life, chunk, error):
    raise error
ChunkLife._exit = leave
"""
# What becomes of what was sent is told to the log.
UNAWAITED = """
import logging
from aiokafka.errors import KafkaError
from streams.kafka.publish import BatchPublisher
plain = BatchPublisher.send
async def send(publisher, batches):
    try:
        return await plain(publisher, batches)
    except KafkaError as error:
        logging.getLogger("stock").warning("not delivered: %s", type(error).__name__)
        return 0
BatchPublisher.send = send
"""
# Offsets that were never handed over by themselves are holes, which are noted and closed later.
HOLES = """
from faust.transport.drivers import aiokafka as driver
from streams.kafka.insides.consumer import ChunkConsumer
ChunkConsumer._add_gap = driver.Consumer._add_gap
ChunkConsumer.force_commit = driver.Consumer.force_commit
ChunkConsumer.ack = driver.Consumer.ack
"""


def test_what_a_stop_interrupts_is_acknowledged(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(5)]))
    patch = PLAIN_STREAM + COLLECTED_AT_ONCE
    worker = patched(settings, tmp_path, patch, Fault("detect_taken", 1, "hang")).launch()
    with worker:
        until(lambda: "fault: hang" in worker.log(), "a chunk is in the middle", 90)
        worker.signal(signal.SIGTERM)
        until(worker.ended, "it has stopped")
    assert done_offset(settings, NORMALISED) == 5
    assert sum(asyncio.run(end_offsets(settings, ENRICHED)).values()) == 0


def test_an_error_is_acknowledged(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(5)]))
    patch = PLAIN_STREAM + RAISING_AGENT
    with patched(settings, tmp_path, patch, Fault("decided", 1, "error")).launch():
        until(lambda: done_offset(settings, NORMALISED) == 5, "the failed chunk is committed")
    assert sum(asyncio.run(end_offsets(settings, ENRICHED)).values()) == 0


def test_what_the_broker_refuses_is_acknowledged(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    with patched(settings, tmp_path, UNAWAITED).start() as worker:
        asyncio.run(refuse_whatever_comes(settings))
        asyncio.run(push(settings, [article(n) for n in range(5)]))
        until(lambda: done_offset(settings, NORMALISED) == 5, "what was refused is committed")
        assert "not delivered: InvalidTimestamp" in worker.log()
    assert sum(asyncio.run(end_offsets(settings, ENRICHED)).values()) == 0


def test_a_first_chunk_of_one_record_at_offset_0_stops_the_commits_after_it(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(0)]))
    with patched(settings, tmp_path, HOLES).start() as worker:
        until(lambda: worker.metric("echowire_verdicts_total") == 1, "the first is done")
        asyncio.run(push(settings, [article(n) for n in range(1, 300)]))
        until(lambda: worker.metric("echowire_verdicts_total") == 300, "all are done")
        worker.stop()  # commits what it may
    assert asyncio.run(committed(settings, RAW)).get(0, 0) < 300
