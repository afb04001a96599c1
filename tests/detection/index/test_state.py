"""A shard's memory: the articles of its window, without any trace of those that have left it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from streams.detection.index.ring import TEXT_BYTES_AN_ARTICLE
from streams.detection.index.segment import decode_segment
from streams.detection.index.state import ShardState, bytes_an_article
from streams.detection.parameters import Parameters
from tests.detection.newsroom import (
    HOUR,
    NOON,
    SECOND,
    YEAR,
    Arrival,
    Article,
    Desk,
    article,
    chunk_of,
    cut,
    edited,
    kill,
    remembered,
    story,
)

HOURS_3 = Parameters(capacity=64, window_seconds=3 * 3600)
TEN = Parameters(capacity=10)


def news(count: int, first: int = 0) -> list[Article]:
    """Articles that resemble nothing."""
    return [article(f"news {n}", story(1000 + n)) for n in range(first, first + count)]


def busy(desk: Desk) -> Desk:
    """A story of three articles, an item with two versions, and one that is killed."""
    told = story(1)
    desk.take(article("a", told), article("b", edited(told), source="b.example"))
    desk.take(article("c", cut(told, 70)), article("d", story(2)))
    desk.take(article("d", story(3)), kill("b"))
    return desk


def test_a_segment_applied_twice_changes_nothing() -> None:
    desk = busy(Desk())
    before = remembered(desk.state)
    for data in desk.segments:
        desk.state.apply(decode_segment(data))
    assert remembered(desk.state) == before
    assert before["stories"]
    assert before["superseded"]


@pytest.mark.parametrize("window", [HOURS_3, TEN], ids=["by time", "by count"])
def test_a_late_segment_adds_only_what_comes_after(window: Parameters) -> None:
    """A worker that lost its shard at record 4 writes its decisions on records 5 to 14."""
    desk, told = Desk(window), story(1)
    log = [article("a", told), *news(5), article("b", edited(told)), article("c", story(2))]
    log += [article("c", story(3)), kill("a"), article("d", cut(told, 90)), *news(3, 5)]
    arrivals = [desk.arrival(a) for a in log]

    def worked(edges: list[int], desk: Desk) -> Desk:
        for first, last in pairwise(edges):
            desk.decide(chunk_of(arrivals[first:last]))
        return desk

    late = worked([0, 4, 14], Desk(window)).segments[-1]
    state = worked([0, 4, 7, 10], Desk(window)).state
    state.apply(decode_segment(late))
    assert remembered(state) == remembered(worked([0, 4, 10, 14], Desk(window)).state)
    assert state.last_offset == 14


def test_a_chunk_of_redeliveries_moves_the_offset_and_nothing_else() -> None:
    desk = busy(Desk())
    before = remembered(desk.state)
    assert desk.take(article("a", story(1)), article("d", story(2))) == []
    assert remembered(desk.state) == {**before, "last_offset": before["last_offset"] + 2}


def forgotten(state: ShardState) -> bool:
    """Whether only the last of the made-up news is left."""
    return (
        len(state.items) == state.count - state.tail and not state.superseded and not state.stories
    )


def test_articles_that_leave_the_window_by_time_are_forgotten() -> None:
    desk = busy(Desk(HOURS_3))
    assert (desk.state.tail, len(desk.state.stories), len(desk.state.superseded)) == (0, 1, 2)
    later = desk.now + 3 * HOUR
    desk.take(*news(1), at=later + SECOND)
    assert desk.state.tail == 0  # one record alone may have a wrong clock
    desk.take(*news(2, 1), at=later + 2 * SECOND)
    assert desk.state.tail >= 6
    assert forgotten(desk.state)


def test_the_window_reaches_back_to_the_millisecond() -> None:
    desk = Desk(HOURS_3)
    desk.take(*news(1), at=NOON)
    desk.take(*news(2, 1), at=NOON + 3 * HOUR)
    assert desk.state.tail == 0
    desk.take(*news(2, 3), at=NOON + 3 * HOUR + 1)
    assert desk.state.tail > 0


@pytest.mark.parametrize("at_once", [1, 4, 12])
def test_articles_that_leave_the_window_by_count_are_forgotten(at_once: int) -> None:
    desk = busy(Desk(TEN))
    assert (desk.state.tail, len(desk.state.stories), len(desk.state.superseded)) == (0, 1, 2)
    for first in range(0, 12, at_once):
        desk.take(*news(at_once, first), at=desk.now)
    assert desk.state.count - desk.state.tail == 10
    assert forgotten(desk.state)


def test_a_chunk_may_hold_more_articles_than_the_window() -> None:
    at_once, by_one = Desk(TEN), Desk(TEN)
    log = [article("a", story(1)), *news(5), article("a", story(2)), *news(12, 5)]
    arrivals = [by_one.arrival(a) for a in log]
    at_once.decide(chunk_of(arrivals))
    for arrival in arrivals:
        by_one.decide(chunk_of([arrival]))
    assert remembered(at_once.state) == remembered(by_one.state)


def test_one_record_with_a_clock_a_year_ahead_does_not_empty_the_window() -> None:
    desk = busy(Desk())
    rows = desk.state.count
    desk.take(*news(1), at=NOON + YEAR)
    desk.take(*news(1, 1), at=NOON + HOUR)
    assert (desk.state.tail, desk.state.count) == (0, rows + 2)
    assert desk.state.clock == NOON + HOUR


def test_time_never_runs_backwards() -> None:
    desk = busy(Desk())
    clock = desk.state.clock
    desk.take(*news(3), at=NOON - YEAR)
    assert desk.state.clock == clock
    assert desk.state.tail == 0


def test_serial_numbers_go_on_after_a_recovery_from_the_middle() -> None:
    desk = busy(Desk())
    state = ShardState(desk.parameters)
    state.apply(decode_segment(desk.segments[-1]))
    assert (state.tail, state.count, state.last_offset) == (4, 6, 6)
    assert state.row(5)["article_id"].tobytes() == desk.state.row(5)["article_id"].tobytes()


def test_an_article_takes_at_most_900_bytes() -> None:
    assert bytes_an_article(Parameters()) <= 900


def test_rows_and_index_are_reserved_and_no_larger_than_computed() -> None:
    state = ShardState(Parameters(capacity=1 << 12))
    reserved = state.rows.nbytes + state.index.bytes + state.items.nbytes
    computed = bytes_an_article(state.parameters)
    assert reserved / (1 << 12) + TEXT_BYTES_AN_ARTICLE == computed
    assert state.ring.texts.nbytes / (1 << 12) < 198  # taken as far as texts need it


def test_a_notice_is_remembered_and_publishes_nothing() -> None:
    desk = Desk()
    told = desk.arrival(kill("a"))
    decision = desk.decide(chunk_of([Arrival(told.article, told.time, told.offset, notice=True)]))
    assert (decision.enriched, decision.relations) == ([], [])
    assert desk.verdict(article("a", story(1)))["relation"] == "withdrawn"
