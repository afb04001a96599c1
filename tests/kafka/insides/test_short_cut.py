"""Records that this worker wrote are handed over as a fetch would return them, or fetched."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.record.memory_records import MemoryRecords
from faust.types import TP

from streams.kafka.batch import RecordBatch, encode_batch
from streams.kafka.headers import encode_headers
from streams.kafka.insides.epochs import EpochEnd
from streams.kafka.insides.fetching import read_epochs_of
from streams.kafka.insides.short_cut import MOST_WAITING_BYTES, Offer, ShortCut
from streams.kafka.read_epochs import Divergence

SHARD, OTHER = TP("normalised", 0), TP("normalised", 1)
FIRST, SECOND = object(), object()  # connections
NOON = 1_772_452_800_000


def batch(offset: int, count: int = 1, append_time: int | None = None) -> RecordBatch:
    """Of records whose values are their offsets; sent once."""
    values: list[bytes | None] = [b"%d" % (offset + i) for i in range(count)]
    headers = [encode_headers([("h", b"x"), ("none", None)])] * count
    made = encode_batch([b"k"] * count, values, headers, [NOON + i for i in range(count)], "lz4")
    made._build()
    made.confirmed(offset, append_time)
    return made


def offer(offset: int, count: int = 1, connection: object | None = FIRST, tp: TP = SHARD) -> Offer:
    return Offer(tp, batch(offset, count), connection)


class State:
    """aiokafka's of a partition, without its futures."""

    has_valid_position, highwater, lso, paused = True, 0, None, False

    def __init__(self) -> None:
        self.position = 0

    def seek(self, position: int) -> None:
        self.position = position

    consumed_to = seek

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False


class Assignment:
    """aiokafka's, of these partitions."""

    def __init__(self, *tps: TP) -> None:
        self._states = {tp: State() for tp in tps}

    def state_value(self, tp: TP) -> State | None:
        return self._states.get(tp)


class Consumer:
    """An assignment of two partitions, all before `position` fetched."""

    def __init__(self, position: int = 0, epoch: int = 3) -> None:
        self.assignment: Any = Assignment(SHARD, OTHER)
        self.short_cut = ShortCut()
        self.take()
        self.fetch(position, epoch)

    @property
    def state(self) -> Any:
        return self.assignment.state_value(SHARD)

    def fetch(self, end: int, epoch: int = 3) -> None:
        if end > self.state.position:
            read_epochs_of(self.state).read(epoch, self.state.position, end)
            self.state.consumed_to(end)

    def take(self, *offers: Offer, partitions: Any = (SHARD, OTHER), most: int = 100) -> list[int]:
        """-> the offsets of what was taken of the shard."""
        self.short_cut.add(offers)
        taken = self.short_cut.take(self.assignment, partitions, most)
        return [record.offset for record in taken.get(SHARD, [])]

    def trusts(self, connection: object) -> Consumer:
        """A record that came by it was fetched."""
        at = self.state.position
        assert self.take(offer(at, connection=connection)) == []
        self.fetch(at + 1)
        assert self.take() == []
        return self

    def is_fetched(self) -> bool:
        """Whether the next fetch is for the shard, too, while offers are expected."""
        cluster = SimpleNamespace(partitions_for_topic=lambda _: {0, 1})
        client: Any = SimpleNamespace(
            assignment=lambda: {SHARD, OTHER}, subscription=lambda: {"normalised"},
            _client=SimpleNamespace(cluster=cluster),
        )  # fmt: skip
        self.short_cut.look(client, expected=True)
        return not self.state.paused


@pytest.fixture
def ready() -> Consumer:
    """Stands at offset 10 and trusts the first connection."""
    return Consumer(9).trusts(FIRST)


def test_the_next_records_are_taken_and_the_position_moves_past_them(ready: Consumer) -> None:
    assert ready.take(offer(10, 3), offer(13)) == [10, 11, 12, 13]
    assert ready.state.position == 14
    assert ready.state.highwater == 14


def test_records_equal_those_that_a_fetch_returns() -> None:
    for append_time in (None, NOON + 99):
        made = batch(7, 3, append_time)
        stored = bytearray(made.octets())
        stored[:8] = (7).to_bytes(8, "big")  # as the broker does
        fetched = list(MemoryRecords(bytes(stored)).next_batch())
        for ours, theirs in zip(Offer(SHARD, made, FIRST).records(0), fetched, strict=True):
            assert (ours.topic, ours.partition, ours.offset) == (*SHARD, theirs.offset)
            assert (ours.key, ours.value) == (theirs.key, theirs.value)
            assert ours.headers == tuple(theirs.headers)
            assert ours.timestamp == (theirs.timestamp if append_time is None else append_time)
            assert ours.timestamp_type == (0 if append_time is None else 1)
            assert ours.serialized_value_size == len(theirs.value or b"")


def test_something_before_it_in_the_log_is_fetched_first(ready: Consumer) -> None:
    """Another worker's article, or the end of a transaction."""
    assert ready.take(offer(11)) == []
    assert ready.state.position == 10
    assert ready.is_fetched()
    ready.fetch(12)
    assert ready.take(offer(12)) == [12]
    assert not ready.is_fetched()


def test_what_was_fetched_meanwhile_is_not_taken_again(ready: Consumer) -> None:
    ready.fetch(12)
    assert ready.take(offer(10, 4), offer(14)) == [12, 13, 14]
    assert ready.take(offer(10, 4)) == []


def test_after_a_lost_connection_the_log_is_read_first(ready: Consumer) -> None:
    """The leader may be in another epoch, which nobody but the log tells."""
    assert ready.take(offer(10, 2, SECOND), offer(12, 1, SECOND)) == []
    assert ready.is_fetched()
    ready.fetch(11, epoch=4)
    assert ready.take(offer(13, 1, SECOND)) == []
    ready.fetch(14, epoch=4)
    assert ready.take(offer(14, 2, SECOND)) == [14, 15]
    spans = read_epochs_of(ready.state).spans
    assert [(span.epoch, span.end) for span in spans] == [(3, 10), (4, 14)]


def test_what_was_taken_is_of_an_unknown_epoch(ready: Consumer) -> None:
    """Its leader may have been elected again without losing a connection."""
    ready.take(offer(10, 5))
    known = read_epochs_of(ready.state)
    assert [(s.epoch, s.end) for s in known.spans] == [(3, 10)]
    [due] = known.due(4)
    assert known.answered(4, due, EpochEnd(3, 12)) == Divergence(12, certain=False)


def test_nothing_is_taken_before_anything_was_fetched() -> None:
    assert Consumer(0).take(offer(0)) == []


def test_records_sent_over_an_unknown_connection_are_fetched(ready: Consumer) -> None:
    assert ready.take(offer(10, connection=None)) == []
    ready.fetch(11)
    assert ready.take(offer(11, connection=None)) == []
    assert Consumer(9).take(offer(9, connection=None)) == []


def test_after_going_back_the_log_is_read_first(ready: Consumer) -> None:
    """It was cut, and what stands there now may be of another leader."""
    ready.take(offer(10))
    ready.state.seek(5)
    assert ready.take(offer(5)) == []
    ready.fetch(6, epoch=4)
    assert ready.take(offer(6)) == [6]


def test_offers_from_before_a_rebalance_are_not_taken_after_it(ready: Consumer) -> None:
    ready.short_cut.add([offer(10)])
    ready.assignment = Assignment(SHARD)
    ready.state.seek(10)
    ready.short_cut.take(ready.assignment, [SHARD], 100)
    assert ready.take() == []
    assert ready.take(offer(10)) == []  # nothing was fetched since


def test_records_of_another_worker_are_not_kept(ready: Consumer) -> None:
    assert ready.take(offer(0, tp=TP("normalised", 7))) == []
    assert ready.short_cut.waiting_bytes == 0


def test_a_stage_that_has_enough_in_hand_takes_it_later(ready: Consumer) -> None:
    assert ready.take(offer(10), partitions=[OTHER]) == []
    assert ready.short_cut.waiting_bytes > 0
    assert ready.take() == [10]
    assert ready.short_cut.waiting_bytes == 0


def test_at_most_as_much_is_taken_at_once_as_is_fetched_at_once(ready: Consumer) -> None:
    offers = [offer(10 + 2 * i, 2) for i in range(4)]
    assert ready.take(*offers, most=3) == [10, 11, 12, 13]
    assert ready.take(most=3) == [14, 15, 16, 17]


def test_waiting_records_are_bounded_and_the_rest_are_fetched(ready: Consumer) -> None:
    large = []
    for place in (10, 11, 12):
        value = bytes(MOST_WAITING_BYTES - 100)
        made = encode_batch([b"k"], [value], [encode_headers([])], [NOON], "none")
        made._build()
        made.confirmed(place, None)
        large.append(Offer(SHARD, made, FIRST))
    ready.take(*large, partitions=[OTHER])
    assert MOST_WAITING_BYTES < ready.short_cut.waiting_bytes <= 2 * MOST_WAITING_BYTES
    assert ready.take(offer(13), most=1000) == [10, 11]
    assert ready.is_fetched()


def test_a_batch_that_was_sent_twice_has_no_place() -> None:
    """Its place may be that of the first request, written in nobody knows which epoch."""
    made = encode_batch([b"k"], [b"v"], [encode_headers([])], [NOON], "none")
    for _ in range(2):
        made._build()
    made.confirmed(4, None)
    assert made.offset == -1


def test_an_offset_that_the_broker_does_not_know_is_none() -> None:
    made = encode_batch([b"k"], [b"v"], [encode_headers([])], [NOON], "none")
    made._build()
    made.confirmed(-1, None)
    assert made.offset == -1


def test_a_log_that_others_write_to_is_fetched_all_the_time(ready: Consumer) -> None:
    ready.take(offer(10))
    others = SimpleNamespace(partitions_for_topic=lambda _: {0, 1, 2})
    client: Any = SimpleNamespace(
        assignment=lambda: {SHARD, OTHER}, subscription=lambda: {"normalised"},
        _client=SimpleNamespace(cluster=others),
    )  # fmt: skip
    for _ in range(2):
        ready.short_cut.look(client, expected=True)
        assert not ready.state.paused
