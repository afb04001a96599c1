"""Where stock Faust loses records and our worker must not.

Each test says what stock Faust would do. Where that can be put back by one line, the test does, and
the same steps then fail.
"""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import orjson
import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas.topics import ENRICHED, NORMALISED, RAW
from streams.agents.running.exit import EXIT_INTERNAL_ERROR, EXIT_UNAVAILABLE
from streams.kafka.connection import admin_client
from streams.settings import Settings
from tests.chaos.crew import FaultyWorker
from tests.chaos.faulty_worker import Fault
from tests.kafka.service import (
    Worker,
    committed,
    end_offsets,
    everything_committed,
    make_topics,
    push,
    read,
    until,
)
from tests.kafka.test_worker import article, run_until_committed

pytestmark = pytest.mark.broker

PROGRAM = """
import sys
{patch}
from streams.cli.main import run
from tests.chaos.faulty_worker import Fault, Faults, install
import orjson
if __name__ == "__main__":
    install(Faults([Fault(**fault) for fault in orjson.loads(sys.argv.pop(1))]))
    run()
"""
FORGET_ACKS = """
from faust.transport.drivers import aiokafka as driver
from streams.kafka.insides.consumer import ChunkConsumer
ChunkConsumer.on_partitions_revoked = driver.Consumer.on_partitions_revoked
"""
# Acks then wait for the rebalance: it is a race with the timer otherwise.
RARE_COMMITS = """
import faust
plain = faust.App.__init__
def rare(self, *arguments, **options):
    plain(self, *arguments, **{**options, "broker_commit_interval": 600.0})
faust.App.__init__ = rare
"""
SOON_STALLED = """
import streams.health
streams.health.STALLED_SECONDS = 1.5
"""
NO_PRODUCER = """
from aiokafka.errors import KafkaConnectionError
from streams.kafka.publish import BatchPublisher
plain = BatchPublisher.start
async def start(self):
    if type(self) is BatchPublisher:
        raise KafkaConnectionError("gone")
    await plain(self)
BatchPublisher.start = start
"""
SLOW_RECOVERY = """
import asyncio
from streams.kafka.recovery import Recovery
plain = Recovery.run
async def slow(self, *arguments):
    await asyncio.sleep(3)
    await plain(self, *arguments)
Recovery.run = slow
"""


def patched(settings: Settings, folder: Path, patch: str, *faults: Fault) -> Worker:
    """A worker with a line of its own code changed, and faults."""
    path = folder / f"program_{abs(hash(patch))}.py"
    path.write_text(PROGRAM.format(patch=patch))
    worker = FaultyWorker(settings, folder, [])
    listed = [{"step": f.step, "nth": f.nth, "action": f.action} for f in faults]
    worker.program = (str(path), orjson.dumps(listed).decode())
    worker.environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
    return worker


def patient(settings: Settings) -> Settings:
    """A busy machine must not be what moves the partitions."""
    return settings.model_copy(update={"session_timeout_seconds": 30})


def done_offset(settings: Settings, topic: str) -> int:
    return max(0, asyncio.run(committed(settings, topic)).get(0, 0))


def test_what_a_stop_interrupts_is_not_acknowledged(settings: Settings, tmp_path: Path) -> None:
    """Stock: the event is acked in a `finally`, also when the agent was cancelled."""
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(5)]))
    worker = FaultyWorker(settings, tmp_path, [Fault("detect_taken", 1, "hang")]).launch()
    until(lambda: "fault: hang" in worker.log(), "a chunk is in the middle", 90)
    worker.signal(signal.SIGTERM)
    until(worker.ended, "it has stopped")
    assert done_offset(settings, NORMALISED) == 0, worker.log()


def test_an_error_is_not_acknowledged(settings: Settings, tmp_path: Path) -> None:
    """Stock: the event of an agent that raised is acked, and the agent restarted."""
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(5)]))
    fault = Fault("decided", 1, "error")
    worker = FaultyWorker(settings, tmp_path, [fault]).launch()
    until(worker.ended, "it has ended")
    assert worker.process.returncode == EXIT_INTERNAL_ERROR
    assert done_offset(settings, NORMALISED) == 0, worker.log()


def test_a_broker_that_is_lost_during_the_start_has_its_exit_code(
    settings: Settings, tmp_path: Path
) -> None:
    """Stock: any error of a service ends the process with 1 and a traceback."""
    asyncio.run(make_topics(settings, partitions=1))
    worker = patched(settings, tmp_path, NO_PRODUCER).launch()
    until(worker.ended, "it has ended")
    assert worker.process.returncode == EXIT_UNAVAILABLE
    assert "ended by an error outside its agents: KafkaConnectionError" in worker.log()


def test_an_error_at_a_rebalance_ends_the_process(settings: Settings, tmp_path: Path) -> None:
    """Stock: aiokafka logs it, and the worker goes on with half of the rebalance done."""
    asyncio.run(make_topics(settings, partitions=1))
    worker = FaultyWorker(settings, tmp_path, [Fault("committed", 1, "error")]).launch()
    until(worker.ended, "it has ended")
    assert worker.process.returncode == EXIT_INTERNAL_ERROR
    assert "ended at a rebalance: " in worker.log()


@pytest.mark.parametrize(("patch", "repeated"), [("", False), (FORGET_ACKS, True)])
def test_a_rebalance_repeats_nothing_that_was_done(
    settings: Settings, tmp_path: Path, patch: str, *, repeated: bool
) -> None:
    """Stock: acks that are not committed yet are thrown away at every rebalance."""
    settings = patient(settings)
    asyncio.run(make_topics(settings, partitions=2))
    with patched(settings, tmp_path, RARE_COMMITS + patch).start() as first:
        asyncio.run(push(settings, [article(n) for n in range(20)]))
        until(lambda: first.metric("echowire_verdicts_total") == 20, "all are decided")
        with Worker(settings, tmp_path).start():
            asyncio.run(push(settings, [article(n) for n in range(20, 30)]))
            until(lambda: len(_keys(settings)) == 30, "all are decided")
        normalised = sum(asyncio.run(end_offsets(settings, NORMALISED)).values())
        assert (normalised > 30) == repeated, first.log()


def _keys(settings: Settings) -> set[bytes]:
    return {record.key for record in asyncio.run(read(settings, ENRICHED))}


def test_what_the_broker_refuses_is_not_acknowledged(settings: Settings, tmp_path: Path) -> None:
    """Stock: a failed delivery is logged, and the offset is committed all the same."""
    asyncio.run(make_topics(settings, partitions=1))
    worker = Worker(settings, tmp_path).start()
    asyncio.run(refuse_whatever_comes(settings))
    asyncio.run(push(settings, [article(n) for n in range(5)]))
    until(worker.ended, "it has ended")
    assert worker.process.returncode == EXIT_UNAVAILABLE, worker.log()
    assert "refused for its time" in worker.log()
    assert done_offset(settings, NORMALISED) == 0
    asyncio.run(take_whatever_comes(settings))
    with run_until_committed(settings, tmp_path):
        assert len(_keys(settings)) == 5


async def refuse_whatever_comes(settings: Settings) -> None:
    """From now on the broker refuses every enriched article, as written too long ago."""
    limits = {"message.timestamp.type": "CreateTime", "message.timestamp.before.max.ms": "0"}
    await _alter(settings, limits)


async def take_whatever_comes(settings: Settings) -> None:
    await _alter(settings, {"message.timestamp.type": "LogAppendTime"})


async def _alter(settings: Settings, change: dict[str, str]) -> None:
    name = settings.topic_prefix + ENRICHED
    async with admin_client(settings) as admin:
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, change)])


def test_a_partition_that_stands_still_turns_liveness_red(
    settings: Settings, tmp_path: Path
) -> None:
    """Stock: `/` says OK forever."""
    asyncio.run(make_topics(settings, partitions=1))
    worker = patched(settings, tmp_path, SOON_STALLED, Fault("normalise_taken", 1, "hang"))
    with worker.start():
        assert worker.get("/livez") == (200, "live\n")
        asyncio.run(push(settings, [article(1)]))
        until(lambda: worker.get("/livez")[0] == 503, "it is seen to stand still")
        said = worker.get("/livez")[1]
        assert said == f"not live: {settings.topic_prefix}{RAW} partition 0 stands at offset 0\n"


def test_readiness_waits_for_recoveries_and_says_how_far_they_are(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    worker = patched(settings, tmp_path, SLOW_RECOVERY)
    worker.launch()
    with worker:
        until(lambda: _ready(worker)[0] == 503 and "being read" in _ready(worker)[1], "it recovers")
        assert "shard 0 is being read back: 0 of 0 segments" in _ready(worker)[1]
        until(worker.ready, "it is ready")


def _ready(worker: Worker) -> tuple[int, str]:
    try:
        return worker.get("/readyz")
    except OSError:
        return 0, ""


def test_a_partition_moves_while_its_chunk_is_being_decided(
    settings: Settings, tmp_path: Path
) -> None:
    """The chunk is finished first, if it takes no longer than half the session timeout."""
    settings = patient(settings)
    asyncio.run(make_topics(settings, partitions=2))
    first = FaultyWorker(settings, tmp_path, [Fault("outputs_published", 1, "wait")])
    with first.start():
        asyncio.run(push(settings, [article(n) for n in range(10)]))
        until(lambda: "fault: wait" in first.log(), "a chunk is in the middle")
        with Worker(settings, tmp_path).start():
            until(lambda: everything_committed(settings), "everything is committed")
        enriched = [record.key for record in asyncio.run(read(settings, ENRICHED))]
        assert len(enriched) == len(set(enriched)) == 10
        assert not first.ended()
