"""Retention counts from the time of writing: archives are read, and their outputs are kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.structs import ConsumerRecord

from deploy.kafka.embedded import EmbeddedKafka
from schemas.topics import (
    DEAD_LETTERS,
    ENRICHED,
    NORMALISED,
    RAW,
    SEGMENTS,
    STORIES,
    STORY_EVENTS,
    TOPICS,
)
from streams.cli.produce import produce
from streams.kafka.connection import admin_client, client_options
from streams.kafka.event_time import own_time, time_header
from streams.kafka.topics import alter_topics, create_topics, topic_differences
from streams.settings import Settings, load_settings
from streams.sources.raw_events import RawEvent
from tests.detection.newsroom import story
from tests.kafka.service import Worker, everything_committed, read, until

pytestmark = pytest.mark.broker

DAY = 86_400_000
HOUR = 3_600_000
STORIES_TOLD = 20
CONTROL = "deleted-by-its-age"
OUTPUTS = (NORMALISED, ENRICHED, STORIES, STORY_EVENTS, SEGMENTS, DEAD_LETTERS)


@pytest.fixture(scope="module")
def hasty() -> Iterator[EmbeddedKafka]:
    """A broker that looks for what is too old every half second."""
    looks = {
        "log.retention.check.interval.ms": "500",
        "log.initial.task.delay.ms": "100",
        "log.segment.delete.delay.ms": "0",
    }
    with EmbeddedKafka(settings=looks) as broker:
        yield broker


def settings_at(broker: EmbeddedKafka, name: str) -> Settings:
    return load_settings(
        bootstrap_servers=broker.bootstrap, topic_prefix=f"{name}.", group=name, http_port=0,
        window_articles=4096, normalising_processes=1, canary_seconds=0,
    )  # fmt: skip


def archive(newest: int, days: int) -> list[tuple[int, bytes]]:
    """(time, event) of stories and their copies an hour later, over some days up to `newest`."""
    events = []
    for n in range(STORIES_TOLD):
        told = newest - DAY * days * (STORIES_TOLD - n) // STORIES_TOLD
        for hours, source in ((0, "a"), (1, "b")):
            fields = {"id": f"{source}{n}", "source": f"{source}.example", "text": story(n)}
            events.append((told + hours * HOUR, orjson.dumps(fields | {"language": "en"})))
    events.append((newest, b"{"))  # a dead letter
    return sorted(events)


def now() -> int:
    return time.time_ns() // 1_000_000


async def send(
    settings: Settings, events: Sequence[tuple[int, bytes]], *, stamped: Sequence[bool]
) -> None:
    """Raw records: of each either the record's own time is the event's, or a header says it."""
    async with AIOKafkaProducer(**client_options(settings)) as producer:
        for (at, value), by_record in zip(events, stamped, strict=True):
            where = {"timestamp_ms": at} if by_record else {"headers": [time_header(at)]}
            await producer.send(settings.topic_prefix + RAW, value, key=b"one", **where)
        await producer.flush()


async def retention_passes(settings: Settings) -> None:
    """Wait until the broker has deleted an old record, twice: then it has looked at all topics."""
    async with admin_client(settings) as admin:
        if CONTROL not in await admin.list_topics():
            kept = {"retention.ms": str(7 * DAY)}
            await admin.create_topics([NewTopic(CONTROL, 1, 1, topic_configs=kept)])
    tp = TopicPartition(CONTROL, 0)
    async with AIOKafkaConsumer(**client_options(settings)) as consumer:
        for _ in range(2):
            async with AIOKafkaProducer(**client_options(settings)) as producer:
                sent = await producer.send_and_wait(CONTROL, b"", timestamp_ms=now() - 8 * DAY)
            async with asyncio.timeout(60):
                while (await consumer.beginning_offsets([tp]))[tp] <= sent.offset:
                    pass


async def first_offsets(settings: Settings, topic: str) -> set[int]:
    name = settings.topic_prefix + topic
    async with AIOKafkaConsumer(**client_options(settings)) as consumer:
        partitions = [TopicPartition(name, n) for n in range(2)]
        return set((await consumer.beginning_offsets(partitions)).values())


async def made_topics(settings: Settings, **changed: str) -> None:
    """As `topics create` makes them, with two partitions; with other settings where `changed`."""
    async with admin_client(settings) as admin:
        if changed:
            await _older_topics(admin, settings, changed)
        await create_topics(admin, settings, 2, 1)


async def _older_topics(
    admin: AIOKafkaAdminClient, settings: Settings, changed: dict[str, str]
) -> None:
    """As earlier versions made them, whose records have the times of producers."""
    await admin.create_topics(
        [
            NewTopic(
                settings.topic_prefix + topic.name, 2, 1,
                topic_configs={
                    "cleanup.policy": topic.cleanup,
                    "max.message.bytes": "3000000",
                    "message.timestamp.type": "CreateTime",
                    **({k.replace("_", "."): v for k, v in changed.items()} if topic.name == RAW
                       else {}),
                },
            )
            for topic in TOPICS
        ]
    )  # fmt: skip
    async with asyncio.timeout(30):
        while {settings.topic_prefix + topic.name for topic in TOPICS} - {
            *await admin.list_topics()
        }:
            pass


def verdicts(records: Sequence[ConsumerRecord]) -> dict[str, tuple[str, str]]:
    """Producer's id -> relation and the time that the article has."""
    articles = [orjson.loads(record.value) for record in records]
    return {a["producer_id"]: (a["detection"]["relation"], a["raw"]["timestamp"]) for a in articles}


def relations(settings: Settings) -> dict[str, str]:
    found = verdicts(asyncio.run(read(settings, ENRICHED)))
    return {producer_id: relation for producer_id, (relation, _) in found.items()}


EXPECTED = {
    **{f"a{n}": "original" for n in range(STORIES_TOLD)},
    **{f"b{n}": "copy" for n in range(STORIES_TOLD)},
}


@pytest.mark.parametrize("up", [True, False], ids=["a worker up", "a worker started later"])
def test_an_archive_is_read_and_its_articles_stay(
    hasty: EmbeddedKafka, tmp_path: Path, up: bool
) -> None:
    settings = settings_at(hasty, f"archive-{up}")
    asyncio.run(made_topics(settings))
    events = archive(now() - 9 * DAY, days=19)
    worker = Worker(settings, tmp_path)
    if up:
        worker.start()
    raw = [RawEvent(b"one", value, at) for at, value in events]
    assert asyncio.run(produce(settings, raw)).confirmed == len(events)
    asyncio.run(retention_passes(settings))
    with worker:
        until(lambda: everything_committed(settings), "everything is read")
        asyncio.run(retention_passes(settings))
        assert relations(settings) == EXPECTED
        enriched = asyncio.run(read(settings, ENRICHED))
        assert {own_time(record) for record in enriched} == {at for at, _ in events[:-1]}
    for topic in (RAW, *OUTPUTS):
        assert asyncio.run(first_offsets(settings, topic)) == {0}, topic
        assert asyncio.run(read(settings, topic)), topic


@pytest.mark.parametrize("stamped", [(True, True), (True, False), (False, True), (False, False)])
def test_older_topics_give_the_same_verdicts_however_an_event_names_its_time(
    hasty: EmbeddedKafka, tmp_path: Path, stamped: tuple[bool, bool]
) -> None:
    """By producers from before headers, by those of today, and by both in turns."""
    settings = settings_at(hasty, f"older-{stamped[0]:d}{stamped[1]:d}")
    asyncio.run(made_topics(settings, message_timestamp_type="CreateTime"))
    events = archive(now() - HOUR, days=6)
    turns = [stamped[n % 2] for n in range(len(events))]
    asyncio.run(send(settings, events, stamped=turns))
    with Worker(settings, tmp_path).start():
        until(lambda: everything_committed(settings), "everything is read")
        assert relations(settings) == EXPECTED
        enriched = asyncio.run(read(settings, ENRICHED))
    assert sorted(own_time(record) for record in enriched) == [at for at, _ in events[:-1]]


def test_topics_are_altered_under_a_running_worker_and_nothing_is_forgotten(
    hasty: EmbeddedKafka, tmp_path: Path
) -> None:
    """Originals come before, their copies after it, and to the next worker as well."""
    settings = settings_at(hasty, "altered")
    asyncio.run(made_topics(settings, message_timestamp_type="CreateTime"))
    events = archive(now() - HOUR, days=2)
    copies = [event for event in events if b'"id":"b' in event[1]]
    originals = [event for event in events if event not in copies]

    async def alter() -> int:
        async with admin_client(settings) as admin:
            found = await topic_differences(admin, settings)
            await alter_topics(admin, found)
            return len(found)

    with Worker(settings, tmp_path).start():
        asyncio.run(send(settings, originals, stamped=[True] * len(originals)))
        until(lambda: everything_committed(settings), "the originals are read")
        assert asyncio.run(alter()) == len(OUTPUTS)
        first, second = copies[:10], copies[10:]
        asyncio.run(send(settings, first, stamped=[True] * len(first)))
        until(lambda: everything_committed(settings), "the first copies are read")
    with Worker(settings, tmp_path).start():
        asyncio.run(send(settings, second, stamped=[False] * len(second)))
        until(lambda: everything_committed(settings), "the others are read")
        assert relations(settings) == EXPECTED


@pytest.mark.parametrize("years", [1, 100, 200_000], ids=lambda years: f"{years} years")
def test_one_record_dated_ahead_neither_ends_the_worker_nor_the_window(
    hasty: EmbeddedKafka, tmp_path: Path, years: int
) -> None:
    """Topics of earlier versions: the output would be refused for its time, forever."""
    settings = settings_at(hasty, f"ahead-{years}")
    asyncio.run(made_topics(settings, message_timestamp_after_max_ms=str(2**63 - 1)))
    events = archive(now() - HOUR, days=6)
    at = now() + years * 365 * DAY
    fields = {"id": "ahead", "source": "c.example", "text": story(99), "language": "en"}
    events.insert(21, (at, orjson.dumps(fields)))
    asyncio.run(send(settings, events, stamped=[True] * len(events)))
    with Worker(settings, tmp_path).start() as worker:
        until(lambda: worker.ended() or everything_committed(settings), "everything is read")
        assert not worker.ended()
        assert relations(settings) == EXPECTED | {"ahead": "original"}
