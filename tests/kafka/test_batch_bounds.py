"""Whatever bytes of a batch are damaged, reading goes on behind it, and no other record is lost."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kafka.batch_bounds import last_damaged_offset
from tests.kafka.served_log import (
    ATTRIBUTES_AT,
    CONTROL,
    COUNT_AT,
    DELTA_AT,
    LENGTH_AT,
    TRANSACTIONAL,
    Log,
    Reading,
    batch,
    marker,
    read,
)

SIZES = (2, 3, 4, 1, 2)
FIRSTS = (0, 2, 5, 9, 10)
END = 12


def log_with(changes: Sequence[tuple[int, int]], at: int, known_each: int) -> Log:
    """A log whose batch number `at` has these octets at these places. The broker knows the place of
    each first, second or third batch ..."""
    batches = [batch(first, many) for first, many in zip(FIRSTS, SIZES, strict=True)]
    places = [sum(map(len, batches[:n])) for n in range(len(batches))]
    for place, octet in changes:
        batches[at][place % len(batches[at])] = octet
    known = [*zip(FIRSTS, places, strict=True)][::known_each]
    return Log(b"".join(batches), END, known)


def check(log: Log, at: int, begin: int = 0) -> Reading:
    """Every record outside the damaged batch is read once if the broker sends it."""
    reading = read(log, begin)
    damaged = range(FIRSTS[at], FIRSTS[at] + SIZES[at])
    places = [sum(len(batch(f, m)) for f, m in zip(FIRSTS, SIZES, strict=True) if f < first)
              for first in FIRSTS]  # fmt: skip
    assert len(set(reading.offsets)) == len(reading.offsets)
    for place, first, many in zip(places, FIRSTS, SIZES, strict=True):
        for offset in range(max(first, begin), min(first + many, reading.positions[-1])):
            sent_from = log.place(offset)
            if offset not in damaged and sent_from is not None and sent_from <= place:
                assert offset in reading.offsets
                assert offset not in reading.given_up
    passed = {o for o in damaged if begin <= o < reading.positions[-1]}
    if passed and (begin < FIRSTS[at] or log.place(begin) == places[at]):
        assert passed & {*reading.offsets, *reading.given_up}
    assert len(reading.unreadable) <= 3
    assert (
        reading.positions[-1] == END
        or not fetcher.MemoryRecords(log.fetch(reading.positions[-1])).has_next()
    )
    return reading


octets = st.integers(0, 255)
places = st.integers(8, 75)
changes = st.lists(st.tuples(places, octets), min_size=1, max_size=5)


@settings(max_examples=500, deadline=None)
@given(changes=changes, at=st.integers(0, 4), known_each=st.integers(1, 5), begin=st.integers(0, 6))
def test_all_that_a_broker_sends_around_a_damaged_batch_is_read_once(
    changes: list[tuple[int, int]], at: int, known_each: int, begin: int
) -> None:
    check(log_with(changes, at, known_each), at, begin)


@pytest.mark.parametrize("known_each", [1, 3])
@pytest.mark.parametrize("at", [0, 1, 4])
def test_a_damaged_length_is_not_believed(at: int, known_each: int) -> None:
    for length in (-(1 << 31), -13, -12, -1, 0, *range(13, 250), 1 << 30):
        log = log_with([*enumerate(struct.pack(">i", length), LENGTH_AT)], at, known_each)
        reading = check(log, at)
        if known_each == 1:
            assert set(reading.given_up) <= {*range(FIRSTS[at], FIRSTS[at] + SIZES[at])}


def test_a_length_that_no_batch_has_costs_the_batch_and_its_bytes_are_kept() -> None:
    log = log_with([(11, 48), *((10, 0), (9, 0), (8, 0))], at=1, known_each=1)
    reading = read(log)
    assert reading.offsets == [0, 1, *range(5, END)]
    assert reading.given_up == [2, 3, 4]
    assert reading.positions == [0, 2, 5, END]
    (unreadable,) = reading.unreadable
    assert unreadable.value == log.data[len(batch(0, 2)) :]
    assert "a batch of 60 bytes" in unreadable.reason


@pytest.mark.parametrize("known_each", [1, 5])
@pytest.mark.parametrize("delta", [0, 1, 3, 100, 1 << 20, (1 << 31) - 1, -1])
def test_a_damaged_last_offset_gives_up_no_other_batch(delta: int, known_each: int) -> None:
    """An old broker takes it for the place of later offsets, too, and sends it again."""
    log = log_with([*enumerate(struct.pack(">i", delta), DELTA_AT)], 1, known_each)
    reading = check(log, at=1)
    assert reading.offsets == [0, 1, *range(5, END)]
    assert reading.given_up == [2, 3, 4]


def test_a_damaged_offset_is_not_gone_to() -> None:
    """The checksum does not cover it."""
    for octet, at in ((0x0E, 0), (0x80, 0), (1, 4), (0xFF, 7)):
        log = log_with([], 1, 1)
        place = len(batch(0, 2)) + at
        log.data = log.data[:place] + bytes([octet]) + log.data[place + 1 :]
        reading = read(log)
        assert reading.offsets == [0, 1, *range(5, END)]
        assert reading.given_up == [2, 3, 4]


@pytest.mark.parametrize("old", [0, 1, 0x80])
def test_a_damaged_format_is_not_believed(old: int) -> None:
    """Nor a negative length where the old ones have that of the key."""
    log = log_with([(16, old), (18, 0x80), (26, 0x80)], at=1, known_each=1)
    reading = read(log)
    assert reading.offsets == [0, 1, *range(5, END)]
    assert reading.given_up == [2, 3, 4]


def test_the_epoch_of_a_damaged_batch_is_not_believed() -> None:
    epoch = [*enumerate(struct.pack(">i", 9), 12)]
    assert read(log_with(epoch, at=4, known_each=1)).epoch == 9
    assert read(log_with([*epoch, (70, 0xFF)], at=4, known_each=1)).epoch == -1


def test_a_damaged_batch_is_not_taken_for_the_end_of_a_transaction() -> None:
    log = log_with([(ATTRIBUTES_AT, CONTROL)], at=1, known_each=1)
    reading = read(log)
    assert reading.offsets == [0, 1, *range(5, END)]
    (unreadable,) = reading.unreadable
    assert unreadable.value == log.data[len(batch(0, 2)) :][: len(batch(2, 3))]
    assert "CRC" in unreadable.reason


@pytest.mark.parametrize("damaged", ["value", "attributes", "length"])
def test_behind_a_damaged_end_of_a_transaction_its_producers_next_one_is_read(damaged: str) -> None:
    aborted, end = batch(0, 2, TRANSACTIONAL), marker(2, commits=False)
    place, octet = {"value": (-1, 0x7F), "attributes": (ATTRIBUTES_AT, 0), "length": (11, 20)}[
        damaged
    ]
    end[place] = octet
    batches = [aborted, end, batch(3, 2, TRANSACTIONAL), marker(5, commits=True), batch(6, 1)]
    places = [sum(map(len, batches[:n])) for n in range(len(batches))]
    known = [*zip((0, 2, 3, 5, 6), places, strict=True)]
    reading = read(Log(b"".join(batches), 7, known, aborted=[(0, 2)]))
    assert reading.offsets == [3, 4, 6]
    assert reading.given_up == [2]


class DisturbedLog(Log):
    """The network damages what it sends first."""

    disturbed = False

    def fetch(self, offset: int) -> bytes:
        sent, before, self.disturbed = super().fetch(offset), self.disturbed, True
        return sent if before else sent[:-1] + b"?"


def test_a_batch_whose_checksum_is_wrong_because_of_the_network_is_read_the_second_time() -> None:
    log = log_with([], 1, 1)
    reading = read(DisturbedLog(log.data, log.end, log.known))
    assert reading.offsets == [*range(END)]
    assert reading.positions == [0, 10, END]
    assert not reading.unreadable


def test_the_places_of_damaged_batches_that_are_never_fetched_again_are_forgotten() -> None:
    data = bytes(batch(0, 2)[:-1]) + b"?"
    for number in range(3000):
        tp = TopicPartition(f"forgotten{number}", 0)
        records = fetcher.MemoryRecords(data)
        assert not [*fetcher.PartitionRecords(tp, records, [], 0, None, None, True, 1)]
    assert len(fetcher.PartitionRecords._fetched_once) <= 1000


def headed(first: int, delta: int, many: int) -> bytes:
    made = batch(first, 1)
    struct.pack_into(">i", made, DELTA_AT, delta)
    struct.pack_into(">i", made, COUNT_AT, many)
    return bytes(made)


@pytest.mark.parametrize(
    ("first", "delta", "many", "next_first", "last"),
    [
        (10, 4, 5, 15, 14),
        (10, 4, 5, None, 14),
        (10, 4, 2, 30, 14),  # compacted
        (10, 900, 5, 15, 14),
        (10, 900, 5, None, 14),
        (10, 4, 900, None, 14),
        (10, 900, 800, 15, 14),  # the next batch begins there
        (10, 1, 5, 15, 14),
        (10, -5, 0, None, 10),
        (10, 1 << 30, 1 << 30, None, 10),
        (1 << 60, 4, 5, None, 10),
        (1 << 60, 4, 5, 15, 14),
        (0, 14, 2, None, 14),  # the first ones were read before
        (10, 4, 5, 1 << 60, 14),
        (10, 995, 996, None, 10),  # behind the end of the log
    ],
)
def test_the_last_offset_of_a_damaged_batch_is_what_two_of_three_say(
    first: int, delta: int, many: int, next_first: int | None, last: int
) -> None:
    assert last_damaged_offset(headed(first, delta, many), next_first, range(10, 1000)) == last
    assert last_damaged_offset(b"short", None, range(10, 1000)) == 10
