"""The window, in the order of the log: the effects of quiet times and wrong clocks."""

from __future__ import annotations

from streams.detection.parameters import Parameters
from tests.detection.newsroom import HOUR, NOON, YEAR, Desk, article, edited, story

WINDOW_HOURS = 72


def test_the_first_article_after_a_long_quiet_time_has_its_copies_found() -> None:
    desk = Desk()
    desk.verdict(article("1", story(1)), at=NOON)
    desk.verdict(article("2", story(2)), at=NOON + 10 * WINDOW_HOURS * HOUR)
    copy = article("3", edited(story(2)), source="b.example")
    verdict = desk.verdict(copy, at=NOON + (10 * WINDOW_HOURS + 1) * HOUR)
    assert verdict["relation"] == "copy"


def test_a_text_that_returns_after_the_window_begins_another_story() -> None:
    desk = Desk(Parameters(capacity=256, window_seconds=3600))
    first = desk.verdict(article("1", story(1)), at=NOON)
    desk.verdict(article("2", story(2)), at=NOON + 5 * HOUR)
    desk.verdict(article("3", story(3)), at=NOON + 5 * HOUR)
    again = desk.verdict(article("1", story(1)), at=NOON + 5 * HOUR + 1)
    assert again["relation"] == "original"
    assert again["story_id"] != first["story_id"]


def test_articles_that_return_with_their_old_times_begin_other_stories() -> None:
    """As when offsets are reset: the window has forgotten them, consumers have not."""
    for window in (Parameters(capacity=64, window_seconds=3600), Parameters(capacity=8)):
        desk, stories = Desk(window), []
        for delivery in range(3):
            told = [(article(f"{n}", story(n // 2)), NOON + n * HOUR // 4) for n in range(24)]
            verdicts = [desk.verdict(made, at=at) for made, at in told]
            assert [v["relation"] for v in verdicts] == ["original", "copy"] * 12
            stories += [v["story_id"] for v in verdicts[::2]]
            for n in range(8):  # time goes on, and the window is full of others
                other = 100 * (delivery + 1) + n
                desk.verdict(article(f"{other}", story(other)), at=NOON + other * HOUR)
        assert len(set(stories)) == 36
        named = [(event["story_id"], event["sequence"]) for event in desk.events]
        assert len(named) == len(set(named))


def test_a_first_deliverys_story_id_depends_on_the_article_alone() -> None:
    """So it is the same in `process` and for any number of partitions."""
    alone, among = Desk(Parameters(capacity=8)), Desk(Parameters(capacity=8))
    for n in range(20):
        among.verdict(article(f"other {n}", story(n + 50)), at=NOON + n * HOUR)
    for n in range(20):
        at = NOON + (20 + n) * HOUR
        first = alone.verdict(article(f"{n}", story(n)), at=at)
        assert among.verdict(article(f"{n}", story(n)), at=at)["story_id"] == first["story_id"]


def test_articles_after_one_with_a_clock_a_year_ahead_are_matched_as_before() -> None:
    desk = Desk()
    desk.verdict(article("1", story(1)), at=NOON)
    desk.verdict(article("2", story(2)), at=NOON + YEAR)
    assert desk.verdict(article("3", edited(story(1))), at=NOON + HOUR)["relation"] == "copy"
    late = desk.verdict(article("4", edited(story(1), seed=2)), at=NOON + WINDOW_HOURS * HOUR + 1)
    assert [match["article_id"] for match in late["matches"]] == [
        article("3", "")["article_id"]  # and no longer the first, which is older than the window
    ]
