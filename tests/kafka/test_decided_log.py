"""Records read again after a recovery are compared with what was decided about them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.structs import TopicPartition

from streams.detection.index.state import ShardState
from streams.detection.parameters import Parameters
from streams.kafka.decided_log import DecidedLog, OtherLogError
from streams.kafka.recovery import Recovery
from streams.kafka.shard_note import ShardNote
from streams.kafka.unreadable import UnreadableRecord
from streams.settings import load_settings
from tests.detection.newsroom import NOON, Arrival, Desk, article, chunk_of, remembered, story

# The fifth repeats the second, so that it has no row.
NEWS = [article(f"n{n}", story(n)) for n in range(4)]
LOG = [*NEWS, NEWS[1], *(article(f"n{n}", story(n)) for n in range(4, 8))]


def desk_of(articles: list[Any]) -> Desk:
    desk = Desk(Parameters(capacity=64))
    desk.decide(chunk_of([Arrival(a, NOON + n * 1000, n) for n, a in enumerate(articles)]))
    return desk


def records(articles: list[Any], first: int = 0) -> list[Any]:
    return [
        SimpleNamespace(offset=first + n, key=a["article_id"].encode())
        for n, a in enumerate(articles)
    ]


def others(count: int) -> list[Any]:
    return [article(f"other{n}", story(100 + n)) for n in range(count)]


def log_of(desk: Desk) -> DecidedLog:
    return DecidedLog(TopicPartition("articles.normalised", 0), desk.state)


@pytest.mark.parametrize("first", [0, 3, 4, 8, 9])
def test_the_same_log_is_not_cut(first: int) -> None:
    log = log_of(desk_of(LOG))
    assert log.cut_in(records(LOG[first:] + others(3), first)) is None


@pytest.mark.parametrize(("kept", "cut"), [(0, 0), (3, 3), (4, 4), (5, 4), (6, 6), (8, 8)])
def test_a_log_with_other_records_was_cut_behind_the_last_that_is_the_same(
    kept: int, cut: int, caplog: pytest.LogCaptureFixture
) -> None:
    desk = desk_of(LOG)
    log = log_of(desk)
    again = records(LOG[:kept] + others(len(LOG) - kept + 2))
    assert log.cut_in(again) == cut
    assert f"cut after offset {cut - 1}" in caplog.text


def test_what_was_decided_before_an_earlier_cut_is_not_compared_with() -> None:
    """Offsets from 5 on were decided twice: only the second time counts."""
    desk = desk_of(LOG)
    log = log_of(desk)
    log.cut(5)
    new = others(4)
    desk.decide(chunk_of([Arrival(a, NOON + 20_000 + n, 5 + n) for n, a in enumerate(new)]))
    assert log.cut_in(records(LOG[:5] + new)) is None
    assert log.cut_in(records(LOG)) == 5 - 1


def test_a_shard_that_was_kept_over_a_rebalance_is_not_set_back_by_its_own_segments() -> None:
    """It reads what it wrote since it was last brought up to date; a cut that it noticed itself is
    told there."""
    desk = desk_of(LOG)
    recovery = Recovery(load_settings(), 0, desk.state)
    written = len(desk.segments)
    recovery.log.cut(5)
    for first, news in ((5, others(4)), (9, others(9)[4:])):
        arrivals = [Arrival(a, NOON + 20_000 + n, first + n) for n, a in enumerate(news)]
        desk.decide(chunk_of(arrivals))
    before, count = remembered(desk.state), desk.state.count
    notes = [ShardNote(cut=5), ShardNote()]
    for offset, (segment, note) in enumerate(zip(desk.segments[written:], notes, strict=True)):
        recovery._apply(segment_record(offset, segment, note))
    assert (remembered(desk.state), desk.state.count) == (before, count)


def test_another_worker_goes_back_to_a_cut_noted_in_the_segments() -> None:
    desk = desk_of(LOG)
    recovery = Recovery(load_settings(), 0, ShardState(desk.state.parameters))
    log = log_of(desk)
    log.cut(5)
    new = others(4)
    desk.decide(chunk_of([Arrival(a, NOON + 20_000 + n, 5 + n) for n, a in enumerate(new)]))
    notes = [*[ShardNote()] * (len(desk.segments) - 1), ShardNote(cut=5)]
    for offset, (segment, note) in enumerate(zip(desk.segments, notes, strict=True)):
        recovery._apply(segment_record(offset, segment, note))
    assert remembered(recovery.state) == remembered(desk.state)
    assert recovery.log.cut_in(records(LOG[:5] + new)) is None


class Log:
    """Holds records from offset 0 on; some cannot be read any more."""

    def __init__(self, held: list[Any], damaged: range) -> None:
        self._records, self._damaged, self._at = records(held), damaged, 0

    async def beginning_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(tps, 0)

    async def end_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(tps, len(self._records))

    def assignment(self) -> set[TopicPartition]:
        return set()

    def pause(self, *_: TopicPartition) -> None:
        return

    resume = pause

    def seek(self, _: TopicPartition, offset: int) -> None:
        self._at = offset

    async def getone(self, tp: TopicPartition) -> Any:
        at = self._at
        if at not in self._damaged:
            return self._records[at]
        return UnreadableRecord(
            tp.topic, 0, self._damaged[-1], 0, 0, None, b"raw", None, -1, 3, (), at, "CRC"
        )


@pytest.mark.parametrize("damaged", [range(8, 9), range(6, 9), range(9)], ids=str)
async def test_a_log_whose_newest_article_is_damaged_was_not_recreated(damaged: range) -> None:
    log: Any = Log(LOG, damaged)
    await log_of(desk_of(LOG)).check(log, -1)


async def test_behind_a_damaged_article_an_older_one_tells_whether_the_log_was_recreated() -> None:
    log: Any = Log(others(len(LOG)), range(8, 9))
    with pytest.raises(OtherLogError, match="at offset 7, and there is another"):
        await log_of(desk_of(LOG)).check(log, -1)


def segment_record(offset: int, segment: bytes, note: ShardNote) -> Any:
    return SimpleNamespace(
        topic="detection.segments", partition=0, offset=offset, value=segment,
        headers=[note.header()],
    )  # fmt: skip
