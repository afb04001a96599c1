"""Two stories that a later copy links become one, by events, and the old id leads to the new."""

from __future__ import annotations

import pytest

from schemas import Story, StoryEvent
from schemas.records import StoryRecord
from streams.detection.index.segment import decode_segment
from streams.detection.index.state import ShardState
from streams.detection.stories import story_log
from streams.detection.stories.records import replay_events
from tests.detection.newsroom import Desk, article, chunk_of, cut, kill, remembered, story

MIDDLE = story(1, 200)


def variant(shift: int, *, middle: str = MIDDLE, seed: int = 50) -> str:
    """Two thirds of the text, plus forty words of its own."""
    words = middle.split()
    most = words[:130] if shift < 0 else words[-130:]
    return " ".join([*most, *story(seed + shift, 40).split()])


def two_stories(desk: Desk) -> tuple[str, str]:
    """A story of two and a story of one; -> their ids."""
    first = desk.verdict(article("a", variant(-1), source="a.example"))
    desk.verdict(article("a2", variant(-1), source="a2.example"))
    second = desk.verdict(article("b", variant(1), source="b.example"))
    assert first["story_id"] != second["story_id"]
    return first["story_id"], second["story_id"]


def test_a_copy_of_articles_of_two_stories_makes_them_one() -> None:
    desk = Desk()
    first, second = two_stories(desk)
    verdict = desk.verdict(article("c", MIDDLE, source="c.example"))
    assert (verdict["relation"], verdict["story_id"]) == ("copy", first)
    assert verdict["story_size"] == 4
    assert desk.stories[second]["replaced_by"] == first
    survivor = desk.stories[first]
    assert (survivor["articles"], survivor["copies"], survivor["replaced_by"]) == (4, 3, None)
    named = [publisher["source"] for publisher in survivor["publishers"]]
    assert named == ["a.example", "a2.example", "b.example", "c.example"]
    kinds = [(e["story_id"] == first, e["type"]) for e in desk.events]
    assert kinds == [
        (True, "started"), (True, "joined"), (False, "started"), (False, "merged"),
        (True, "merged"), (True, "joined"),
    ]  # fmt: skip
    for record in desk.stories.values():
        Story.model_validate(record)
    for event in desk.events:
        StoryEvent.model_validate(event)
    assert replay_events(desk.events) == desk.stories


def test_later_articles_join_the_surviving_story() -> None:
    desk = Desk()
    first, second = two_stories(desk)
    desk.verdict(article("c", MIDDLE, source="c.example"))
    later = desk.verdict(article("d", variant(1), source="d.example"))
    assert later["story_id"] == first
    revised = desk.verdict(article("b", f"{variant(1)} {story(70, 12)}", source="b.example"))
    assert (revised["relation"], revised["story_id"]) == ("revision", first)
    killed = desk.verdict(article("b", "", status="canceled", source="b.example"))
    assert killed["story_id"] == first
    assert desk.stories[second]["version"] == 2


def test_of_an_absorbed_story_its_killed_original_is_not_counted() -> None:
    desk = Desk()
    first, second = two_stories(desk)
    desk.take(article("b2", variant(1), source="b2.example"), kill("b", source="b.example"))
    assert desk.stories[second]["articles"] == 2
    desk.take(article("c", MIDDLE, source="c.example"))
    survivor = desk.stories[first]
    assert (survivor["articles"], survivor["copies"]) == (4, 3)
    named = [publisher["source"] for publisher in survivor["publishers"]]
    assert named == ["a.example", "a2.example", "b2.example", "c.example"]
    assert replay_events(desk.events) == desk.stories


def test_the_better_original_of_both_is_the_storys() -> None:
    desk = Desk()
    desk.verdict(article("a", variant(-1), source="a.example"))
    agency = desk.verdict(article("b", variant(1), source="reuters.com"))
    verdict = desk.verdict(article("c", MIDDLE, source="c.example"))
    assert verdict["original_id"] == agency["original_id"]
    [changed] = [e for e in desk.events if e["type"] == "original_changed"]
    assert changed["original"] is not None
    assert changed["original"]["original_evidence"] == "agency"


def test_a_link_in_one_story_counts_for_the_members_of_the_other() -> None:
    desk = Desk()
    desk.verdict(article("a", variant(-1), source="a.example"))
    desk.verdict(article("b", variant(1), source="b.example", syndicated_from="c.example"))
    own = article("c", MIDDLE, source="c.example")
    assert desk.verdict(own)["original_id"] == own["article_id"]


@pytest.mark.parametrize(
    "linking",
    [
        cut(MIDDLE, 60),  # an excerpt
        f"{variant(-1)} {variant(1, middle=story(2, 200))}",  # of one story only
        f"{story(60, 150)} {MIDDLE}",  # an expansion
    ],
)
def test_only_a_copy_merges_stories(linking: str) -> None:
    desk = Desk()
    two_stories(desk)
    desk.verdict(article("c", linking, source="c.example"))
    assert not any(event["type"] == "merged" for event in desk.events)


def test_a_page_with_both_stories_does_not_merge_them() -> None:
    desk = Desk()
    one, other = story(3, 150), story(4, 150)
    desk.take(article("a", one), article("b", other))
    assert desk.verdict(article("c", f"{one} {other}"))["relation"] == "compilation"
    assert not any(event["type"] == "merged" for event in desk.events)


def test_notices_of_one_template_stay_apart() -> None:
    form = " ".join(
        f"The {word} office of the board set its rate at {{}} on the day in {word}." for word in
        ["north", "south", "east", "west", "upper", "lower", "outer", "inner"]
    )  # fmt: skip
    desk = Desk()
    desk.take(article("a", form.format(*range(10, 18))))
    desk.take(article("b", form.format(*range(40, 48))))
    desk.take(article("c", form.format(*[*range(10, 14), *range(44, 48)])))
    assert not any(event["type"] == "merged" for event in desk.events)


def overlapping(desk: Desk) -> list[str]:
    """Five stories of one article each, then articles that each link two of them;
    -> the ids of the five."""
    words = story(9, 600).split()
    texts = [" ".join(words[at : at + 130]) for at in (320, 240, 160, 80, 0)]
    named = [desk.verdict(article(f"s{n}", text))["story_id"] for n, text in enumerate(texts)]
    assert len(set(named)) == len(texts)
    for at in (40, 120, 200, 280):
        desk.verdict(article(f"l{at}", " ".join(words[at : at + 130])))
    return named


def test_a_chain_of_mergers_leads_to_the_story_that_began_first() -> None:
    desk = Desk()
    named = overlapping(desk)
    assert replay_events(desk.events) == desk.stories
    assert {resolved(desk.stories, name) for name in named} == {named[0]}
    assert desk.stories[named[0]]["articles"] == 9


def test_a_story_absorbs_a_bounded_number_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story_log, "MOST_ABSORBED", 2)
    desk = Desk()
    named = overlapping(desk)
    assert len({resolved(desk.stories, name) for name in named}) > 1
    assert max(len(state.absorbed) for _, state in desk.state.stories.items()) == 2
    assert replay_events(desk.events) == desk.stories


def resolved(stories: dict[str, StoryRecord], name: str) -> str:
    while name in stories and (successor := stories[name]["replaced_by"]):
        name = successor
    return name


def test_mergers_are_the_same_however_the_log_is_cut_and_after_recovery() -> None:
    told = [
        article("a", variant(-1), source="a.example"),
        article("b", variant(1), source="b.example"),
        article("c", MIDDLE, source="c.example"),
        article("d", variant(1), source="d.example"),
        article("b", variant(1) + " " + story(80, 9), source="b.example"),
    ]
    single, whole = Desk(), Desk()
    for one in told:
        single.take(one)
    whole.decide(chunk_of([whole.arrival(one) for one in told]))
    assert remembered(single.state) == remembered(whole.state)
    assert single.events == whole.events
    assert single.stories == whole.stories
    recovered = ShardState(single.parameters)
    for segment in single.segments:
        recovered.apply(decode_segment(segment))
    assert recovered.stories.replaced == single.state.stories.replaced
    assert len(recovered.stories.replaced) == 1
    after = Desk()
    after.state, after.offset, after.now = recovered, single.offset, single.now
    last = article("e", variant(1), source="e.example")
    assert after.verdict(last) == single.verdict(last)
