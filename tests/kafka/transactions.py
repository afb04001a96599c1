"""Producers that write in transactions, as those of some users do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import orjson
from aiokafka import AIOKafkaProducer

from schemas.topics import RAW
from streams.kafka.connection import client_options
from streams.settings import Settings


@asynccontextmanager
async def writer(settings: Settings, name: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer with a transactional id of its own."""
    transactional_id = f"{settings.topic_prefix}{name}"
    async with AIOKafkaProducer(
        **client_options(settings), transactional_id=transactional_id
    ) as producer:
        yield producer


async def write(
    settings: Settings,
    producer: AIOKafkaProducer,
    values: Sequence[Mapping[str, object] | bytes],
    *,
    topic: str = RAW,
    partition: int = 0,
) -> None:
    """Within the transaction that is open."""
    for value in values:
        body = orjson.dumps(value) if isinstance(value, Mapping) else value
        await producer.send_and_wait(settings.topic_prefix + topic, body, partition=partition)


async def transact(
    settings: Settings,
    values: Sequence[Mapping[str, object] | bytes],
    *,
    commit: bool,
    topic: str = RAW,
    partition: int = 0,
) -> None:
    """Write in one transaction, which is then committed or aborted."""
    async with writer(settings, "writer") as producer:
        await producer.begin_transaction()
        await write(settings, producer, values, topic=topic, partition=partition)
        await (producer.commit_transaction() if commit else producer.abort_transaction())
