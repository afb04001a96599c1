"""What one chunk changes in stories: events, and the records that they add up to."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson

from streams.articles.times import format_milliseconds
from streams.detection.candidates import View
from streams.detection.segment import WITHDRAWN, WITHHELD
from streams.detection.state import StoryState
from streams.detection.stories import Event, fold

# Story id, sequence or version, record time in milliseconds, JSON.
Published = tuple[str, int, int, bytes]

# What happens to an item of a story: the event's type, the article's relation, the reason.
CORRECTED = ("corrected", "revision", "Its source published another version.")
WITHDREW = ("withdrawn", "withdrawn", "Its source withdrew it.")


class StoryLog:
    """Stories as the chunk's articles, taken in order, have left them so far."""

    def __init__(self, view: View) -> None:
        self._view = view
        self.touched: dict[bytes, StoryState] = {}
        self.events: list[Published] = []

    def story(self, story_id: bytes, serial: int) -> StoryState | None:
        """The story's state, as this article finds it; None while it is one article alone, and
        again when its newest has left the window."""
        story = self.touched.get(story_id) or self._view.state.stories.get(story_id)
        return story if story and self._view.stands(story.last, serial) else None

    def joined(self, serial: int, relation: str, best: int, why: str) -> StoryState:
        """An article joins the story of `best`, which becomes a story of two if it was alone."""
        story_id = self._view.row(best)["story_id"].tobytes()
        story = self.story(story_id, serial)
        if story is None:
            event = self._event(best, "started", "original", 1, "The first of its story.")
            story = StoryState(fold(None, event), best, best)
            if (newest := self._view.newest(best, serial)) != best:
                withdrawn = self._view.row(newest)["flags"] & WITHDRAWN
                story = self._change(story, newest, *(WITHDREW if withdrawn else CORRECTED))
        return self._change(story, serial, "joined", relation, why)

    def changed(self, serial: int, kind: str, relation: str, why: str) -> StoryState | None:
        """An item of the story was corrected or withdrawn. None if the story is that item alone."""
        story = self.story(self._view.row(serial)["story_id"].tobytes(), serial)
        return self._change(story, serial, kind, relation, why) if story else None

    def records(self) -> list[Published]:
        """Each story that changed, in its last state."""
        return [
            (
                story.record["story_id"],
                story.record["version"],
                int(self._view.row(story.last)["time"]),
                orjson.dumps(story.record),
            )
            for story in self.touched.values()
        ]

    def _change(
        self, story: StoryState, serial: int, kind: str, relation: str, why: str
    ) -> StoryState:
        event = self._event(serial, kind, relation, story.record["version"] + 1, why)
        changed = StoryState(fold(story.record, event), story.original, serial)
        self.touched[bytes.fromhex(event["story_id"])] = changed
        return changed

    def _event(self, serial: int, kind: str, relation: str, sequence: int, why: str) -> Event:
        row = self._view.row(serial)
        time = int(row["time"])
        event: dict[str, Any] = {
            "story_id": row["story_id"].tobytes().hex(),
            "sequence": sequence,
            "type": kind,
            "article_id": row["article_id"].tobytes().hex(),
            "content_digest": row["digest"].tobytes().hex(),
            "source": row["source"].decode() or None,
            "language": row["language"].decode(),
            "headline": row["headline"].decode() or None,
            "relation": relation,
            "status": _status(row),
            "time": format_milliseconds(time),
            "reason": why,
        }
        self.events.append((event["story_id"], sequence, time, orjson.dumps(event)))
        return event


def _status(row: np.void) -> str:
    if row["flags"] & WITHDRAWN:
        return "canceled"
    return "withheld" if row["flags"] & WITHHELD else "usable"
