"""Stories: a record is what its events, folded in order, add up to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

NAMED_PUBLISHERS = 100

# As on the wire: the fields of `schemas.Story` and `schemas.StoryEvent`.
Story = dict[str, Any]
Event = dict[str, Any]


def fold(story: Story | None, event: Event) -> Story:
    """The story's record after one more event. The record given is left as it is."""
    if event["type"] == "started":
        return _started(event)
    if story is None:
        raise ValueError(f"a story's first event is 'started', got '{event['type']}'")
    if event["sequence"] != story["version"] + 1:
        raise ValueError(
            f"story {story['story_id']}: after event {story['version']} comes"
            f" {story['version'] + 1}, got {event['sequence']}"
        )
    changed = {**story, "version": event["sequence"]}
    about_original = event["article_id"] == story["original_id"]
    if event["type"] == "joined":
        changed["articles"] += 1
        changed["copies"] += event["relation"] == "copy"
        changed["first_seen"] = min(story["first_seen"], event["time"], key=_moment)
        _count_publisher(changed, event["source"])
    elif event["type"] == "corrected" and about_original:
        changed["headline"] = event["headline"]
        changed["original_status"] = event["status"]
    elif event["type"] == "withdrawn" and about_original:
        changed["original_status"] = "canceled"
    changed["last_seen"] = max(story["last_seen"], event["time"], key=_moment)
    return changed


def rebuild(events: Iterable[Event]) -> dict[str, Story]:
    """Every story's record, from all events in order. Events that come again change nothing."""
    stories: dict[str, Story] = {}
    for event in events:
        story = stories.get(event["story_id"])
        if event["type"] == "started" or not story or event["sequence"] > story["version"]:
            stories[event["story_id"]] = fold(story, event)
    return stories


def _moment(time: str) -> str:
    """RFC 3339 as it sorts: "...:00" before "...:00.500", which their last letter would turn."""
    return time.removesuffix("Z")


def _started(event: Event) -> Story:
    """A story as its first article alone; published only when the second has joined."""
    story: Story = {
        "story_id": event["story_id"],
        "version": event["sequence"],
        "headline": event["headline"],
        "language": event["language"],
        "original_id": event["article_id"],
        "original_source": event["source"],
        "original_status": event["status"],
        "articles": 1,
        "copies": 0,
        "publishers": [],
        "other_publishers_articles": 0,
        "first_seen": event["time"],
        "last_seen": event["time"],
    }
    _count_publisher(story, event["source"])
    return story


def _count_publisher(story: Story, source: str | None) -> None:
    if source is None:
        return
    publishers = story["publishers"]
    at = next((i for i, p in enumerate(publishers) if p["source"] == source), None)
    if at is not None:
        counted = {"source": source, "articles": publishers[at]["articles"] + 1}
        story["publishers"] = [*publishers[:at], counted, *publishers[at + 1 :]]
    elif len(publishers) < NAMED_PUBLISHERS:
        story["publishers"] = [*publishers, {"source": source, "articles": 1}]
    else:
        story["other_publishers_articles"] += 1
