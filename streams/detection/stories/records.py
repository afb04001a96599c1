"""Stories: a record is what its events, applied in order, add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from streams.articles.outlets import family_of
from streams.detection.index.story_table import Story

NAMED_PUBLISHERS = 100
# Far more agencies or languages than copy any one story; bounds the cost of invented credits.
NAMED_AGENCIES = NAMED_LANGUAGES = 20

_COUNTED = (
    ("publishers", "source", NAMED_PUBLISHERS),
    ("agencies", "name", NAMED_AGENCIES),
    ("languages", "name", NAMED_LANGUAGES),
)

# As published: the fields of `schemas.StoryEvent`.
Event = dict[str, Any]


def apply_event(story: Story | None, event: Event) -> Story:
    """The story's record after one more event. The given record is not changed."""
    kind = event["type"]
    if kind == "started":
        return _started(event)
    if story is None:
        raise ValueError(f"a story's first event is 'started', got '{kind}'")
    if event["sequence"] != story["version"] + 1:
        raise ValueError(
            f"story {story['story_id']}: after event {story['version']} comes"
            f" {story['version'] + 1}, got {event['sequence']}"
        )
    changed = {**story, "version": event["sequence"]}
    if kind in _CHANGES:
        _CHANGES[kind](changed, event)
    elif kind == "withdrawn" and event["article_id"] == story["original_id"]:
        changed["original_status"] = "canceled"
    if event["original"] is not None:
        changed |= event["original"]
    if "families" not in story or len(changed["publishers"]) != len(story["publishers"]):
        changed["families"] = _families(changed)
    changed["recent"] = event["recent"]
    changed["last_seen"] = _later(story["last_seen"], event["time"])
    return changed


def replay_events(events: Iterable[Event]) -> dict[str, Story]:
    """Every story's record, from all events in order. Repeated events change nothing."""
    stories: dict[str, Story] = {}
    for event in events:
        story = stories.get(event["story_id"])
        if event["type"] == "started" or not story or event["sequence"] > story["version"]:
            stories[event["story_id"]] = apply_event(story, event)
    return stories


def _earlier(one: str, other: str) -> str:
    """The earlier of two RFC 3339 times, compared without their last letter: "...:00Z" is before
    "...:00.500Z"."""
    return one if one[:-1] <= other[:-1] else other


def _later(one: str, other: str) -> str:
    return one if one[:-1] >= other[:-1] else other


def _started(event: Event) -> Story:
    """A story as its first article alone; published only when the second has joined."""
    story: Story = {
        "story_id": event["story_id"],
        "version": event["sequence"],
        **event["original"],
        "headline": event["headline"],
        "language": event["language"],
        "articles": 1,
        "copies": 0,
        "publishers": [],
        "families": 0,
        "other_publishers_articles": 0,
        "agencies": [],
        "languages": [],
        "recent": event["recent"],
        "first_seen": event["time"],
        "last_seen": event["time"],
        "replaced_by": None,
    }
    _count(story, event, 1)
    story["families"] = _families(story)
    return story


def _families(story: Story) -> int:
    """How many owners the listed publishers have, according to echowire's table."""
    return len({family_of(publisher["source"]) for publisher in story["publishers"]})


def _join(story: Story, event: Event) -> None:
    story["articles"] += 1
    story["copies"] += event["relation"] == "copy"
    story["first_seen"] = _earlier(story["first_seen"], event["time"])
    _count(story, event, 1)


def absorbed_of(story: Story) -> dict[str, Any]:
    """What a story contributes to the one that absorbs it, as in that one's event."""
    return {name: story[name] for name in _BROUGHT}


_BROUGHT = (
    "story_id", "articles", "copies", "publishers", "other_publishers_articles", "agencies",
    "languages", "first_seen",
)  # fmt: skip


def _merge(story: Story, event: Event) -> None:
    """Another story absorbs this one, or this one another, whose original is then a copy."""
    if event["replaced_by"]:
        story["replaced_by"] = event["replaced_by"]
        return
    other = event["absorbed"]
    story["articles"] += other["articles"]
    story["copies"] = min(story["articles"] - 1, story["copies"] + other["copies"] + 1)
    story["first_seen"] = _earlier(story["first_seen"], other["first_seen"])
    story["other_publishers_articles"] += other["other_publishers_articles"]
    for field, key, most in _COUNTED:
        counts = {entry[key]: entry["articles"] for entry in story[field]}
        for entry in other[field]:
            if entry[key] in counts or len(counts) < most:
                counts[entry[key]] = counts.get(entry[key], 0) + entry["articles"]
            elif field == "publishers":
                story["other_publishers_articles"] += entry["articles"]
        story[field] = [{key: name, "articles": articles} for name, articles in counts.items()]
    story["families"] = _families(story)


def _leave(story: Story, event: Event) -> None:
    """One of the remaining articles is not a copy: if the original leaves, a copy replaces it."""
    story["articles"] -= 1
    copies = story["copies"] - (event["relation"] in ("original", "copy"))
    story["copies"] = max(0, min(copies, story["articles"] - 1))
    _count(story, event, -1)


def _correct(story: Story, event: Event) -> None:
    if replaced := event.get("replaces"):  # events of 0.1.0 have none
        _count(story, replaced, -1)
        _count(story, event, 1)
    if event["article_id"] == story["original_id"]:
        story["headline"] = event["headline"]
        story["original_source"] = event["source"]
        story["original_status"] = event["status"]


def _count(story: Story, event: Event, by: int) -> None:
    """Count an article in, or out again, for its publisher, agency and language."""
    source = event["source"]
    if source is not None and not _counted(story, "publishers", "source", source, by):
        if by > 0 and len(story["publishers"]) < NAMED_PUBLISHERS:
            story["publishers"] = [*story["publishers"], {"source": source, "articles": 1}]
        else:
            story["other_publishers_articles"] += by
    for field, name, most in (("agencies", event["agency"], NAMED_AGENCIES),
                              ("languages", event["language"], NAMED_LANGUAGES)):  # fmt: skip
        if name is None or _counted(story, field, "name", name, by) or by < 0:
            continue
        if len(story[field]) < most:
            story[field] = [*story[field], {"name": name, "articles": 1}]


def _counted(story: Story, field: str, key: str, name: str, by: int) -> bool:
    """Whether the list has that name; its number of articles then changes."""
    entries = story[field]
    for at, entry in enumerate(entries):
        if entry[key] == name:
            articles = entry["articles"] + by
            kept = [{key: name, "articles": articles}] if articles else []
            story[field] = [*entries[:at], *kept, *entries[at + 1 :]]
            return True
    return False


_CHANGES: dict[str, Callable[[Story, Event], None]] = {
    "joined": _join,
    "left": _leave,
    "corrected": _correct,
    "merged": _merge,
}
