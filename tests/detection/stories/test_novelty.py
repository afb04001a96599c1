"""How many articles a story got recently, whatever their times claim."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.detection.index.segment import ArrivalCounts
from streams.detection.stories.novelty import arrived, only, recent, together
from tests.detection.newsroom import HOUR, MINUTE, NOON, YEAR, Article, Desk, article, edited, story

TOLD = story(1)
WINDOW = 72 * HOUR


def copy(n: int) -> Article:
    return article(f"{n}", edited(TOLD, 0.03, n), source=f"{n}.example")


@pytest.mark.parametrize("ahead", [2 * HOUR, 100 * HOUR, YEAR])
def test_a_copy_that_is_dated_ahead_does_not_freeze_its_storys_counts(ahead: int) -> None:
    desk = Desk()
    desk.take(copy(0), at=NOON)
    desk.take(copy(1), at=NOON + MINUTE)
    desk.take(copy(2), at=NOON + ahead)
    for n in range(3, 9):
        verdict = desk.verdict(copy(n), at=NOON + n * MINUTE)
        assert verdict["novelty"] == {"hour": n, "day": n, "window": n}
    later = desk.verdict(copy(9), at=NOON + 3 * HOUR)
    assert later["novelty"] == {"hour": 0, "day": 9, "window": 9}


def test_two_stories_that_merge_count_an_article_dated_ahead_as_of_now() -> None:
    ahead, usual = only(NOON + 100 * HOUR), only(NOON)
    merged = together(usual, ahead, NOON + MINUTE, WINDOW)
    assert merged == [[NOON, 1], [NOON + MINUTE, 1]]
    assert together(ahead, usual, NOON + MINUTE, WINDOW) == merged


def test_what_came_first_after_a_long_quiet_time_is_not_dated_ahead() -> None:
    """The clock follows it as soon as another article agrees."""
    arrivals = arrived(only(NOON), NOON + 30 * HOUR, NOON, WINDOW)
    time = NOON + 30 * HOUR + MINUTE
    arrivals = arrived(arrivals, time, NOON + 30 * HOUR, WINDOW)
    assert recent(arrivals, time, WINDOW) == {"hour": 2, "day": 2, "window": 3}


times = st.sampled_from([0, MINUTE, 7 * MINUTE, HOUR, 3 * HOUR, 30 * HOUR, -HOUR, -90 * HOUR, YEAR])


@given(st.lists(st.tuples(times, st.booleans()), max_size=300))
def test_a_story_keeps_a_bounded_number_of_counts(steps: list[tuple[int, bool]]) -> None:
    """However its articles are dated: the clock follows where two in a row agree."""
    arrivals: ArrivalCounts = only(NOON)
    clock = NOON
    for step, agreed in steps:
        time = clock + step
        clock = max(clock, time) if agreed else clock
        arrivals = arrived(arrivals, time, clock, WINDOW)
        assert len(arrivals) <= 2 * 60 + 72 + 4
        assert [begin for begin, _ in arrivals] == sorted({begin for begin, _ in arrivals})
