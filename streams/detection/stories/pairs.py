"""How most stories begin, in one go: an article alone, and another that joins it.

The same events and the same story come from `StoryLog` step by step, in twice the time. There an
article may also have another version by then, name a publisher or an agency, or be a better
original than the first.
"""

from __future__ import annotations

from typing import NamedTuple

import orjson

from schemas.enriched_article import Relation
from schemas.records import NoveltyRecord, StoryEventRecord
from streams.articles.times import format_milliseconds
from streams.detection.index.row_view import RowView
from streams.detection.index.segment import OWN_AGENCY
from streams.detection.index.story_table import StoryState
from streams.detection.index.view import View
from streams.detection.stories.novelty import arrived, recent
from streams.detection.stories.original_rank import HELD_BACK, rank_as_original
from streams.detection.stories.records import Published, apply_event

FIRST = "The first of its story."


class Pair(NamedTuple):
    """A story of two, its events, and its recent articles when the second arrived."""

    story: StoryState
    events: list[Published]
    lately: NoveltyRecord


def pair_of(
    view: View, story_id: bytes, first: int, second: int, relation: Relation, reason: str
) -> Pair | None:
    """The story of two rows, of which the second is a chunk's; None if it takes more than these two
    events."""
    one, two = view.row_view(first), view.row_view(second)
    if (
        one.link or two.link or (one.flags | two.flags) & OWN_AGENCY
        or (one.provider and one.provider == two.provider)
        or view.newest(first, second) != first
    ):  # fmt: skip
        return None
    window = view.state.parameters.window_milliseconds
    rank = rank_as_original(one, first, [], view.state.parameters.window_seconds)
    other = rank_as_original(two, second, [], view.state.parameters.window_seconds)
    if rank.rank == HELD_BACK or other > rank:
        return None
    alone = arrived([], one.time, window)
    both = arrived(alone, two.time, window)
    started = _started(one, story_id.hex(), -rank.minus_published)
    started["recent"] = recent(alone, one.time, window)
    joined: StoryEventRecord = {
        **started,
        "sequence": 2,
        "type": "joined",
        "article_id": two.article_id,
        "content_digest": two.digest,
        "source": two.source or None,
        "agency": two.provider or None,
        "language": two.language,
        "headline": two.headline or None,
        "relation": relation,
        "status": two.status,
        "recent": recent(both, two.time, window),
        "original": None,
        "time": format_milliseconds(two.time),
        "reason": reason,
    }
    record = apply_event(apply_event(None, started), joined)
    story = StoryState(record, first, [*rank], first, second, both, [], [], [])
    events = [
        (started["story_id"], 1, one.time, orjson.dumps(started)),
        (started["story_id"], 2, two.time, orjson.dumps(joined)),
    ]
    return Pair(story, events, recent(alone, two.time, window))


def _started(row: RowView, story_id: str, published: int) -> StoryEventRecord:
    """A story's first event, without its number of recent articles."""
    source, headline, status = row.source or None, row.headline or None, row.status
    return {
        "story_id": story_id,
        "sequence": 1,
        "type": "started",
        "article_id": row.article_id,
        "content_digest": row.digest,
        "source": source,
        "agency": row.provider or None,
        "language": row.language,
        "headline": headline,
        "relation": "original",
        "status": status,
        "recent": {"hour": 0, "day": 0, "window": 0},
        "original": {
            "original_id": row.article_id,
            "original_source": source,
            "original_status": status,
            "original_evidence": "published_at" if published == row.published else "arrival",
            "headline": headline,
            "unseen_agency": None,
        },
        "replaces": None,
        "copies": [],
        "changed": [],
        "replaced_by": None,
        "absorbed": None,
        "time": format_milliseconds(row.time),
        "reason": FIRST,
    }
