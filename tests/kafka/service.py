"""A worker as users run it, and helpers to push records to it and read its outputs."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import GroupCoordinatorNotAvailableError
from aiokafka.structs import ConsumerRecord, TopicPartition
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from schemas.topics import NORMALISED, RAW
from streams.kafka.connection import admin_client, client_options
from streams.kafka.topics import create_topics
from streams.settings import Settings

DEADLINE_SECONDS = 60.0


def until(condition: Callable[[], bool], what: str, seconds: float = DEADLINE_SECONDS) -> None:
    """Poll a condition; fail with `what` at the deadline."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what}"
        time.sleep(0.05)


class Worker:
    """`echowire worker` in a process of its own."""

    program: Sequence[str] = ("-m", "streams.cli.main")
    environment: Mapping[str, str] = {}

    def __init__(self, settings: Settings, folder: Path, *arguments: str) -> None:
        self.settings = settings
        self._log = folder / f"worker-{time.monotonic_ns()}.log"
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Launch and wait until it is ready."""
        self.launch()
        until(lambda: self.ended() or self.ready(), "the worker is ready or has ended")
        assert not self.ended(), self.log()
        return self

    def launch(self) -> Self:
        fields = self.settings.model_dump(exclude_defaults=True)
        environment = {
            **os.environ,
            "COLUMNS": "500",
            "PYTHONFAULTHANDLER": "1",
            **self.environment,
            **{f"ECHOWIRE_{name.upper()}": _shown(value) for name, value in fields.items()},
        }
        with self._log.open("wb") as sink:
            self._process = subprocess.Popen(
                [sys.executable, *self.program, "worker", *self._arguments],
                env=environment, stdout=sink, stderr=sink,
            )  # fmt: skip
        return self

    def __enter__(self) -> Self:
        return self if self._process else self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is not None:
            print(self.log())
        self.kill()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def ended(self) -> bool:
        return self.process.poll() is not None

    def log(self) -> str:
        return self._log.read_text()

    def ready(self) -> bool:
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def get(self, path: str) -> tuple[int, str]:
        """-> (status, body) of the worker's own web server."""
        found = re.search(r"metrics at (http://\S+)/metrics", self.log())
        if not found:
            raise OSError("no web server yet")
        try:
            with urllib.request.urlopen(found[1] + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, name: str, **labels: str) -> float:
        """A sample's value; summed over the labels that are not given."""
        samples = [
            sample.value
            for family in text_string_to_metric_families(self.get("/metrics")[1])
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        assert samples, f"no metric {name}{labels}"
        return sum(samples)

    def stop(self) -> int:
        """SIGTERM; -> exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        if not self.ended():
            self.process.kill()
            self.process.wait(30)


def _shown(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


async def make_topics(settings: Settings, partitions: int = 4, replication: int = 1) -> None:
    async with admin_client(settings) as admin:
        await create_topics(admin, settings, partitions, replication, retention_hours=-1)


async def push(
    settings: Settings,
    values: Iterable[bytes | Mapping[str, object] | None],
    *,
    topic: str = RAW,
    keys: Sequence[bytes] | None = None,
    partition: int | None = None,
    times: Sequence[int] | None = None,
    headers: Sequence[tuple[str, bytes | None]] = (),
) -> None:
    """Values as records; mappings become JSON."""
    async with AIOKafkaProducer(
        **client_options(settings), linger_ms=5, max_request_size=4 << 20
    ) as producer:
        for i, value in enumerate(values):
            body = orjson.dumps(value) if isinstance(value, Mapping) else value
            await producer.send(
                settings.topic_prefix + topic,
                body,
                key=keys[i] if keys else b"a tombstone needs a key" if value is None else None,
                partition=partition,
                timestamp_ms=times[i] if times else None,
                headers=headers,
            )
        await producer.flush()


async def read(settings: Settings, topic: str) -> list[ConsumerRecord]:
    """All records of a topic that are no aborted transaction's, partition by partition."""
    async with AIOKafkaConsumer(
        **client_options(settings), fetch_max_wait_ms=20, isolation_level="read_committed"
    ) as consumer:
        ends = await _ends(consumer, settings.topic_prefix + topic)
        consumer.assign(list(ends))
        await consumer.seek_to_beginning()
        found: list[ConsumerRecord] = []
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=100)).values():
                found.extend(records)
        return sorted(found, key=lambda record: (record.partition, record.offset))


async def end_offsets(settings: Settings, topic: str) -> dict[int, int]:
    async with AIOKafkaConsumer(**client_options(settings)) as consumer:
        ends = await _ends(consumer, settings.topic_prefix + topic)
        return {tp.partition: end for tp, end in ends.items()}


async def committed(settings: Settings, topic: str) -> dict[int, int]:
    """The group's committed offset of each partition that has records."""
    async with admin_client(settings) as admin:
        try:
            offsets = await admin.list_consumer_group_offsets(settings.group)
        except GroupCoordinatorNotAvailableError:  # the cluster has had no group yet
            return {}
        name = settings.topic_prefix + topic
        return {tp.partition: at.offset for tp, at in offsets.items() if tp.topic == name}


async def _ends(consumer: AIOKafkaConsumer, name: str) -> dict[TopicPartition, int]:
    await consumer._client._wait_on_metadata(name)
    partitions = [TopicPartition(name, p) for p in consumer.partitions_for_topic(name) or ()]
    return await consumer.end_offsets(partitions)


def uncommitted(settings: Settings) -> list[str]:
    """Of both input topics: partitions that the group has not committed to their end."""
    found = []
    for topic in (RAW, NORMALISED):
        ends = {p: end for p, end in asyncio.run(end_offsets(settings, topic)).items() if end}
        done = asyncio.run(committed(settings, topic))
        found += [
            f"{topic} partition {partition} ends at {end}, committed is {done.get(partition)}"
            for partition, end in ends.items()
            if done.get(partition) != end
        ]
    return found


def everything_committed(settings: Settings) -> bool:
    """Whether the group has committed to the end of both input topics."""
    return not uncommitted(settings)
