"""Records read again after a recovery are compared with what was decided about them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.structs import TopicPartition

from streams.detection.parameters import Parameters
from streams.kafka.decided_log import DecidedLog
from tests.detection.newsroom import NOON, Arrival, Desk, article, chunk_of, story

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
    assert f"cut behind offset {cut - 1}" in caplog.text


def test_what_was_decided_before_an_earlier_cut_is_not_compared_with() -> None:
    """Offsets from 5 on were decided twice: only the second time counts."""
    desk = desk_of(LOG)
    log = log_of(desk)
    log.cut(5)
    new = others(4)
    desk.decide(chunk_of([Arrival(a, NOON + 20_000 + n, 5 + n) for n, a in enumerate(new)]))
    assert log.cut_in(records(LOG[:5] + new)) is None
    assert log.cut_in(records(LOG)) == 5 - 1
