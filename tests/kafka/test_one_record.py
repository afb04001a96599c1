"""One record is read by its position, or an error says why not."""

from __future__ import annotations

import pytest
from aiokafka import AIOKafkaProducer

from schemas.topics import RAW
from streams.kafka.connection import client_options
from streams.kafka.one_record import RecordGoneError, raw_record_at
from streams.kafka.topics import topic_name
from streams.settings import Settings

pytestmark = pytest.mark.broker


async def sent(settings: Settings, *values: bytes) -> str:
    topic = topic_name(settings, RAW)
    producer = AIOKafkaProducer(**client_options(settings))
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(topic, value, partition=0, timestamp_ms=1_700_000_000_000)
    finally:
        await producer.stop()
    return topic


@pytest.mark.usefixtures("shard")
async def test_a_record_is_read_by_its_offset(settings: Settings) -> None:
    topic = await sent(settings, b"one", b"two", b"three")
    record = await raw_record_at(settings, topic, 0, 1)
    assert (record.offset, record.value, record.timestamp) == (1, b"two", 1_700_000_000_000)


@pytest.mark.usefixtures("shard")
@pytest.mark.parametrize("offset", [3, 1000])
async def test_a_missing_record_is_reported(settings: Settings, offset: int) -> None:
    topic = await sent(settings, b"one", b"two", b"three")
    with pytest.raises(RecordGoneError, match=f"{offset} is no longer on its topic"):
        await raw_record_at(settings, topic, 0, offset)


async def test_absent_brokers_are_reported() -> None:
    with pytest.raises(RecordGoneError, match=r"articles.raw\[0\]@7"):
        await raw_record_at(Settings(bootstrap_servers="127.0.0.1:9"), "articles.raw", 0, 7)
