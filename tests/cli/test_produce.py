"""`echowire produce` on a real broker: what it says is confirmed is on the topic."""

from __future__ import annotations

import asyncio
import re
import secrets
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import NewTopic

from deploy.demo.syndicator import SAMPLE
from deploy.kafka.embedded import EmbeddedKafka
from schemas.topics import RAW
from streams.cli import produce as module
from streams.cli.produce import ProduceReport, produce
from streams.kafka.connection import BrokerUnreachableError, admin_client, client_options
from streams.kafka.event_time import TIME_HEADER, raw_time
from streams.kafka.topics import TopicsError, topic_name
from streams.settings import Settings, load_settings
from streams.sources.inputs import read_events
from streams.sources.raw_events import InputError, RawEvent
from tests.cli.broker import PARTITIONS, create, echowire

pytestmark = pytest.mark.broker

HOUR = 3_600_000  # milliseconds
NOON = 1_772_452_800_000


async def on_topic(settings: Settings) -> list[ConsumerRecord]:
    """All records of the topic of raw articles, partition by partition."""
    partitions = [TopicPartition(topic_name(settings, RAW), n) for n in range(PARTITIONS)]
    records: list[ConsumerRecord] = []
    consumer = AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False)
    async with asyncio.timeout(30), consumer:
        consumer.assign(partitions)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(partitions)
        for partition in partitions:
            while await consumer.position(partition) < ends[partition]:
                fetched = await consumer.getmany(partition, timeout_ms=100)
                records += fetched.get(partition, [])
    return records


def now() -> int:
    return time.time_ns() // 1_000_000


def numbered(count: int, begin: int = NOON) -> list[RawEvent]:
    return [RawEvent(b"key", b'{"id": %d}' % n, begin + n, f"line {n}") for n in range(count)]


async def test_every_event_of_the_sample_is_on_the_topic_as_it_was_read(topics: Settings) -> None:
    events = [event for event in read_events([SAMPLE]) if event.time is not None]
    report = await produce(topics, events)
    assert (report.sent, report.confirmed, report.failed) == (len(events), len(events), 0)
    stored = [(record.key, record.value, raw_time(record)) for record in await on_topic(topics)]
    assert sorted(stored, key=repr) == sorted(((e.key, e.value, e.time) for e in events), key=repr)


async def test_events_of_one_publisher_keep_their_order(topics: Settings) -> None:
    publishers = [b"a.example", b"b.example", b"c.example"]
    sent = [(publishers[n % 3], b'{"id": %d}' % n) for n in range(3000)]
    await produce(topics, [RawEvent(key, value, None) for key, value in sent])
    stored = defaultdict(list)
    for record in await on_topic(topics):
        stored[record.key].append(record.value)
    assert stored == {p: [value for key, value in sent if key == p] for p in publishers}


async def test_an_event_without_a_time_gets_that_of_sending(topics: Settings) -> None:
    before = now()
    await produce(topics, [RawEvent(None, b"{}", None)])
    (record,) = await on_topic(topics)
    assert before <= record.timestamp <= now()
    assert record.headers == ()


async def test_an_archive_is_sent_as_of_now_and_names_its_time_in_a_header(
    topics: Settings,
) -> None:
    """By the record's own time Kafka would delete it before it is read."""
    before, told = now(), now() - 28 * 24 * HOUR
    await produce(topics, [RawEvent(None, b"{}", told)])
    (record,) = await on_topic(topics)
    assert before <= record.timestamp <= now()
    assert record.headers == ((TIME_HEADER, b"%d" % told),)


@pytest.mark.parametrize("compression", ["none", "gzip", "lz4", "zstd"])
async def test_every_compression_arrives(topics: Settings, compression: str) -> None:
    settings = topics.model_copy(update={"compression": compression})
    assert (await produce(settings, numbered(100))).confirmed == 100
    assert len(await on_topic(topics)) == 100


async def test_the_largest_record_that_is_read_can_be_sent(settings: Settings) -> None:
    settings = settings.model_copy(update={"record_bytes": 300_000})
    await create(settings)
    value = secrets.token_bytes(settings.record_bytes)  # does not compress
    report = await produce(settings, [RawEvent(b"key", value, None)])
    assert report.failures == []
    assert [record.value for record in await on_topic(settings)] == [value]


async def test_a_record_that_is_too_large_is_named_and_the_rest_arrives(topics: Settings) -> None:
    large = RawEvent(b"key", b"x" * 4_000_000, None, "a.jsonl line 7")
    report = await produce(topics, [*numbered(10), large, *numbered(10)])
    assert (report.sent, report.confirmed, report.failed) == (21, 20, 1)
    assert re.match(r"a\.jsonl line 7: 4000000 bytes, where a record .* \d+", report.failures[0])
    assert len(await on_topic(topics)) == 20


@pytest.mark.parametrize("kind", ["CreateTime", "LogAppendTime"])
async def test_any_time_arrives_whatever_the_topic_takes(settings: Settings, kind: str) -> None:
    name = topic_name(settings, RAW)
    configs = {"message.timestamp.type": kind, "message.timestamp.before.max.ms": str(HOUR)}
    async with admin_client(settings) as admin:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1, topic_configs=configs)])
        async with asyncio.timeout(30):
            while name not in await admin.list_topics():
                pass
    times = [now() - 9000 * HOUR, now() + 3 * HOUR, now()]
    report = await produce(settings, [RawEvent(b"key", b"{}", time) for time in times])
    assert (report.confirmed, report.failures) == (3, [])
    told = [dict(record.headers)[TIME_HEADER] for record in await on_topic(settings)]
    assert told == [b"%d" % time for time in times]


async def test_only_the_first_failures_are_listed_but_all_are_counted(topics: Settings) -> None:
    report = await produce(topics, [RawEvent(None, b"x" * 4_000_000, None)] * 30)
    assert report.failed == 30
    assert 0 < len(report.failures) < 30


async def test_a_rate_is_kept(topics: Settings) -> None:
    started = time.monotonic()
    report = await produce(topics, numbered(51), rate=100)
    assert report.confirmed == 51
    assert time.monotonic() - started >= 0.4  # 50 waits of 10 ms, less what may be caught up on


async def test_progress_ends_with_everything_confirmed(topics: Settings) -> None:
    seen: list[tuple[int, int]] = []

    def note(report: ProduceReport) -> None:
        seen.append((report.sent, report.confirmed))

    await produce(topics, numbered(500), progress=note)
    assert seen == sorted(seen)
    assert seen[-1] == (500, 500)


async def test_no_events_are_nothing_to_fail_at(topics: Settings) -> None:
    assert str(await produce(topics, [])).startswith(
        "0 events sent, 0 confirmed by the broker, 0 failed"
    )


async def test_what_came_is_on_the_topic_while_the_pipe_is_silent(topics: Settings) -> None:
    talk = threading.Event()

    def pipe() -> Iterator[RawEvent]:
        yield RawEvent(None, b"{}", None)
        talk.wait(60)

    producing = asyncio.create_task(produce(topics, pipe()))
    try:
        async with asyncio.timeout(30):
            while not await on_topic(topics):
                assert not producing.done()
    finally:
        talk.set()
    assert (await producing).confirmed == 1


async def test_what_was_read_before_an_input_broke_is_on_the_topic(topics: Settings) -> None:
    def broken() -> Iterator[RawEvent]:
        yield from numbered(100)
        raise InputError("a.jsonl.gz: cannot be read")

    with pytest.raises(InputError):
        await produce(topics, broken())
    assert len(await on_topic(topics)) == 100


async def test_a_missing_topic_is_named_and_not_created(settings: Settings) -> None:
    with pytest.raises(TopicsError, match="echowire topics create") as raised:
        await produce(settings, numbered(1))
    assert topic_name(settings, RAW) in str(raised.value)
    async with admin_client(settings) as admin:
        assert topic_name(settings, RAW) not in await admin.list_topics()


async def test_a_restart_of_the_broker_neither_loses_nor_doubles_events() -> None:
    with EmbeddedKafka() as own:
        settings = load_settings(bootstrap_servers=own.bootstrap)
        await create(settings)
        halfway = asyncio.Event()
        begin = now() - 60_000

        def note(report: ProduceReport) -> None:
            if report.confirmed >= 100:
                halfway.set()

        events = numbered(600, begin)
        producing = asyncio.create_task(produce(settings, events, rate=300, progress=note))
        await halfway.wait()
        await asyncio.to_thread(own.kill)
        await asyncio.to_thread(own.start)
        assert (await producing).confirmed == 600
        stored = [raw_time(record) - begin for record in await on_topic(settings)]
        assert stored == list(range(600))


@pytest.mark.parametrize(("rate", "later"), [(None, 10), (20.0, 1000)])
async def test_a_broker_that_stays_away_is_said_with_what_is_confirmed(
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    rate: float | None,
    later: int,
) -> None:
    monkeypatch.setattr(module, "_SILENCE_SECONDS", 1.0)
    monkeypatch.setattr(module, "_STOP_SECONDS", 0.5)
    with EmbeddedKafka() as own:
        settings = load_settings(bootstrap_servers=own.bootstrap)
        await create(settings)

        def until_it_is_gone() -> Iterator[RawEvent]:
            yield from numbered(10)
            own.kill()
            yield from numbered(later)

        with pytest.raises(BrokerUnreachableError, match=r"stopped confirming: \d+ events are on"):
            async with asyncio.timeout(20):
                await produce(settings, until_it_is_gone(), rate=rate)
    assert not [record for record in caplog.records if record.name.startswith("aiokafka")]


def test_the_command_ends_with_what_was_confirmed(topics: Settings) -> None:
    running = echowire("produce", topics, str(SAMPLE))
    out, err = running.communicate(timeout=60)
    pattern = rb"177 events sent, 177 confirmed by the broker, 0 failed \([\d.]+ s, \d+/s\)\n"
    assert re.fullmatch(pattern, out)
    assert (running.returncode, err) == (0, b"")


def test_the_command_fails_and_names_the_line_if_an_event_failed(
    topics: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "[bold] events.jsonl"
    long = '"' + "x" * 4_000_000 + '"'
    path.write_text('{"id": 1}\n{"id": 2, "text": ' + long + '}\n{"id": 3}\n')
    running = echowire("produce", topics, "--quiet", str(path))
    out, err = running.communicate(timeout=60)
    assert f"{path} line 2: 4000021 bytes, where" in err.decode()
    assert (running.returncode, out) == (1, b"")


def test_the_command_fails_if_the_service_will_refuse_all_events_of_a_file(
    topics: Settings, tmp_path: Path
) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text('{\n  "text": "words"\n}\n{\n  "text": "more"\n}\n')
    bad.write_text('{"content": "words"}\n')
    running = echowire("produce", topics, str(good), str(bad))
    out, err = running.communicate(timeout=60)
    assert b"3 events sent, 3 confirmed" in out
    assert f"{bad}: the service refuses all 1 of its events" in err.decode()
    assert str(good) not in err.decode()
    assert running.returncode == 1


def test_ctrl_c_ends_a_silent_pipe_with_what_was_confirmed(topics: Settings) -> None:
    running = echowire("produce", topics, "-")
    assert running.stdin
    running.stdin.write(b'{"id": 1}\n')
    running.stdin.flush()
    deadline = time.monotonic() + 60
    while not asyncio.run(on_topic(topics)):
        assert time.monotonic() < deadline
    running.send_signal(signal.SIGINT)
    try:
        assert running.wait(30) == 130
        assert running.stderr
        assert re.fullmatch(rb"stopped: 1 events sent, [01] confirmed\n", running.stderr.read())
    finally:
        running.kill()
        running.communicate()
