"""Stories: a record is what its events, applied in order, add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from schemas.records import (
    AbsorbedRecord,
    CountedRecord,
    NamedRecord,
    PublisherRecord,
    StoryEventRecord,
    StoryRecord,
)
from streams.articles.outlets import family_of

# Story id, sequence or version, record time in milliseconds, JSON.
Published = tuple[str, int, int, bytes]

NAMED_PUBLISHERS = 100
# Far more agencies or languages than copy any one story; bounds the cost of invented credits.
NAMED_AGENCIES = NAMED_LANGUAGES = 20


def apply_event(story: StoryRecord | None, event: StoryEventRecord) -> StoryRecord:
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
    changed: StoryRecord = {**story, "version": event["sequence"]}
    if kind in _CHANGES:
        _CHANGES[kind](changed, event)
    elif kind == "withdrawn" and event["article_id"] == story["original_id"]:
        changed["original_status"] = "canceled"
    if event["original"] is not None:
        changed |= cast("StoryRecord", event["original"])  # those of its fields that change
    if "families" not in story or len(changed["publishers"]) != len(story["publishers"]):
        changed["families"] = _families(changed)
    changed["recent"] = event["recent"]
    changed["last_seen"] = _later(story["last_seen"], event["time"])
    return changed


def replay_events(events: Iterable[StoryEventRecord]) -> dict[str, StoryRecord]:
    """Every story's record, from all events in order. Repeated events change nothing."""
    stories: dict[str, StoryRecord] = {}
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


def _started(event: StoryEventRecord) -> StoryRecord:
    """A story as its first article alone; published only when the second has joined."""
    source = event["source"]
    fields = {
        "story_id": event["story_id"],
        "version": event["sequence"],
        **(event["original"] or {}),
        "headline": event["headline"],
        "language": event["language"],
        "articles": 1,
        "copies": 0,
        "publishers": [] if source is None else [{"source": source, "articles": 1}],
        "families": 0 if source is None else 1,
        "other_publishers_articles": 0,
        "agencies": _counted([], event["agency"], NAMED_AGENCIES, 1),
        "languages": _counted([], event["language"], NAMED_LANGUAGES, 1),
        "recent": event["recent"],
        "first_seen": event["time"],
        "last_seen": event["time"],
        "replaced_by": None,
    }
    return cast("StoryRecord", fields)  # a first event has all fields of its original


def _families(story: StoryRecord) -> int:
    """How many owners the listed publishers have, according to echowire's table."""
    return len({family_of(publisher["source"]) for publisher in story["publishers"]})


def _join(story: StoryRecord, event: StoryEventRecord) -> None:
    story["articles"] += 1
    story["copies"] += event["relation"] == "copy"
    story["first_seen"] = _earlier(story["first_seen"], event["time"])
    _count(story, event, 1)


def absorbed_of(story: StoryRecord) -> AbsorbedRecord:
    """What a story contributes to the one that absorbs it, as in that one's event."""
    return {
        "story_id": story["story_id"],
        "articles": story["articles"],
        "copies": story["copies"],
        "publishers": story["publishers"],
        "other_publishers_articles": story["other_publishers_articles"],
        "agencies": story["agencies"],
        "languages": story["languages"],
        "first_seen": story["first_seen"],
    }


def _merge(story: StoryRecord, event: StoryEventRecord) -> None:
    """Another story absorbs this one, or this one another, whose original is then a copy."""
    if event["replaced_by"]:
        story["replaced_by"] = event["replaced_by"]
        return
    other = event["absorbed"]
    assert other is not None
    story["articles"] += other["articles"]
    story["copies"] = min(story["articles"] - 1, story["copies"] + other["copies"] + 1)
    story["first_seen"] = _earlier(story["first_seen"], other["first_seen"])
    sources = {entry["source"]: entry["articles"] for entry in story["publishers"]}
    more = [(entry["source"], entry["articles"]) for entry in other["publishers"]]
    unnamed = _add(sources, more, NAMED_PUBLISHERS)
    story["other_publishers_articles"] += other["other_publishers_articles"] + unnamed
    story["publishers"] = [{"source": name, "articles": n} for name, n in sources.items()]
    story["agencies"] = _united(story["agencies"], other["agencies"], NAMED_AGENCIES)
    story["languages"] = _united(story["languages"], other["languages"], NAMED_LANGUAGES)
    story["families"] = _families(story)


def _add(counts: dict[str, int], more: Iterable[tuple[str, int]], most: int) -> int:
    """Add numbers of articles by name. -> how many belong to names beyond the first `most`."""
    unnamed = 0
    for name, articles in more:
        if name in counts or len(counts) < most:
            counts[name] = counts.get(name, 0) + articles
        else:
            unnamed += articles
    return unnamed


def _united(ours: list[NamedRecord], theirs: list[NamedRecord], most: int) -> list[NamedRecord]:
    counts = {entry["name"]: entry["articles"] for entry in ours}
    _add(counts, [(entry["name"], entry["articles"]) for entry in theirs], most)
    return [{"name": name, "articles": articles} for name, articles in counts.items()]


def _leave(story: StoryRecord, event: StoryEventRecord) -> None:
    """One of the remaining articles is not a copy: if the original leaves, a copy replaces it."""
    story["articles"] -= 1
    copies = story["copies"] - (event["relation"] in ("original", "copy"))
    story["copies"] = max(0, min(copies, story["articles"] - 1))
    _count(story, event, -1)


def _correct(story: StoryRecord, event: StoryEventRecord) -> None:
    if replaced := event.get("replaces"):  # events of 0.1.0 have none
        _count(story, replaced, -1)
        _count(story, event, 1)
    if event["article_id"] == story["original_id"]:
        story["headline"] = event["headline"]
        story["original_source"] = event["source"]
        story["original_status"] = event["status"]


def _count(story: StoryRecord, event: StoryEventRecord | CountedRecord, by: int) -> None:
    """Count an article in, or out again, for its publisher, agency and language."""
    if (source := event["source"]) is not None:
        _count_publisher(story, source, by)
    story["agencies"] = _counted(story["agencies"], event["agency"], NAMED_AGENCIES, by)
    story["languages"] = _counted(story["languages"], event["language"], NAMED_LANGUAGES, by)


def _count_publisher(story: StoryRecord, source: str, by: int) -> None:
    publishers = story["publishers"]
    for place, entry in enumerate(publishers):
        if entry["source"] == source:
            articles = entry["articles"] + by
            kept: list[PublisherRecord] = []
            if articles:
                kept = [{"source": source, "articles": articles}]
            story["publishers"] = [*publishers[:place], *kept, *publishers[place + 1 :]]
            return
    if by > 0 and len(publishers) < NAMED_PUBLISHERS:
        story["publishers"] = [*publishers, {"source": source, "articles": 1}]
    else:
        story["other_publishers_articles"] += by


def _counted(entries: list[NamedRecord], name: str | None, most: int, by: int) -> list[NamedRecord]:
    """The entries with an article more, or less, for a name; a new name only if there is room."""
    if name is None:
        return entries
    for at, entry in enumerate(entries):
        if entry["name"] == name:
            articles = entry["articles"] + by
            kept: list[NamedRecord] = [{"name": name, "articles": articles}] if articles else []
            return [*entries[:at], *kept, *entries[at + 1 :]]
    return [*entries, {"name": name, "articles": 1}] if by > 0 and len(entries) < most else entries


_CHANGES: dict[str, Callable[[StoryRecord, StoryEventRecord], None]] = {
    "joined": _join,
    "left": _leave,
    "corrected": _correct,
    "merged": _merge,
}
