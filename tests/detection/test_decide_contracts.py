"""All outputs of a shard keep the contracts, and its events add up to its stories."""

from __future__ import annotations

import pytest

from schemas import EnrichedArticle, Story, StoryEvent
from streams.detection.stories.records import replay_events
from tests.detection.newsroom import Article, Desk, article, cut, edited, kill, story


def busy_day() -> list[Article]:
    """Six stories: published, copied, credited, cut, expanded, compiled, corrected, resent and
    killed; one copy of each is rewritten as something else."""
    day: list[Article] = []
    for n in range(6):
        told, told_before = story(n, 250), story(n - 1, 250)
        day += [
            article(f"{n}", told, source="agency.example"),
            article(f"{n} copied", edited(told), source="b.example", credit="Reuters"),
            article(f"{n} cut", cut(told, 150), source="c.example", title="", credit="Reuters"),
            article(f"{n} expanded", f"{told} {story(n + 20, 150)}", source=None),
            article(f"{n} and the one before", f"{told} {told_before}", status="withheld"),
            article(f"{n} by the agency", edited(told, 0.1, 5), source="reuters.com"),
            article(f"{n} in brief", cut(told, 12)),
            article(f"{n}", edited(told, 0.1), source="agency.example", title="Corrected"),
            article(f"{n}", told, source="agency.example"),
            kill(f"{n} copied" if n % 2 else f"{n}", source="b.example"),
            article(f"{n} cut", story(n + 40), source="c.example", title=""),
        ]
    return day


@pytest.fixture(scope="module", params=[1, 7, 60])
def desk(request: pytest.FixtureRequest) -> Desk:
    desk, day = Desk(), busy_day()
    for first in range(0, len(day), request.param):
        desk.take(*day[first : first + request.param])
    return desk


def test_the_day_holds_every_relation(desk: Desk) -> None:
    relations = {relation for decision in desk.decisions for relation in decision.relations}
    assert relations == {
        "original", "copy", "excerpt", "expansion", "compilation", "revision", "withdrawn",
    }  # fmt: skip
    assert {event["type"] for event in desk.events} == {
        "started", "joined", "left", "original_changed", "corrected", "withdrawn",
    }  # fmt: skip


def test_every_enriched_article_keeps_its_contract(desk: Desk) -> None:
    for decision in desk.decisions:
        for value in decision.enriched:
            EnrichedArticle.model_validate_json(value)


def test_every_story_and_every_event_keeps_its_contract(desk: Desk) -> None:
    for decision in desk.decisions:
        for name, version, _, value in decision.stories:
            made = Story.model_validate_json(value)
            assert (made.story_id, made.version) == (name, version)
        for name, sequence, _, value in decision.events:
            event = StoryEvent.model_validate_json(value)
            assert (event.story_id, event.sequence) == (name, sequence)


def test_replayed_events_give_exactly_the_published_stories(desk: Desk) -> None:
    assert len(desk.stories) >= 6
    assert replay_events(desk.events) == desk.stories


def test_a_shards_own_stories_are_the_published_ones(desk: Desk) -> None:
    own = {name.hex(): story.record for name, story in desk.state.stories.items()}
    assert own == desk.stories


def test_outputs_are_parallel_lists(desk: Desk) -> None:
    for decision in desk.decisions:
        made = [EnrichedArticle.model_validate_json(value) for value in decision.enriched]
        assert [m.article_id for m in made] == decision.article_ids
        assert [m.detection.relation for m in made] == decision.relations
        assert decision.places == sorted(decision.places)
        assert len(decision.places) == len(made)
