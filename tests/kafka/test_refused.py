"""A topic refuses what we write: that one record is given up, and nothing stalls."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.structs import ConsumerRecord

from schemas.dead_letter import Reason
from schemas.topics import DEAD_LETTERS, ENRICHED, NORMALISED, RAW, SEGMENTS, STORIES, Stage
from streams.agents.running.exit import EXIT_CONFIGURATION
from streams.articles.rejection import Rejection
from streams.kafka.connection import admin_client
from streams.kafka.fencing import ShardPublisher, ShutOutError
from streams.kafka.headers import encode_headers
from streams.kafka.outgoing import Outgoing
from streams.kafka.publish import BatchPublisher, RecordsRefusedError
from streams.kafka.refused import Refusals
from streams.settings import Settings
from tests.kafka.service import Worker, everything_committed, make_topics, push, read, until
from tests.kafka.test_poison import why
from tests.kafka.test_worker import article, text_of

pytestmark = pytest.mark.broker


MOST_BYTES = "max.message.bytes"


async def narrow(settings: Settings, topic: str, most_bytes: int) -> None:
    """As an administrator may, at any time."""
    resource = ConfigResource(
        ConfigResourceType.TOPIC,
        settings.topic_prefix + topic,
        {MOST_BYTES: str(most_bytes)},
    )
    asked = ConfigResource(ConfigResourceType.TOPIC, settings.topic_prefix + topic)
    async with admin_client(settings) as admin:
        await admin.alter_configs([resource])
        while True:  # brokers hear of it a little later
            (answer,) = await admin.describe_configs([asked])
            if str(most_bytes) in {e[1] for e in answer.resources[0][4] if e[0] == MOST_BYTES}:
                return
            await asyncio.sleep(0.05)


def noise(seed: int, size: int) -> str:
    """Words that compress badly."""
    chance = random.Random(seed)
    return " ".join(f"{chance.randrange(1 << 60):x}" for _ in range(size // 16))


@asynccontextmanager
async def publishing(settings: Settings) -> AsyncIterator[BatchPublisher]:
    publisher = BatchPublisher(settings)
    await publisher.start()
    try:
        yield publisher
    finally:
        await publisher.stop()


async def test_a_refused_batch_is_sent_record_by_record_and_what_is_too_large_is_named(
    settings: Settings,
) -> None:
    await make_topics(settings, partitions=1)
    await narrow(settings, ENRICHED, 4000)
    topic = settings.topic_prefix + ENRICHED
    async with publishing(settings) as publisher:
        values = [noise(n, 9000 if n == 5 else 1500).encode() for n in range(10)]
        many = Outgoing(topic, [b"k"] * 10, [*values], [0] * 10, [b"\0"] * 10, [0] * 10)
        with pytest.raises(RecordsRefusedError, match=r"max\.message\.bytes") as caught:
            await publisher.publish([many, Outgoing(topic, [b"l"], [b"m"], [0], [b"\0"], [0])])
        (refused,) = caught.value.batches
        assert publisher.encoder.decode(refused)[0].value == values[5]
        await publisher.publish([Outgoing(topic, [b"l"], [b"n"], [0], [b"\0"], [0])])
    found = [record.value for record in await read(settings, ENRICHED)]
    assert found == [*values[:5], *values[6:], b"m", b"n"]


async def test_what_others_send_while_a_refused_batch_is_sent_again_is_confirmed(
    settings: Settings,
) -> None:
    """They share the producer, and its sequence numbers in the same partition."""
    await make_topics(settings, partitions=1)
    await narrow(settings, ENRICHED, 4000)
    topic = settings.topic_prefix + ENRICHED

    def one(topic: str, value: bytes) -> Outgoing:
        return Outgoing(topic, [b"k"], [value], [0], [b"\0"], [0])

    async def refused(publisher: BatchPublisher, n: int) -> None:
        with pytest.raises(RecordsRefusedError):
            await publisher.publish([one(topic, noise(n, 9000).encode())])

    async def others(publisher: BatchPublisher, topic: str) -> None:
        for n in range(200):
            await publisher.publish([one(settings.topic_prefix + topic, b"%d" % n)])

    async with publishing(settings) as publisher, asyncio.timeout(60):
        await asyncio.gather(
            others(publisher, SEGMENTS),
            others(publisher, STORIES),
            others(publisher, ENRICHED),
            *(refused(publisher, n) for n in range(3)),
        )
    for name in (SEGMENTS, STORIES, ENRICHED):
        found = [int(record.value or b"") for record in await read(settings, name)]
        assert found == list(range(200))


async def test_a_worker_that_was_shut_out_stays_so_although_its_batch_is_too_large(
    settings: Settings,
) -> None:
    """A broker looks at the size first, and never says that the producer is fenced."""
    await make_topics(settings, partitions=1)
    await narrow(settings, ENRICHED, 4000)
    before, after = ShardPublisher(settings, "shard"), ShardPublisher(settings, "shard")

    def out(topic: str, *values: bytes) -> list[Outgoing]:
        n = len(values)
        name = settings.topic_prefix + topic
        return [Outgoing(name, [b"k"] * n, [*values], [0] * n, [b"\0"] * n, [0] * n)]

    await before.start()
    await before.publish(out(ENRICHED, b"early"))
    await after.start()
    await after.publish(out(SEGMENTS, b"begins"))
    await after.publish(out(ENRICHED, b"in time"))
    with pytest.raises(ShutOutError):
        await before.publish(out(ENRICHED, *(noise(n, 1500).encode() for n in range(5))))
    with pytest.raises(ShutOutError):
        await before.publish(out(SEGMENTS, b"late"))
    await after.publish(out(ENRICHED, b"goes on"))
    await after.publish(out(SEGMENTS, b"goes on"))
    await before.stop()
    await after.stop()
    assert [r.value for r in await read(settings, ENRICHED)] == [b"early", b"in time", b"goes on"]
    assert [r.value for r in await read(settings, SEGMENTS)] == [b"begins", b"goes on"]


async def test_the_dead_letter_is_of_the_delivery_whose_verdict_is_too_large(
    settings: Settings,
) -> None:
    """Of two deliveries of an article, which have the same event id."""
    await make_topics(settings, partitions=1)
    await narrow(settings, ENRICHED, 4000)
    deliveries = [
        ConsumerRecord(
            "articles.normalised", 0, 10 + n, 0, 0, b"k", orjson.dumps({"raw": {"offset": n}}),
            None, 1, 20, (("ce_id", b"same"),),
        )
        for n in range(2)
    ]  # fmt: skip
    verdict = orjson.dumps({"raw": {"offset": 1}, "text": noise(1, 9000)})
    header = encode_headers([("ce_id", b"same")])
    topics = [settings.topic_prefix + name for name in (ENRICHED, DEAD_LETTERS)]
    out = Outgoing(topics[0], [b"k"], [verdict], [0], [header], [0])
    given_up: list[Rejection] = []
    async with publishing(settings) as publisher:
        batches = await publisher.encode(topics, 1, lambda _: [out])
        await Refusals(Stage.DETECT, topics[1], given_up.append).send(
            publisher, batches, deliveries
        )
    (letter,) = await read(settings, DEAD_LETTERS)
    assert why(letter).dlt_offset == "11"
    assert [rejection.reason for rejection in given_up] == [Reason.TOO_LARGE]


@pytest.mark.parametrize("topic", [NORMALISED, ENRICHED])
def test_a_record_that_the_broker_refuses_becomes_a_dead_letter_alone(
    settings: Settings, tmp_path: Path, topic: str
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    with Worker(settings, tmp_path) as worker:
        asyncio.run(narrow(settings, topic, 20_000))
        asyncio.run(narrow(settings, DEAD_LETTERS, 10_000))
        events = [article(n, text=text_of(n)) for n in range(10)]
        events[4] = article(4, text=noise(4, 60_000))
        asyncio.run(push(settings, events))
        until(lambda: worker.ended() or everything_committed(settings), "all are done", 120)
        assert not worker.ended(), worker.log()
        assert worker.metric("echowire_records_rejected_total", reason="too_large") == 1
        assert worker.stop() == 0
    assert len(asyncio.run(read(settings, ENRICHED))) == 9
    (letter,) = asyncio.run(read(settings, DEAD_LETTERS))
    reason = why(letter)
    assert reason.dlt_reason == "too_large"
    assert reason.dlt_topic == settings.topic_prefix + (RAW if topic == NORMALISED else NORMALISED)
    assert reason.dlt_offset == "4"
    assert f"max.message.bytes of {settings.topic_prefix}{topic}" in reason.dlt_detail
    assert (reason.dlt_truncated or "").startswith("kept: value ")
    (source,) = (
        r.value
        for r in asyncio.run(read(settings, reason.dlt_topic.removeprefix(settings.topic_prefix)))
        if r.offset == 4
    )
    assert letter.value
    assert source.startswith(letter.value)
    assert orjson.loads(source)


def test_a_topic_that_takes_no_segment_is_a_matter_of_configuration(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    with Worker(settings, tmp_path) as worker:
        asyncio.run(narrow(settings, SEGMENTS, 200))
        asyncio.run(push(settings, [article(n) for n in range(20)]))
        until(worker.ended, "it has ended")
        assert worker.process.returncode == EXIT_CONFIGURATION
        assert "detection.segments refuses a record of" in worker.log()
        assert "raise its max.message.bytes" in worker.log()
