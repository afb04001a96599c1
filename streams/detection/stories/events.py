"""An event of a story, as it is published."""

from __future__ import annotations

from typing import TypedDict

import orjson

from schemas.enriched_article import Relation
from schemas.records import (
    AbsorbedRecord,
    ChangedFactRecord,
    CountedRecord,
    NoveltyRecord,
    OriginalRecord,
    StoryEventRecord,
)
from schemas.story import Change
from streams.articles.times import format_milliseconds
from streams.detection.index.row_view import RowView
from streams.detection.stories.records import Published


class MoreOfEvent(TypedDict, total=False):
    """What only some events have; `at` is the row that arrived, if the event is about another."""

    at: int
    original: OriginalRecord
    replaces: CountedRecord | None
    copies: list[str]
    facts: list[ChangedFactRecord]
    replaced_by: str
    absorbed: AbsorbedRecord


def counted_for(row: RowView) -> CountedRecord:
    """What a row's article counts for in its story's record."""
    return {
        "source": row.source or None,
        "agency": row.provider or None,
        "language": row.language,
    }


def event_about(
    row: RowView,
    story_id: str,
    sequence: int,
    kind: Change,
    relation: Relation,
    recent: NoveltyRecord,
    time: int,
    reason: str,
    original: OriginalRecord | None = None,
) -> StoryEventRecord:
    """An event about a row's article at a time in milliseconds, without what only some have."""
    return {
        "story_id": story_id,
        "sequence": sequence,
        "type": kind,
        "article_id": row.article_id,
        "content_digest": row.digest,
        "source": row.source or None,
        "agency": row.provider or None,
        "language": row.language,
        "headline": row.headline or None,
        "relation": relation,
        "status": row.status,
        "recent": recent,
        "original": original,
        "replaces": None,
        "copies": [],
        "changed": [],
        "replaced_by": None,
        "absorbed": None,
        "time": format_milliseconds(time),
        "reason": reason,
    }


def as_published(event: StoryEventRecord, time: int) -> Published:
    """An event that is complete; `time` is its own."""
    return event["story_id"], event["sequence"], time, orjson.dumps(event)
