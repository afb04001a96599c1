"""How far a partition is done: work in hand holds it back, offsets without records do not."""

from __future__ import annotations

from faust.types import TP

from streams.kafka.acks import Acks

ONE, OTHER = TP("raw", 0), TP("raw", 1)


def test_nothing_is_known_of_a_partition_before_it_is_read() -> None:
    assert Acks(1).done(ONE) is None
    assert Acks(1).all_done() == {}


def test_a_partition_with_nothing_in_hand_is_done_as_far_as_it_is_read() -> None:
    acks = Acks(1)
    acks.passed(ONE, 200)  # a log of which all records are gone
    acks.handed(ONE, 200, 210)
    acks.acked(ONE, 210)
    acks.passed(ONE, 211)  # the end of a transaction
    assert acks.all_done() == {ONE: 211}


def test_a_chunk_in_hand_holds_back_only_its_own_partition() -> None:
    acks = Acks(1)
    acks.handed(ONE, 5, 10)
    acks.handed(ONE, 12, 20)
    acks.passed(ONE, 21)
    acks.passed(OTHER, 7)
    assert acks.all_done() == {ONE: 5, OTHER: 7}
    acks.acked(ONE, 10)
    assert acks.done(ONE) == 10
    acks.acked(ONE, 20)
    assert acks.done(ONE) == 21


def test_a_chunk_that_is_never_done_holds_back_its_partition_forever() -> None:
    """One that a stopping worker has dropped: nothing behind it may be taken for done."""
    acks = Acks(1)
    acks.handed(ONE, 5, 10)
    for position in (10, 11, 300):
        acks.passed(ONE, position)
    assert acks.done(ONE) == 5


def test_nothing_is_known_of_a_recreated_log() -> None:
    acks = Acks(1)
    acks.handed(ONE, 5, 10)
    acks.forget(ONE)
    assert acks.done(ONE) is None
    acks.passed(ONE, 0)
    assert acks.done(ONE) == 0
