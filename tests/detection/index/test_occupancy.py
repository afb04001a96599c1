"""How full a shard is: known shares of its slots, and articles that were dropped early."""

from __future__ import annotations

import numpy as np
import pytest

from streams.detection.index.key_index import Keys
from streams.detection.index.occupancy import early_evictions, occupancy, oldest_seconds
from streams.detection.index.state import ShardState
from streams.detection.parameters import Parameters
from streams.detection.sketch.splitmix64 import U64
from tests.detection.newsroom import HOUR, NOON, Desk, article, story

SMALL = Parameters(capacity=8, window_seconds=3600)


def test_an_empty_shard_has_no_rows_and_no_age() -> None:
    state = ShardState(SMALL)
    found = occupancy(state)
    assert (found.fill, found.hot, found.crowded) == (0, 0, 0)
    assert oldest_seconds(state) == 0


def test_shares_are_computed_from_the_slots() -> None:
    state = ShardState(Parameters(capacity=64))
    state.count, state.tail = 100, 50
    same, other = 0xABCD << 48, 0x1235 << 48
    for slot, entries in enumerate((
        [(same, 90), (same, 91), (same, 92), (same, 93)],  # hot, and all in the window
        [(same, 10), (other, 91), (same, 92), (same, 93)],  # its oldest has left the window
        [(same, 95), (other, 96)],
    )):  # fmt: skip
        values = np.array([key | slot for key, _ in entries], U64)
        owners, votes = np.arange(len(entries)), np.full(len(entries), 2)
        serials = np.array([serial for _, serial in entries])
        state.index.insert(Keys(owners, values, votes), serials)
    slots = len(state.index.words)
    found = occupancy(state)
    assert found.fill == pytest.approx(10 / (4 * slots))
    assert found.hot == pytest.approx(1 / slots)
    assert found.crowded == pytest.approx(1 / slots)


def early(desk: Desk) -> list[int]:
    """After each decision so far, applied again by a second shard."""
    state, counted = ShardState(desk.parameters), []
    for decision in desk.decisions:
        counted.append(early_evictions(state, decision.segment))
        state.apply(decision.segment)
    return counted


def test_a_full_ring_forgets_articles_of_the_window() -> None:
    desk = Desk(SMALL)
    desk.take(*(article(str(n), story(n)) for n in range(6)))
    desk.take(*(article(str(n), story(n)) for n in range(6, 11)))
    assert early(desk) == [0, 3]


def test_articles_that_have_left_the_window_are_not_forgotten_early() -> None:
    desk = Desk(SMALL)
    desk.take(*(article(str(n), story(n)) for n in range(8)))
    for n in range(8, 14):  # two records in a row must agree that time has moved on
        desk.take(article(str(n), story(n)), at=NOON + 3 * HOUR + n)
    assert sum(early(desk)[2:]) == 0


def test_the_age_is_that_of_the_oldest_article_by_the_shards_own_clock() -> None:
    desk = Desk(SMALL)
    desk.take(article("1", story(1)), at=NOON)
    desk.take(article("2", story(2)), at=NOON + 60_000)
    desk.take(article("3", story(3)), at=NOON + 90_000)
    assert oldest_seconds(desk.state) == pytest.approx(90, abs=31)
    assert np.isfinite(oldest_seconds(desk.state))
