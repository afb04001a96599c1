"""The demo's sample is what its stories give, and holds what the demo wants to show."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.newsroom import Story, load_desk, load_stories
from deploy.demo.syndicator import SAMPLE, main

LINES = SAMPLE.read_text(encoding="utf-8").splitlines()
STORIES = load_stories()

GOOD = {
    "original": 47,
    "embargoed": 1,
    "copy": 28,
    "retitled": 20,
    "page": 20,
    "truncated": 18,
    "with-related": 12,
    "readdressed": 10,
    "corrected": 4,
    "resent": 4,
    "killed": 2,
    "withheld": 1,
}
# Lines that are events in form, each with one thing wrong. A line that is no JSON and one that is
# an array come on top.
BROKEN = {
    "no-text": 1,
    "number-as-text": 1,
    "empty-text": 1,
    "impossible-date": 1,
    "bad-url": 1,
    "lone-surrogate": 1,
    "nul-character": 1,
    "unknown-status": 1,
}
FIELD_TYPES = {
    "id": str,
    "version": int,
    "source": str,
    "url": str,
    "canonical_url": str,
    "title": str,
    "byline": str,
    "credit": str,
    "language": str,
    "text": str,
    "html": str,
    "published_at": str,
    "fetched_at": str,
    "embargoed_until": str,
    "status": str,
    "attributes": dict,
}
TEMPLATE_PAIRS = (
    {"kestrel-foods-dividend", "calder-steel-dividend"},
    {"northern-weather-monday", "northern-weather-tuesday"},
)
DATELINE = re.compile(r"^.{0,60}? - ")


def parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


EVENTS: list[dict[str, Any]] = [event for event in map(parsed, LINES) if isinstance(event, dict)]
GOOD_EVENTS = [event for event in EVENTS if event["attributes"]["sample"] in GOOD]


def of_way(way: str) -> list[dict[str, Any]]:
    return [event for event in EVENTS if event["attributes"]["sample"] == way]


def moment(event: dict[str, Any], field: str) -> datetime:
    return datetime.fromisoformat(event[field])


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def runs(story: Story) -> set[tuple[str, ...]]:
    """Every run of five words of the title and of the text without its dateline."""
    first, *rest = story.paragraphs
    parts = [words(story.title), words(" ".join([DATELINE.sub("", first, count=1), *rest]))]
    return {tuple(part[i : i + 5]) for part in parts for i in range(len(part) - 4)}


def test_the_sample_is_what_the_stories_give() -> None:
    assert main(["--check"]) == 0


def test_a_stale_sample_fails_the_check(tmp_path: Path) -> None:
    stale = tmp_path / "sample.jsonl"
    stale.write_text("\n".join(LINES[:-1]), encoding="utf-8")
    assert main(["--check", "-o", str(stale)]) == 1


def test_each_way_of_republication_occurs_as_often_as_the_demo_says() -> None:
    assert Counter(event["attributes"]["sample"] for event in EVENTS) == GOOD | BROKEN
    values = [parsed(line) for line in LINES]
    assert sum(value is None for value in values) == 1
    assert sum(isinstance(value, list) for value in values) == 1


@pytest.mark.parametrize("event", GOOD_EVENTS, ids=lambda event: event["attributes"]["sample"])
def test_a_good_event_has_fields_that_parse(event: dict[str, Any]) -> None:
    assert event.keys() <= FIELD_TYPES.keys()
    assert all(isinstance(value, FIELD_TYPES[name]) for name, value in event.items())
    assert event["source"]
    assert re.fullmatch(r"https://[a-z.-]+\.example/[\w/.?=&#-]+", event["url"], re.ASCII)
    assert moment(event, "fetched_at") >= moment(event, "published_at")
    assert event.get("status", "usable") in {"usable", "withheld", "canceled"}
    canceled = event.get("status") == "canceled"
    assert ("text" in event) + ("html" in event) == (0 if canceled else 1)


def test_events_come_in_the_order_of_fetching_over_most_of_a_day() -> None:
    moments = [moment(event, "fetched_at") for event in EVENTS]
    assert all(earlier < later for earlier, later in pairwise(moments))
    assert timedelta(hours=22) < moments[-1] - moments[0] < timedelta(hours=25)


def test_ten_stories_stand_alone_and_every_other_one_is_republished() -> None:
    publishers = defaultdict(set)
    for event in GOOD_EVENTS:
        publishers[event["attributes"]["story"]].add(event["source"])
    alone = {key for key, sources in publishers.items() if len(sources) == 1}
    assert alone == load_desk().stand_alone
    assert len(alone) == 10
    assert publishers.keys() == {story.key for story in STORIES}


def test_a_copy_comes_minutes_to_hours_after_its_original() -> None:
    originals = {e["attributes"]["story"]: e for e in of_way("original") + of_way("embargoed")}
    for event in of_way("copy") + of_way("retitled") + of_way("truncated") + of_way("page"):
        original = originals[event["attributes"]["story"]]
        delay = moment(event, "published_at") - moment(original, "published_at")
        assert timedelta(minutes=5) < delay < timedelta(hours=8)
        if "embargoed_until" in original:
            assert moment(event, "published_at") > moment(original, "embargoed_until")


@pytest.mark.parametrize("way", ["corrected", "killed"])
def test_a_changed_item_keeps_its_id_and_source_and_raises_its_version(way: str) -> None:
    for event in of_way(way):
        earlier = EVENTS[: EVENTS.index(event)]
        first = next(
            e for e in earlier if (e.get("id"), e["source"]) == (event["id"], event["source"])
        )
        assert event["version"] > first["version"]
        assert event.get("text") != first["text"]


def test_a_resent_item_differs_in_nothing_but_the_time_of_fetching() -> None:
    def content(event: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in event.items() if k not in ("fetched_at", "attributes")}

    for event in of_way("resent"):
        assert content(event) in [content(earlier) for earlier in EVENTS[: EVENTS.index(event)]]


def test_a_page_with_related_articles_holds_two_others_in_full_and_its_own_once_more() -> None:
    stories = {story.key: story for story in STORIES}
    for event in of_way("with-related"):
        main_text, related = event["text"].split("\n\nRelated Articles\n\n")
        keys = event["attributes"]["related"].split()
        assert main_text == stories[event["attributes"]["story"]].text
        assert len(keys) == 2
        assert all(stories[key].text in related for key in keys)
        assert all(related.count(stories[key].title) == 3 for key in keys)
        assert related.endswith(main_text)


def test_a_retitled_copy_changes_its_title_and_few_of_its_words() -> None:
    stories = {story.key: story for story in STORIES}
    for event in of_way("retitled"):
        story = stories[event["attributes"]["story"]]
        assert event["title"] != story.title
        changed = Counter(words(story.text)) - Counter(words(event["text"]))
        assert 1 <= changed.total() <= 20


def test_the_broken_lines_are_broken_in_the_way_that_they_say() -> None:
    assert "text" not in of_way("no-text")[0]
    assert "html" not in of_way("no-text")[0]
    assert isinstance(of_way("number-as-text")[0]["text"], int)
    assert of_way("empty-text")[0]["text"] == ""
    with pytest.raises(ValueError, match="day is out of range"):
        moment(of_way("impossible-date")[0], "published_at")
    assert "://" not in of_way("bad-url")[0]["url"]
    assert "\ud800" in of_way("lone-surrogate")[0]["title"]
    assert "\0" in of_way("nul-character")[0]["text"]
    assert of_way("unknown-status")[0]["status"] == "archived"


def test_the_stories_are_forty_english_ones_and_eight_in_seven_other_languages() -> None:
    languages = Counter(story.language for story in STORIES)
    assert languages == {"en": 40, "de": 2, "es": 1, "fr": 1, "pt": 1, "ru": 1, "ja": 1, "ar": 1}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.key)
def test_a_story_is_as_long_as_a_wire_story_and_of_the_day(story: Story) -> None:
    if story.language == "ja":
        assert 400 <= len(story.text) <= 800
    else:
        assert 150 <= len(words(story.text)) <= 450
    assert datetime(2026, 3, 2, tzinfo=UTC) <= story.published_at < datetime(2026, 3, 4, tzinfo=UTC)


def test_stories_do_not_share_runs_of_words_except_for_the_template_pairs() -> None:
    owners = defaultdict(set)
    for story in STORIES:
        for run in runs(story):
            owners[run].add(story.key)
    common = {
        run: keys for run, keys in owners.items() if len(keys) > 1 and keys not in TEMPLATE_PAIRS
    }
    assert common == {}


@pytest.mark.parametrize("pair", TEMPLATE_PAIRS, ids=min)
def test_a_template_pair_has_sixty_words_or_more_in_common(pair: set[str]) -> None:
    first, second = (runs(story) for story in STORIES if story.key in pair)
    assert len(first & second) >= 60
