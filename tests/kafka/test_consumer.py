"""Which topics the next fetch asks for: not those of a stage that has enough in hand."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

from faust.types import TP

from streams.kafka.acks import Acks
from streams.kafka.event_time import time_header
from streams.kafka.insides.chunk import Chunk
from streams.kafka.insides.consumer import CHUNKS_IN_HAND, PUBLISHED_IN_HAND, ChunkConsumer
from streams.kafka.insides.fetched import Fetched
from streams.kafka.insides.short_cut import MOST_WAITING_BYTES, ShortCut

RAW, NORMALISED = TP("raw", 0), TP("normalised", 0)
NOON = 1_772_452_800_000


class Thread:
    """Notes what it is asked to fetch."""

    def __init__(self) -> None:
        self.asked: list[tuple[set[TP], float]] = []
        self.short_cut = ShortCut()

    async def getmany(self, partitions: set[TP], timeout: float) -> dict[TP, list[Any]]:  # noqa: ASYNC109
        self.asked.append((partitions, timeout))
        return {}


def chunk(tp: TP, generation: int = 7, acks: Acks | None = None) -> Chunk:
    made = Chunk(
        tp.topic, tp.partition, 9, 0.0, 0, None, None, b"", None, 0, 0, tp,
        generation_id=generation,
    )  # fmt: skip
    made.ends, made.app = [(tp, 9)], SimpleNamespace(consumer_generation_id=7)
    made.acks, made.records, made.published = acks or Acks(generation), [], False
    made.acks.handed(tp, 0, 10)
    return made


def consumer(*in_hand: Chunk) -> Any:
    made: Any = ChunkConsumer.__new__(ChunkConsumer)
    made.app = SimpleNamespace(consumer_generation_id=7)
    made._thread = Thread()
    made.transport = SimpleNamespace(merged_topics=frozenset({"raw"}))
    made._handed, made._unacked_messages = set(in_hand), set(in_hand)
    made._chunk_done = asyncio.Event()
    made._n_acked, made._waiting_for_ack = 0, None
    made.acks, made._cuts = Acks(7), {}
    for tp in (RAW, NORMALISED):
        made.acks.passed(tp, 0)
    return made


def fetch(of: Any) -> Any:
    return of._getmany({RAW, NORMALISED}, 5.0)


def test_a_fetch_is_for_all_topics_while_few_chunks_are_in_hand() -> None:
    of = consumer(*(chunk(RAW) for _ in range(CHUNKS_IN_HAND - 1)))
    asyncio.run(fetch(of))
    assert of._thread.asked == [({RAW, NORMALISED}, 5.0)]


def test_the_first_fetch_of_a_partition_ends_soon_even_without_records() -> None:
    """Its end says where the partition is read, for which a worker that starts waits."""
    of = consumer()
    of.acks = Acks(7)
    of.acks.passed(RAW, 0)
    asyncio.run(fetch(of))
    of.acks.passed(NORMALISED, 0)
    asyncio.run(fetch(of))
    assert [timeout for _, timeout in of._thread.asked] == [0.1, 5.0]


def test_one_stages_backlog_does_not_hold_up_the_others_records() -> None:
    of = consumer(*(chunk(RAW) for _ in range(CHUNKS_IN_HAND)))
    asyncio.run(fetch(of))
    [(partitions, timeout)] = of._thread.asked
    assert partitions == {NORMALISED}
    assert timeout < 0.1  # the raw topic is looked at again soon, whether or not others come


def test_no_raw_records_are_fetched_while_enough_normalised_ones_wait() -> None:
    of = consumer()
    of._thread.short_cut.waiting_bytes = MOST_WAITING_BYTES + 1
    asyncio.run(fetch(of))
    assert [partitions for partitions, _ in of._thread.asked] == [{NORMALISED}]


def test_published_chunks_that_wait_for_their_ack_hold_up_nothing() -> None:
    chunks = [chunk(RAW) for _ in range(2 * CHUNKS_IN_HAND)]
    for made in chunks:
        made.published = True
    of = consumer(*chunks)
    asyncio.run(fetch(of))
    assert [partitions for partitions, _ in of._thread.asked] == [{RAW, NORMALISED}]


def test_the_records_of_published_chunks_in_memory_are_bounded() -> None:
    large = chunk(RAW)
    large.published, large.records = True, [None] * (PUBLISHED_IN_HAND + 1)
    of = consumer(large)
    asyncio.run(fetch(of))
    assert [partitions for partitions, _ in of._thread.asked] == [{NORMALISED}]


def test_what_a_rebalance_left_in_hand_holds_up_nothing() -> None:
    of = consumer(*(chunk(RAW, generation=6) for _ in range(CHUNKS_IN_HAND)))
    asyncio.run(fetch(of))
    assert of._thread.asked == [({RAW, NORMALISED}, 5.0)]


def test_nothing_is_fetched_while_every_stage_has_enough() -> None:
    of = consumer(*(chunk(tp) for tp in (RAW, NORMALISED) for _ in range(CHUNKS_IN_HAND)))
    assert asyncio.run(fetch(of)) == Fetched()
    assert of._thread.asked == []


def test_what_no_stream_has_taken_yet_is_in_hand() -> None:
    """Or the whole backlog would be read into the queue before a slow stream."""
    of, records = consumer(), [SimpleNamespace(offset=9, timestamp=0, timestamp_type=0, headers=())]
    queue = [of._chunk([(RAW, records)], Fetched()) for _ in range(CHUNKS_IN_HAND)]
    asyncio.run(fetch(of))
    assert [partitions for partitions, _ in of._thread.asked] == [{NORMALISED}]
    assert of._unacked_messages == set()
    for chunk_ in queue:
        of.ack(chunk_)
    asyncio.run(fetch(of))
    assert of._thread.asked[-1] == ({RAW, NORMALISED}, 5.0)


def test_an_acked_chunk_makes_room_at_once() -> None:
    chunks = [chunk(tp) for tp in (RAW, NORMALISED) for _ in range(CHUNKS_IN_HAND)]

    async def ack_while_waiting() -> float:
        began = asyncio.get_running_loop().time()
        waiting = asyncio.create_task(fetch(of))
        await asyncio.sleep(0)
        of.ack(chunks[0])
        await waiting
        await fetch(of)
        return asyncio.get_running_loop().time() - began

    of = consumer(*chunks)
    assert asyncio.run(ack_while_waiting()) < 0.04
    assert of._thread.asked == [({RAW}, 0.05)]


def test_an_ack_that_arrives_after_a_rebalance_is_ignored() -> None:
    """Another worker may have had the partition meanwhile, and be far ahead."""
    late = chunk(RAW, generation=6)
    of = consumer(late)
    of.acks = late.acks
    assert of.ack(late)
    assert of.acks.done(RAW) == 0


def test_an_ack_from_before_a_reassignment_is_ignored() -> None:
    """A worker with a name of its own may join again without a new generation."""
    late = chunk(RAW)
    of = consumer(late)
    late.acks.over, of.acks = True, Acks(7)
    assert of.ack(late)
    assert (late.acks.done(RAW), of.acks.done(RAW)) == (0, None)


def test_partitions_of_raw_records_are_merged_by_the_times_of_their_events() -> None:
    """A backfill is written at once: its records' own times say nothing of which came first."""

    def record(place: int, told: int | None) -> Any:
        headers = () if told is None else (time_header(told),)
        return SimpleNamespace(offset=place, timestamp=NOON + place, timestamp_type=0,
                               headers=headers)  # fmt: skip

    of, other = consumer(), TP("raw", 1)
    of.transport.merged_topics = frozenset({"raw"})
    first = [record(0, NOON - 5000), record(1, NOON - 1000)]
    second = [record(2, NOON - 4000), record(3, None)]
    chunk_ = of._chunk([(RAW, first), (other, second)], Fetched())
    assert [r.offset for r in chunk_.records] == [0, 2, 1, 3]
    assert chunk_.ends == [(RAW, 1), (other, 3)]
    assert chunk_.timestamp == (NOON + 3) / 1000
