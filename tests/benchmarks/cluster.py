"""The broker's side: create a run's topics, send the input, count and read the output."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined]  # in no __all__

from schemas.topics import ENRICHED, RAW, TOPICS
from streams.kafka.connection import admin_client
from streams.kafka.topics import create_topics, topic_name
from streams.settings import load_settings
from tests.benchmarks.contestants import BenchmarkError, Place

PARTITIONS = 4
REQUEST_SECONDS = 30.0
QUEUED_EVENTS = 50_000  # librdkafka holds 100,000


class Topics:
    """The topics of one place."""

    def __init__(self, place: Place) -> None:
        self._settings = load_settings(
            bootstrap_servers=place.bootstrap_servers, topic_prefix=place.topic_prefix
        )
        self.raw = topic_name(self._settings, RAW)
        self.enriched = topic_name(self._settings, ENRICHED)
        # What goes wrong comes back from each call; librdkafka need not write it to stderr too.
        self._address: dict[str, str | int | float | bool] = {
            "bootstrap.servers": place.bootstrap_servers,
            "log_level": 2,
        }
        self._admin = AdminClient(self._address)

    def create(self) -> None:
        """The same topics for every contestant; records stay, whatever their time.

        Raises BenchmarkError if they have no leaders after REQUEST_SECONDS.
        """

        async def create() -> None:
            async with admin_client(self._settings) as admin:
                await create_topics(admin, self._settings, PARTITIONS, 1, retention_hours=-1)

        asyncio.run(create())
        self._wait_for_leaders()

    def delete(self) -> None:
        """Make room for the next run."""
        names = [topic_name(self._settings, topic.name) for topic in TOPICS]
        for done in self._admin.delete_topics(names).values():
            done.result(REQUEST_SECONDS)

    def fill(self, events: Iterator[bytes]) -> None:
        """Put all events in, in turn over the partitions, and wait until the broker has them."""
        failures: list[KafkaError] = []

        def confirmed(error: KafkaError | None, _message: Message) -> None:
            if error is not None:
                failures.append(error)

        producer = Producer({**self._address, "linger.ms": 20, "batch.size": 1 << 20})
        for number, event in enumerate(events):
            if len(producer) >= QUEUED_EVENTS:
                producer.poll(0.1)
            producer.produce(
                self.raw, event, str(number), number % PARTITIONS, on_delivery=confirmed
            )
            producer.poll(0)
        producer.flush()
        if failures:
            raise BenchmarkError(f"{self.raw}: {len(failures)} events not taken: {failures[0]}")

    def count_output(self) -> int:
        """Records that the output topic holds now; asking takes a millisecond."""
        return self._count(self.enriched)

    def output(self) -> Iterator[dict[str, Any]]:
        """Every record that the output topic holds at this moment."""
        count = self.count_output()
        consumer = Consumer({**self._address, "group.id": "bench", "enable.auto.commit": False})
        consumer.assign(_partitions(self.enriched))
        try:
            for _ in range(count):
                message = consumer.poll(REQUEST_SECONDS)
                if message is None or message.error():
                    raise BenchmarkError(f"{self.enriched}: {message and message.error()}")
                yield orjson.loads(message.value() or b"null")
        finally:
            consumer.close()

    def _wait_for_leaders(self) -> None:
        """The broker confirms a topic before it leads its partitions; till then it errs."""
        deadline = time.monotonic() + REQUEST_SECONDS
        while True:
            try:
                self._count(self.raw)
                self._count(self.enriched)
            except KafkaException as error:
                if time.monotonic() > deadline:
                    raise BenchmarkError(f"{self.raw}: has no leader: {error}") from error
                time.sleep(0.05)
            else:
                return

    def _count(self, topic: str) -> int:
        latest: Any = OffsetSpec.latest  # untyped
        wanted = {partition: latest() for partition in _partitions(topic)}
        answers = self._admin.list_offsets(wanted, request_timeout=REQUEST_SECONDS)
        return sum(answer.result().offset for answer in answers.values())


def _partitions(topic: str) -> list[TopicPartition]:
    """All, from their beginning."""
    return [TopicPartition(topic, number, 0) for number in range(PARTITIONS)]


def read_events(path: Path, count: int) -> Iterator[bytes]:
    """The first `count` lines of the file of events."""
    with path.open("rb") as file:
        for line, _ in zip(file, range(count), strict=False):
            yield line.rstrip(b"\n")
