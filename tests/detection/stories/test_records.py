"""A story's record is what its events add up to."""

from __future__ import annotations

from typing import Any, cast

import pytest

from schemas.records import StoryEventRecord, StoryRecord
from streams.detection.stories.records import NAMED_PUBLISHERS, apply_event, replay_events

NAME = "0" * 32


def event(sequence: int, kind: str, item: str = "a", **fields: Any) -> StoryEventRecord:
    made: dict[str, Any] = {
        "story_id": NAME,
        "sequence": sequence,
        "type": kind,
        "article_id": item * 32,
        "content_digest": "d" * 32,
        "source": f"{item}.example",
        "language": "en",
        "headline": f"Headline of {item}",
        "relation": {"started": "original", "corrected": "revision"}.get(kind, kind),
        "status": "usable",
        "agency": None,
        "recent": {"hour": sequence, "day": sequence, "window": sequence},
        "original": None,
        "copies": [],
        "time": f"2026-03-02T12:00:{sequence:02d}Z",
        "reason": "So it is.",
    }
    if kind == "joined":
        made["relation"] = "copy"
    if kind == "started":
        made["original"] = {**original("a"), "unseen_agency": None}
    return cast("StoryEventRecord", {**made, **fields})


def original(item: str) -> dict[str, Any]:
    return {
        "original_id": item * 32,
        "original_source": f"{item}.example",
        "original_status": "usable",
        "original_evidence": "arrival",
        "headline": f"Headline of {item}",
    }


STARTED = event(1, "started")


def record(*events: StoryEventRecord) -> StoryRecord:
    [made] = replay_events([STARTED, *events]).values()
    return made


def test_a_story_starts_with_its_original() -> None:
    assert apply_event(None, STARTED) == {
        "story_id": NAME,
        "version": 1,
        "headline": "Headline of a",
        "language": "en",
        "original_id": "a" * 32,
        "original_source": "a.example",
        "original_status": "usable",
        "original_evidence": "arrival",
        "unseen_agency": None,
        "articles": 1,
        "copies": 0,
        "publishers": [{"source": "a.example", "articles": 1}],
        "families": 1,
        "other_publishers_articles": 0,
        "agencies": [],
        "languages": [{"name": "en", "articles": 1}],
        "recent": {"hour": 1, "day": 1, "window": 1},
        "first_seen": "2026-03-02T12:00:01Z",
        "last_seen": "2026-03-02T12:00:01Z",
        "replaced_by": None,
    }


@pytest.mark.parametrize(
    ("events", "changed"),
    [
        pytest.param(
            [event(2, "joined", "b")],
            {"version": 2, "articles": 2, "copies": 1, "last_seen": "2026-03-02T12:00:02Z",
             "publishers": [{"source": "a.example", "articles": 1},
                            {"source": "b.example", "articles": 1}], "families": 2},
            id="a copy is counted, and its publisher",
        ),
        pytest.param(
            [event(2, "joined", "b", relation="excerpt", source="a.example")],
            {"version": 2, "articles": 2, "copies": 0, "last_seen": "2026-03-02T12:00:02Z",
             "publishers": [{"source": "a.example", "articles": 2}]},
            id="an excerpt is an article, not a copy",
        ),
        pytest.param(
            [event(2, "joined", "b", source=None)],
            {"version": 2, "articles": 2, "copies": 1, "last_seen": "2026-03-02T12:00:02Z"},
            id="an unknown publisher is not counted",
        ),
        pytest.param(
            [event(2, "corrected", headline="Better", status="withheld")],
            {"version": 2, "headline": "Better", "original_status": "withheld",
             "last_seen": "2026-03-02T12:00:02Z"},
            id="a corrected original gives its headline and status",
        ),
        pytest.param(
            [event(2, "corrected", "b", headline="Better", status="withheld")],
            {"version": 2, "last_seen": "2026-03-02T12:00:02Z"},
            id="a corrected copy changes the time only",
        ),
        pytest.param(
            [event(2, "withdrawn", headline=None)],
            {"version": 2, "original_status": "canceled", "last_seen": "2026-03-02T12:00:02Z"},
            id="a withdrawn original is canceled and keeps its headline",
        ),
        pytest.param(
            [event(2, "withdrawn", "b")],
            {"version": 2, "last_seen": "2026-03-02T12:00:02Z"},
            id="a withdrawn copy leaves the original usable",
        ),
        pytest.param(
            [event(2, "corrected", "b", time="2026-03-01T00:00:00Z")],
            {"version": 2},
            id="an earlier time does not move the last one back",
        ),
        pytest.param(
            [event(2, "corrected", "b", time="2026-03-02T12:00:01.500Z")],
            {"version": 2, "last_seen": "2026-03-02T12:00:01.500Z"},
            id="half a second later is later",
        ),
        pytest.param(
            [event(2, "joined", "b", source=None, time="2026-03-02T12:00:01.500Z")],
            {"version": 2, "articles": 2, "copies": 1, "last_seen": "2026-03-02T12:00:01.500Z"},
            id="half a second later is not the first",
        ),
        pytest.param(
            [event(2, "joined", "b", agency="Reuters"), event(3, "joined", "c", agency="Reuters")],
            {"version": 3, "articles": 3, "copies": 2, "last_seen": "2026-03-02T12:00:03Z",
             "agencies": [{"name": "Reuters", "articles": 2}],
             "publishers": [{"source": f"{s}.example", "articles": 1} for s in "abc"],
             "families": 3},
            id="agencies are counted",
        ),
        pytest.param(
            [event(2, "original_changed", "b", original={**original("b"), "unseen_agency": None})],
            {"version": 2, **original("b"), "last_seen": "2026-03-02T12:00:02Z"},
            id="another original gives its headline, too",
        ),
        pytest.param(
            [event(2, "original_changed", "a", original={"unseen_agency": "AFP"})],
            {"version": 2, "unseen_agency": "AFP", "last_seen": "2026-03-02T12:00:02Z"},
            id="an unseen agency is named, and the original stays",
        ),
        pytest.param(
            [event(2, "joined", "b"), event(3, "left", "b", relation="copy")],
            {"version": 3, "articles": 1, "copies": 0, "last_seen": "2026-03-02T12:00:03Z"},
            id="who leaves is counted no longer",
        ),
    ],
)  # fmt: skip
def test_an_event_changes_the_record(
    events: list[StoryEventRecord], changed: dict[str, Any]
) -> None:
    begun = apply_event(None, STARTED)
    always: dict[str, Any] = {"recent": events[-1]["recent"]}
    if "articles" in changed:
        always["languages"] = [{"name": "en", "articles": changed["articles"]}]
    assert record(*events) == {**begun, **always, **changed}


def test_applying_an_event_leaves_the_given_record_unchanged() -> None:
    story = apply_event(None, STARTED)
    apply_event(story, event(2, "joined", "b"))
    apply_event(story, event(2, "joined", "a"))
    assert story == apply_event(None, STARTED)


def test_the_first_hundred_publishers_are_named_and_the_others_counted() -> None:
    sources = [f"{n}.example" for n in range(120)] + ["5.example", "119.example"]
    events = [event(n + 2, "joined", "b", source=source) for n, source in enumerate(sources)]
    at_once: list[StoryEventRecord] = [{**e, "time": STARTED["time"]} for e in events]
    made = record(*at_once)
    named = {publisher["source"]: publisher["articles"] for publisher in made["publishers"]}
    assert len(named) == NAMED_PUBLISHERS == 100
    assert named["a.example"] == 1
    assert named["5.example"] == 2
    assert "119.example" not in named
    assert made["other_publishers_articles"] == 22
    assert made["articles"] == 1 + len(sources)


def test_an_event_before_the_first_is_refused() -> None:
    with pytest.raises(ValueError, match="first event is 'started', got 'joined'"):
        apply_event(None, event(2, "joined", "b"))


def test_a_gap_between_events_is_refused() -> None:
    with pytest.raises(ValueError, match="after event 1 comes 2, got 3"):
        record(event(3, "joined", "b"))


def test_repeated_events_change_nothing() -> None:
    events = [event(2, "joined", "b"), event(3, "joined", "c"), event(4, "withdrawn")]
    assert record(*events[:2], *events) == record(*events)
    assert record(*events, STARTED, *events) == record(*events)


def test_stories_are_rebuilt_each_from_its_own_events() -> None:
    other = {"story_id": "1" * 32}
    made = replay_events(
        [
            STARTED,
            event(1, "started", "x", **other),
            event(2, "joined", "y", **other),
            event(2, "joined", "b"),
            event(3, "joined", "z", **other),
        ]
    )
    assert {name[0]: story["articles"] for name, story in made.items()} == {"0": 2, "1": 3}


def test_publishers_of_one_owner_are_one_family() -> None:
    def joined(number: int, source: str) -> StoryEventRecord:
        return {**event(number, "joined", chr(ord("a") + number)), "source": source}

    events = [joined(2, "bild.de"), joined(3, "welt.de"), joined(4, "b.example")]
    assert [record(*events[:n])["families"] for n in range(4)] == [1, 2, 2, 3]


def test_a_record_older_than_families_gets_them() -> None:
    old = apply_event(None, STARTED)
    del old["families"]
    assert apply_event(old, event(2, "joined", "b"))["families"] == 2
