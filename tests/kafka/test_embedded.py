"""The embedded broker works, restarts with its data, and leaves nothing behind."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.kafka import jars
from deploy.kafka.embedded import BrokerFailedError, EmbeddedKafka

PARTITION = TopicPartition("articles", 0)

# Its broker's process id is all that it tells; then it waits to be killed.
PARENT = """\
import signal
from deploy.kafka.embedded import EmbeddedKafka
kafka = EmbeddedKafka()
kafka.start()
print(kafka.process.pid, flush=True)
signal.pause()
"""


@pytest.fixture(scope="module")
def kafka() -> Iterator[EmbeddedKafka]:
    with EmbeddedKafka() as broker:
        asyncio.run(create_topic(broker))
        yield broker


async def create_topic(kafka: EmbeddedKafka) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(PARTITION.topic, 1, 1)])
    finally:
        await admin.close()


async def produce(kafka: EmbeddedKafka, value: bytes) -> int:
    """Return the offset of the new record."""
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, acks="all") as producer:
        stored = await producer.send_and_wait(PARTITION.topic, value, partition=0)
    return int(stored.offset)


async def read(kafka: EmbeddedKafka, offset: int) -> bytes | None:
    """Return the value of the record at an offset."""
    async with AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap) as consumer:
        consumer.assign([PARTITION])
        consumer.seek(PARTITION, offset)
        record = await asyncio.wait_for(consumer.getone(), timeout=20)
    value: bytes | None = record.value
    return value


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition: Callable[[], bool], deadline_seconds: float = 10) -> None:
    deadline = time.monotonic() + deadline_seconds
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true in time"
        time.sleep(0.02)


@pytest.mark.broker
def test_a_record_comes_back_as_it_was_sent(kafka: EmbeddedKafka) -> None:
    offset = asyncio.run(produce(kafka, b"a dispatch"))
    assert asyncio.run(read(kafka, offset)) == b"a dispatch"


@pytest.mark.broker
def test_a_restart_keeps_the_address_and_the_data(kafka: EmbeddedKafka) -> None:
    address, pid = kafka.bootstrap, kafka.process.pid
    offset = asyncio.run(produce(kafka, b"before the restart"))
    kafka.restart()
    assert kafka.bootstrap == address
    assert kafka.process.pid != pid
    assert asyncio.run(read(kafka, offset)) == b"before the restart"


@pytest.mark.broker
def test_a_killed_broker_starts_again_with_its_data(kafka: EmbeddedKafka) -> None:
    pid = kafka.process.pid
    offset = asyncio.run(produce(kafka, b"before the crash"))
    kafka.kill()
    assert not is_running(pid)
    kafka.start()
    assert asyncio.run(read(kafka, offset)) == b"before the crash"


@pytest.mark.broker
def test_a_second_start_is_refused_while_the_broker_runs(kafka: EmbeddedKafka) -> None:
    with pytest.raises(RuntimeError, match="started already"):
        kafka.start()


@pytest.mark.broker
def test_a_stopped_broker_leaves_no_process_and_no_directory() -> None:
    with EmbeddedKafka() as kafka:
        pid, directory = kafka.process.pid, kafka.directory
        assert is_running(pid)
        assert kafka.log_path.is_file()
    assert not is_running(pid)
    assert not directory.exists()


@pytest.mark.broker
def test_the_callers_directory_stays_and_was_closed_cleanly(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path / "é broker") as kafka:
        directory = kafka.directory
    assert (directory / "data" / ".kafka_cleanshutdown").is_file()


@pytest.mark.broker
def test_an_unusable_setting_is_reported_in_the_brokers_words() -> None:
    kafka = EmbeddedKafka(settings={"num.io.threads": "many"})
    with pytest.raises(BrokerFailedError, match=r"many for configuration num\.io\.threads"):
        kafka.start()


@pytest.mark.broker
def test_a_port_in_use_is_reported_in_the_brokers_words(kafka: EmbeddedKafka) -> None:
    port = int(kafka.bootstrap.rpartition(":")[2])
    with pytest.raises(BrokerFailedError, match="Address already in use"):
        EmbeddedKafka(port=port).start()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties a child to its parent")
@pytest.mark.broker
def test_the_broker_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not is_running(pid))


@pytest.mark.parametrize(
    ("held", "named"),
    [
        ({"kafka.jar": b"changed", "scala.jar": b"scala"}, "kafka.jar"),
        ({"kafka.jar": b"kafka"}, "scala.jar"),
        ({"kafka.jar": b"kafka", "scala.jar": b"scala", "extra.jar": b""}, "extra.jar"),
    ],
    ids=["changed", "missing", "additional"],
)
def test_a_jar_that_is_not_the_listed_one_is_refused(
    held: dict[str, bytes], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = tmp_path / "jars.sha256"
    listed.write_text(
        "".join(
            f"{hashlib.sha256(content).hexdigest()}  {name}\n"
            for name, content in {"kafka.jar": b"kafka", "scala.jar": b"scala"}.items()
        )
    )
    monkeypatch.setattr(jars, "CHECKSUMS_PATH", listed)
    directory = tmp_path / f"kafka-{jars.KAFKA_VERSION}"
    directory.mkdir()
    for name, content in held.items():
        (directory / name).write_bytes(content)
    with pytest.raises(jars.JarsUnavailableError, match=named):
        jars.fetch_jars(tmp_path)
