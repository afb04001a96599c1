"""A story's record counts its present articles: not those that have left or were withdrawn."""

from __future__ import annotations

import pytest

from schemas import Story
from schemas.records import StoryRecord
from streams.detection.index.segment import decode_segment
from streams.detection.index.state import ShardState
from streams.detection.stories.records import replay_events
from tests.detection.newsroom import Article, Desk, article, cut, edited, kill, remembered, story

TOLD, OTHER, ELSE = story(1, 300), story(2, 300), story(3, 300)


def has(item: str, text: str = TOLD, credit: str | None = None) -> Article:
    """The only article of its publisher."""
    return article(item, text, source=f"{item}.example", credit=credit)


def copied(item: str, credit: str | None = None) -> Article:
    return has(item, edited(TOLD, 0.05, ord(item)), credit)


def withdrawn(item: str) -> Article:
    return kill(item, source=f"{item}.example")


CUT = has("e", cut(TOLD, 180))
AGENCYS_OWN = article("r", TOLD, source="reuters.com")
# What arrives -> articles, copies and publishers of the first story afterwards.
CASES = {
    "three copies": (
        [has("a"), copied("b"), copied("c"), copied("d")],
        (4, 3, "abcd"),
    ),
    "a copy revised away": (
        [has("a"), copied("b"), copied("c"), has("b", OTHER)],
        (2, 1, "ac"),
    ),
    "a copy corrected and then revised away": (
        [has("a"), copied("b"), copied("c"), has("b"), has("b", OTHER)],
        (2, 1, "ac"),
    ),
    "a copy revised to another story's text and back": (
        [has("a"), copied("b"), has("x", OTHER), has("y", OTHER), has("b", OTHER),
         has("b", edited(TOLD, 0.1))],
        (2, 1, "ab"),
    ),
    "an excerpt revised away": (
        [has("a"), copied("b"), CUT, has("e", OTHER)],
        (2, 1, "ab"),
    ),
    "an original revised away: one of its copies is the original now": (
        [has("a"), copied("b"), copied("c"), has("a", OTHER)],
        (2, 1, "bc"),
    ),
    "an original and its copy revised away: the excerpt is left": (
        [has("a"), copied("b"), CUT, has("a", OTHER), has("b", ELSE)],
        (1, 0, "e"),
    ),
    "all but one revised away, and that one too: the story is where it goes": (
        [has("a"), copied("b"), has("b", OTHER), has("a", ELSE)],
        (1, 0, "a"),
    ),
    "a copy killed": (
        [has("a"), copied("b"), copied("c"), withdrawn("b")],
        (2, 1, "ac"),
    ),
    "a copy killed twice": (
        [has("a"), copied("b"), copied("c"), withdrawn("b"), kill("b", title="Again")],
        (2, 1, "ac"),
    ),
    "a copy killed and published again: it stays killed": (
        [has("a"), copied("b"), copied("c"), withdrawn("b"), has("b")],
        (2, 1, "ac"),
    ),
    "an excerpt killed": (
        [has("a"), copied("b"), CUT, withdrawn("e")],
        (2, 1, "ab"),
    ),
    "an original killed: it is still what the others are copies of": (
        [has("a"), copied("b"), copied("c"), withdrawn("a")],
        (3, 2, "abc"),
    ),
    "an original killed, then a copy": (
        [has("a"), copied("b"), copied("c"), withdrawn("a"), withdrawn("b")],
        (2, 1, "ac"),
    ),
    "the first killed when a better original is known": (
        [has("a"), has("reuters"), copied("b"), withdrawn("a")],
        (2, 1, None),
    ),
    "an original killed before its first copy comes": (
        [has("a"), withdrawn("a"), copied("b")],
        (2, 1, "ab"),
    ),
    "an original killed, then a better one arrives": (
        [has("a"), copied("b"), withdrawn("a"), AGENCYS_OWN],
        (2, 1, None),
    ),
    "an original corrected under another name and killed, then a better one arrives": (
        [has("a"), copied("b"), has("a", edited(TOLD, 0.05)) | {"source": "z.example"},
         kill("a", source="z.example"), AGENCYS_OWN],
        (2, 1, None),
    ),
    "an original killed twice, then a better one arrives and it is killed again": (
        [has("a"), copied("b"), withdrawn("a"), kill("a", title="Again", source="a.example"),
         AGENCYS_OWN, kill("a", title="At last", source="a.example")],
        (2, 1, None),
    ),
}  # fmt: skip
CASES["the first killed when a better original is known"][0][1]["source"] = "reuters.com"


def worked(log: list[Article], at_once: int) -> Desk:
    desk = Desk()
    for first in range(0, len(log), at_once):
        desk.take(*log[first : first + at_once])
    return desk


def first_story(desk: Desk) -> StoryRecord:
    return desk.stories[desk.events[0]["story_id"]]


@pytest.mark.parametrize("at_once", [1, 2, 9])
@pytest.mark.parametrize(("log", "counts"), CASES.values(), ids=CASES)
def test_a_story_counts_what_is_in_it(
    log: list[Article], counts: tuple[int, int, str | None], at_once: int
) -> None:
    desk = worked(log, at_once)
    record = Story.model_validate(first_story(desk))
    articles, copies, publishers = counts
    assert (record.articles, record.copies) == (articles, copies)
    assert record.languages[0].articles == articles
    if publishers is not None:
        named = {p.source: p.articles for p in record.publishers}
        assert named == {f"{item}.example": 1 for item in publishers}
    assert replay_events(desk.events) == desk.stories


@pytest.mark.parametrize(("log", "counts"), CASES.values(), ids=CASES)
def test_a_shard_that_recovers_before_the_last_article_counts_the_same(
    log: list[Article], counts: tuple[int, int, str | None]
) -> None:
    live = worked(log, 1)
    desk = worked(log[:-1], 1)
    desk.state = ShardState(desk.parameters)
    for data in desk.segments:
        desk.state.apply(decode_segment(data))
    desk.take(log[-1])
    assert (desk.events, desk.stories) == (live.events, live.stories)
    assert remembered(desk.state) == remembered(live.state)
    assert first_story(desk)["articles"] == counts[0]


def test_a_killed_copys_verdict_names_its_story_and_the_articles_left_in_it() -> None:
    desk = Desk()
    original = desk.verdict(has("a"))
    desk.take(copied("b"), copied("c"))
    verdict = desk.verdict(withdrawn("b"))
    assert (verdict["relation"], verdict["story_id"]) == ("withdrawn", original["story_id"])
    assert verdict["story_size"] == 2
    withdrew, left = desk.events[-2:]
    assert [withdrew["type"], left["type"]] == ["withdrawn", "left"]
    assert left["article_id"] == withdrew["article_id"]
    assert (left["source"], left["relation"]) == ("b.example", "copy")


def test_a_killed_original_leaves_when_a_better_one_names_the_story() -> None:
    desk = worked([has("a"), copied("b"), withdrawn("a"), AGENCYS_OWN], 1)
    changed, left = desk.events[-2:]
    assert [changed["type"], left["type"]] == ["original_changed", "left"]
    assert (left["article_id"], left["source"]) == (desk.events[0]["article_id"], "a.example")
    record = first_story(desk)
    assert [p["source"] for p in record["publishers"]] == ["b.example", "reuters.com"]
    assert record["original_status"] == "usable"


def test_a_copy_revised_into_another_storys_text_counts_there() -> None:
    desk = worked([has("a"), copied("b"), copied("c"), has("x", OTHER), has("y", OTHER)], 1)
    desk.take(has("b", edited(OTHER)))
    one, other = desk.stories.values()
    assert (one["articles"], one["copies"]) == (2, 1)
    assert (other["articles"], other["copies"]) == (3, 2)
    assert [(e["type"], e["relation"]) for e in desk.events[-2:]] == [
        ("left", "copy"), ("joined", "copy"),
    ]  # fmt: skip


def test_a_single_article_revised_into_a_storys_text_joins_it() -> None:
    desk = worked([has("b", OTHER), has("a"), copied("c")], 1)
    verdict = desk.verdict(has("b", edited(TOLD, 0.1)))
    assert (verdict["relation"], verdict["story_size"]) == ("revision", 3)
    assert first_story(desk)["articles"] == 3
    assert [(e["type"], e["relation"]) for e in desk.events[-1:]] == [("joined", "copy")]
    assert replay_events(desk.events) == desk.stories


def test_an_article_revised_into_the_text_of_another_single_one_joins_it() -> None:
    desk = worked([has("b", OTHER), has("a")], 1)
    verdict = desk.verdict(has("b", edited(TOLD, 0.1)))
    assert (verdict["relation"], verdict["story_size"]) == ("revision", 2)
    assert (first_story(desk)["articles"], first_story(desk)["copies"]) == (2, 1)
    assert replay_events(desk.events) == desk.stories


@pytest.mark.parametrize("at_once", [1, 4])
def test_copies_of_two_unrelated_texts_of_a_lone_article_share_no_story(at_once: int) -> None:
    log = [has("a"), has("a", OTHER), copied("b"), has("c", edited(OTHER))]
    desk = worked(log, at_once)
    of_first, of_second = desk.stories.values()
    assert (of_first["articles"], of_first["copies"]) == (1, 0)
    assert [p["source"] for p in of_first["publishers"]] == ["b.example"]
    assert of_first["headline"] == "The title of b"
    assert (of_second["articles"], of_second["copies"]) == (2, 1)
    assert [p["source"] for p in of_second["publishers"]] == ["a.example", "c.example"]
    assert [e["type"] for e in desk.events[:4]] == ["started", "joined", "left", "original_changed"]
    assert replay_events(desk.events) == desk.stories


@pytest.mark.parametrize("at_once", [1, 4])
def test_an_article_that_moved_to_another_story_counts_there_alone(at_once: int) -> None:
    """A copy of the text that it had before, when it was alone, comes later."""
    log = [has("a"), has("x", OTHER), has("a", edited(OTHER)), copied("b")]
    desk = worked(log, at_once)
    others, firsts = desk.stories.values()
    assert [p["source"] for p in others["publishers"]] == ["x.example", "a.example"]
    assert [p["source"] for p in firsts["publishers"]] == ["b.example"]
    assert firsts["original_id"] == log[-1]["article_id"]
    assert firsts["headline"] == "The title of b"
    assert replay_events(desk.events) == desk.stories


@pytest.mark.parametrize("at_once", [1, 4])
def test_an_article_that_returns_to_the_text_it_had_alone_is_no_story_of_two(at_once: int) -> None:
    desk = worked([has("a"), has("x", OTHER), has("a", edited(OTHER)), copied("a")], at_once)
    [others] = desk.stories.values()
    assert (others["articles"], others["copies"]) == (1, 0)
    assert [e["type"] for e in desk.events] == ["started", "joined", "left"]
    joined = desk.verdict(copied("b"))
    assert joined["story_size"] == 2
    assert joined["original_id"] == has("a")["article_id"]


def test_an_unseen_agency_is_forgotten_when_kills_leave_too_few_credits() -> None:
    desk = worked([has("a"), copied("b", "AFP"), copied("c", "AFP")], 1)
    assert first_story(desk)["unseen_agency"] == "AFP"
    verdict = desk.verdict(withdrawn("b"))
    assert (verdict["unseen_agency"], first_story(desk)["unseen_agency"]) == (None, None)
    assert first_story(desk)["agencies"] == [{"name": "AFP", "articles": 1}]


def test_a_corrected_article_counts_for_the_source_it_names_now() -> None:
    desk = worked([has("a"), copied("b", "AFP"), copied("c", "AFP")], 1)
    corrected = article("b", edited(TOLD, 0.1), source="new.example", credit="Reuters")
    assert desk.verdict(corrected)["unseen_agency"] is None
    assert first_story(desk)["publishers"] == [
        {"source": f"{name}.example", "articles": 1} for name in ("a", "c", "new")
    ]
    assert first_story(desk)["agencies"] == [
        {"name": name, "articles": 1} for name in ("AFP", "Reuters")
    ]
    desk.take(article("b", OTHER, source="third.example"))
    assert [p["source"] for p in first_story(desk)["publishers"]] == ["a.example", "c.example"]
    assert first_story(desk)["other_publishers_articles"] == 0
    assert replay_events(desk.events) == desk.stories
