"""The broker's side: topics of a run, the input put in, the output counted and read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from streams.kafka.connection import admin_client
from streams.kafka.topics import ENRICHED, RAW, TABLE, create_topics, topic_name
from streams.settings import Settings
from tests.benchmarks.contestants import BenchmarkError, Place

PARTITIONS = 4
REQUEST_SECONDS = 30.0


class Topics:
    """The topics of one place."""

    def __init__(self, place: Place) -> None:
        self._settings = Settings(
            bootstrap_servers=place.bootstrap_servers, topic_prefix=place.topic_prefix
        )
        self.raw = topic_name(self._settings, RAW)
        self.enriched = topic_name(self._settings, ENRICHED)
        self._address = {"bootstrap.servers": place.bootstrap_servers}
        self._admin = AdminClient(self._address)

    def create(self) -> None:
        """The same topics for every contestant; records stay, whatever their time."""

        async def create() -> None:
            async with admin_client(self._settings) as admin:
                await create_topics(admin, self._settings, PARTITIONS, 1, retention_hours=-1)

        asyncio.run(create())

    def delete(self) -> None:
        """Make room for the next run."""
        names = [topic_name(self._settings, topic.name) for topic in TABLE]
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
            send: Callable[[], None] = lambda number=number, event=event: producer.produce(  # noqa: E731
                self.raw, event, str(number), number % PARTITIONS, on_delivery=confirmed
            )
            _with_room(producer, send)
        producer.flush()
        if failures:
            raise BenchmarkError(f"{self.raw}: {len(failures)} events not taken: {failures[0]}")

    def count_output(self) -> int:
        """Records that the output topic holds now; asking takes a millisecond."""
        wanted = {p: OffsetSpec.latest() for p in self._output_partitions()}
        answers = self._admin.list_offsets(wanted, request_timeout=REQUEST_SECONDS)
        return sum(answer.result().offset for answer in answers.values())

    def output(self) -> Iterator[dict[str, Any]]:
        """Every record that the output topic holds at this moment."""
        count = self.count_output()
        consumer = Consumer({**self._address, "group.id": "bench", "enable.auto.commit": False})
        consumer.assign(self._output_partitions())
        try:
            for _ in range(count):
                message = consumer.poll(REQUEST_SECONDS)
                if message is None or message.error():
                    raise BenchmarkError(f"{self.enriched}: {message and message.error()}")
                yield orjson.loads(message.value() or b"null")
        finally:
            consumer.close()

    def _output_partitions(self) -> list[TopicPartition]:
        return [TopicPartition(self.enriched, n, 0) for n in range(PARTITIONS)]


def _with_room(producer: Producer, send: Callable[[], None]) -> None:
    """Send as soon as the producer's queue has room."""
    while True:
        producer.poll(0)
        try:
            return send()
        except BufferError:
            producer.poll(0.1)


def read_events(path: Path, count: int) -> Iterator[bytes]:
    """The first `count` lines of the file of events."""
    with path.open("rb") as file:
        for line, _ in zip(file, range(count), strict=False):
            yield line.rstrip(b"\n")
