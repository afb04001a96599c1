"""How most stories begin, in one go: an article alone, and another that joins it.

The same events and the same story come from `StoryLog` step by step, in twice the time. There an
article may also have another version by then, name a publisher or an agency, or be a better
original than the first.
"""

from __future__ import annotations

from typing import NamedTuple

from schemas.enriched_article import Relation
from schemas.records import NoveltyRecord
from streams.detection.index.segment import OWN_AGENCY
from streams.detection.index.story_table import StoryState
from streams.detection.index.view import View
from streams.detection.stories.events import as_published, event_about
from streams.detection.stories.novelty import arrived, only, recent
from streams.detection.stories.original_rank import HELD_BACK, rank_as_original
from streams.detection.stories.originals import original_of
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
    alone = only(one.time)
    both = arrived(alone, two.time, two.clock, window)
    stated = -rank.minus_published == one.published
    original = original_of(one, "published_at" if stated else "arrival", None)
    name, so_far = story_id.hex(), recent(alone, one.time, window)
    started = event_about(one, name, 1, "started", "original", so_far, one.time, FIRST, original)
    so_far = recent(both, two.time, window)
    joined = event_about(two, name, 2, "joined", relation, so_far, two.time, reason)
    record = apply_event(apply_event(None, started), joined)
    story = StoryState(record, first, [*rank], first, second, both, [], [], [])
    events = [as_published(started, one.time), as_published(joined, two.time)]
    return Pair(story, events, recent(alone, two.time, window))
