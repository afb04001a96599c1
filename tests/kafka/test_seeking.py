"""What the consumer does while a rebalance takes its partitions."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IllegalStateError, NodeNotReadyError
from aiokafka.structs import TopicPartition
from faust.transport.drivers.aiokafka import Consumer

from schemas.topics import RAW
from streams.kafka.insides import inner_consumer, log_cuts
from streams.kafka.insides.consumer import ChunkConsumer
from streams.kafka.insides.epochs import EpochEnd
from streams.kafka.insides.fetched import Fetched
from streams.kafka.insides.inner_consumer import InnerConsumer
from streams.kafka.insides.seeking import seek_to_committed
from streams.kafka.insides.topic_ids import TopicNow
from streams.kafka.log_holes import Ended
from streams.kafka.read_epochs import ReadEpochs, Span
from streams.settings import Settings
from tests.kafka.service import make_topics, push

ONE = TopicPartition("articles", 0)


@pytest.mark.broker
async def test_without_partitions_there_is_nothing_to_go_back_to(settings: Settings) -> None:
    await make_topics(settings)
    async with AIOKafkaConsumer(
        settings.topic_prefix + "articles.raw",
        bootstrap_servers=settings.bootstrap_servers, group_id=settings.group,
    ) as consumer:  # fmt: skip
        assert len(await seek_to_committed(consumer)) == 4
        consumer.unsubscribe()
        with pytest.raises((AssertionError, IllegalStateError)):
            await consumer.seek_to_committed()
        assert await seek_to_committed(consumer) == {}


@pytest.mark.broker
@pytest.mark.parametrize("committed", [None, 0, 2])
async def test_what_was_fetched_and_not_handed_over_is_read_again(
    settings: Settings, committed: int | None
) -> None:
    await make_topics(settings, partitions=1)
    await push(settings, [b"{}"] * 5, partition=0)
    raw = TopicPartition(settings.topic_prefix + RAW, 0)
    async with AIOKafkaConsumer(
        raw.topic, bootstrap_servers=settings.bootstrap_servers, group_id=settings.group,
        auto_offset_reset="earliest", enable_auto_commit=False,
    ) as consumer:  # fmt: skip
        if committed is not None:
            await consumer.commit({raw: committed})
        first = committed or 0
        assert (await consumer.getone()).offset == first
        await seek_to_committed(consumer)
        assert (await consumer.getone()).offset == first


def test_a_position_that_is_not_known_yet_ends_no_worker() -> None:
    """Faust asserts that it is, when it looks whether partitions move."""

    def asserting(_now: float, _tp: TopicPartition) -> None:
        raise AssertionError

    seeking: Any = ChunkConsumer.__new__(ChunkConsumer)
    seeking._thread = SimpleNamespace(verify_event_path=asserting)
    with pytest.raises(AssertionError):
        Consumer.verify_event_path(seeking, 0.0, ONE)
    seeking.verify_event_path(0.0, ONE)


async def test_a_partition_lost_meanwhile_is_not_sought_back() -> None:
    class Losing:
        _subscription = SimpleNamespace(subscription=SimpleNamespace(assignment=None))

        def assignment(self) -> set[TopicPartition]:
            return {ONE}

        async def seek_to_committed(self) -> dict[TopicPartition, int]:
            raise IllegalStateError(ONE)

    assert await seek_to_committed(Losing()) == {}


async def test_a_cut_that_a_fetch_has_taken_is_not_found_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Although the search that was going on meanwhile began before."""
    searching = asyncio.Event()

    async def nothing_found(*_: object) -> dict[TopicPartition, object]:
        await searching.wait()
        return {}

    monkeypatch.setattr(inner_consumer, "find_cuts", nothing_found)
    topic = SimpleNamespace(identity=1, leader_epochs={0: 5})
    thread = SimpleNamespace(recreated=set(), _known={}, cuts={ONE: (7, True)})
    consumer = SimpleNamespace(assignment=lambda: {ONE})
    look: Any = InnerConsumer._find_cuts
    search = asyncio.create_task(look(thread, consumer, {"articles": topic}))
    await asyncio.sleep(0)
    thread.cuts = {}
    searching.set()
    await search
    assert thread.cuts == {}


def looking(*, epoch: int) -> tuple[Any, Any, list[int]]:
    """A consumer whose position, 200, is behind its log's end; leaders are in this epoch."""
    thread: Any = InnerConsumer.__new__(InnerConsumer)
    thread.recreated, thread.cuts, thread.ends = set(), {}, {}
    thread._found_recreated, thread._behind_end = {}, {}
    thread._known = {"articles": TopicNow(b"1", 1, {0: 3})}
    state = SimpleNamespace(has_valid_position=True, position=200, read_epochs=ReadEpochs())
    state.read_epochs.has_committed = True
    state.read_epochs.spans = [Span(3, 0, 200)]
    assignment = SimpleNamespace(state_value=lambda _: state, tps={ONE})
    seeks: list[int] = []

    def seek(_tp: object, offset: int) -> None:
        seeks.append(offset)
        state.position = offset

    async def beginning_offsets(_: object) -> dict[TopicPartition, int]:
        return {ONE: 0}

    async def position(_: object) -> int:
        return int(state.position)

    async def soon(_seconds: float) -> None:
        await asyncio.sleep(0)

    thread.sleep = soon
    consumer = SimpleNamespace(
        assignment=lambda: {ONE}, seek=seek, position=position,
        beginning_offsets=beginning_offsets, _client=epoch,
        _subscription=SimpleNamespace(subscription=SimpleNamespace(assignment=assignment)),
    )  # fmt: skip
    return thread, consumer, seeks


@pytest.mark.parametrize("said", ["nothing", "the old epoch", "no answer of the leader"])
async def test_a_log_that_lacks_our_position_is_not_another_one_until_somebody_should_know(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    """It may have been cut: its leader has died, and the others agree a moment later."""

    async def topics_now(epoch: int, _topics: object) -> dict[str, TopicNow]:
        if said == "nothing":
            raise NodeNotReadyError
        return {"articles": TopicNow(b"1", 1, {0: epoch})}

    async def no_answer(*_: object) -> dict[TopicPartition, object]:
        return {}

    monkeypatch.setattr(inner_consumer, "topics_now", topics_now)
    monkeypatch.setattr(log_cuts, "_ask", no_answer)
    thread, consumer, seeks = looking(epoch=3 if said == "the old epoch" else 4)
    for _ in range(3):
        await thread._find_again(consumer, ONE, 200, fetched := Fetched())
        assert (seeks, fetched.holes) == ([], [])
    monkeypatch.setattr(inner_consumer, "METADATA_SECONDS", 0.0)
    await thread._find_again(consumer, ONE, 200, fetched)
    assert seeks == [0]
    assert fetched.holes == [Ended(ONE, 200)]


async def test_a_topic_that_is_new_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def topics_now(*_: object) -> dict[str, TopicNow]:
        return {"articles": TopicNow(b"2", 1, {0: 0})}

    monkeypatch.setattr(inner_consumer, "topics_now", topics_now)
    thread, consumer, seeks = looking(epoch=0)
    await thread._find_again(consumer, ONE, 200, fetched := Fetched())
    assert seeks == [0]
    assert fetched.holes == [Ended(ONE, 200)]


async def test_an_answer_about_what_was_cut_meanwhile_counts_for_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[asyncio.Future[dict[TopicPartition, EpochEnd]]] = []

    async def ask(*_: object) -> dict[TopicPartition, EpochEnd]:
        answers.append(asyncio.get_running_loop().create_future())
        return await answers[-1]

    monkeypatch.setattr(log_cuts, "_ask", ask)
    thread, consumer, seeks = looking(epoch=4)
    now = {"articles": TopicNow(b"1", 1, {0: 4})}
    looks = [asyncio.create_task(thread._find_cuts(consumer, now)) for _ in range(2)]
    await asyncio.sleep(0.01)
    answers[1].set_result({ONE: EpochEnd(3, 100)})
    await looks[1]
    thread._go_back(consumer, Fetched())
    answers[0].set_result({ONE: EpochEnd(3, 100)})
    await looks[0]
    thread._go_back(consumer, Fetched())
    assert seeks == [100]


async def test_partitions_of_the_next_assignment_are_not_read_from_their_beginning() -> None:
    """Because nothing was committed in the one before."""
    now, begun = SimpleNamespace(active=True), list[TopicPartition]()

    class Consumer:
        _subscription = SimpleNamespace(subscription=SimpleNamespace(assignment=now))

        def assignment(self) -> set[TopicPartition]:
            return {ONE}

        async def seek_to_committed(self) -> dict[TopicPartition, int | None]:
            now.active = not rebalanced
            return {ONE: None}

        async def seek_to_beginning(self, *partitions: TopicPartition) -> None:
            begun.extend(partitions)

    consumer: Any = Consumer()
    for rebalanced in (True, False):
        await seek_to_committed(consumer)
        assert begun == ([] if rebalanced else [ONE])
