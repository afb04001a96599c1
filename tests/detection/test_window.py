"""The window, in the order of the log: what quiet times and wrong clocks do to it."""

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


def test_a_text_that_comes_again_after_the_window_begins_another_story() -> None:
    desk = Desk(Parameters(capacity=256, window_seconds=3600))
    first = desk.verdict(article("1", story(1)), at=NOON)
    desk.verdict(article("2", story(2)), at=NOON + 5 * HOUR)
    desk.verdict(article("3", story(3)), at=NOON + 5 * HOUR)
    again = desk.verdict(article("1", story(1)), at=NOON + 5 * HOUR + 1)
    assert again["relation"] == "original"
    assert again["story_id"] != first["story_id"]


def test_articles_after_one_with_a_clock_a_year_ahead_are_matched_as_before() -> None:
    desk = Desk()
    desk.verdict(article("1", story(1)), at=NOON)
    desk.verdict(article("2", story(2)), at=NOON + YEAR)
    assert desk.verdict(article("3", edited(story(1))), at=NOON + HOUR)["relation"] == "copy"
    late = desk.verdict(article("4", edited(story(1), seed=2)), at=NOON + WINDOW_HOURS * HOUR + 1)
    assert [match["article_id"] for match in late["matches"]] == [
        article("3", "")["article_id"]  # and no longer the first, which is older than the window
    ]
