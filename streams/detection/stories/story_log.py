"""What one chunk changes in stories: events, and the records that they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack, cast

import orjson

from schemas.enriched_article import MatchRelation, Relation
from schemas.records import (
    AbsorbedRecord,
    ChangedFactRecord,
    CountedRecord,
    NoveltyRecord,
    OriginalRecord,
    StoryEventRecord,
)
from schemas.story import Change
from streams.detection.index.segment import PARTIAL, WITHDRAWN, ArrivalCounts, PackedStory
from streams.detection.index.story_table import StoryState
from streams.detection.index.view import View
from streams.detection.judge.changed_facts import changes_in_words
from streams.detection.stories.events import MoreOfEvent, as_published, counted_for, event_about
from streams.detection.stories.novelty import arrived, only, recent, together
from streams.detection.stories.originals import (
    begun,
    described,
    elected,
    reconsidered,
    united,
    unseen_agency,
    why,
    without,
)
from streams.detection.stories.pairs import FIRST, pair_of
from streams.detection.stories.records import Published, absorbed_of, apply_event

# Copies that a withdrawal names. A story with more is everywhere.
MOST_COPIES = 1000
# Stories merged into one: each is looked up in the rows when an original is elected.
MOST_ABSORBED = 32

_CORRECTED = "Its source published another version."
_WITHDREW = "Its source withdrew it."
_MERGED = "One article is a copy of articles of both stories."
_LEFT = "Its new version shares nothing with the story's other articles."


class StoryLog:
    """The stories as left by the chunk's articles so far, taken in order."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._window = view.state.parameters.window_milliseconds
        self.touched: dict[bytes, StoryState] = {}
        self.events: list[Published] = []

    def story(self, story_id: bytes, serial: int) -> StoryState | None:
        """The story's state, as this article finds it; None while it is one article alone, and
        again when its newest has left the window."""
        story = self.last_known(story_id)
        return story if story and self._view.stands(story.last, serial) else None

    def last_known(self, story_id: bytes) -> StoryState | None:
        """The same, even if it has left the window."""
        return self.touched.get(story_id) or self._view.state.stories.get(story_id)

    def lately(self, member: int, serial: int) -> NoveltyRecord:
        """How many recent articles the member's story has when this one arrives."""
        story = self.story(self._view.story_id(member), serial)
        arrivals = story.arrivals if story else only(self._view.row_view(member).time)
        return recent(arrivals, self._view.row_view(serial).time, self._window)

    def joined(
        self, serial: int, relation: MatchRelation, best: int, reason: str
    ) -> tuple[StoryState, NoveltyRecord]:
        """An article joins the story of `best`, which becomes a story of two if it was alone.

        -> the story, and its number of recent articles when this one arrived.
        """
        name, as_what = self._view.story_id(best), cast("Relation", relation)  # no mere template
        story, moved = self.story(name, serial), False
        if story is None:
            moved = self.has_moved(best, serial)
            pair = pair_of(self._view, name, best, serial, as_what, reason)
            if pair is not None:
                self.events += pair.events
                self.touched[name] = pair.story
                return pair.story, pair.lately
            story = self._started(best, serial)
        row, before = self._view.row_view(serial), story.original
        lately = recent(story.arrivals, row.time, self._window)
        arrivals = arrived(story.arrivals, row.time, row.clock, self._window)
        story = self._change(story, serial, "joined", as_what, reason, arrivals)
        story = self._original(elected(self._view, serial, story), before, serial)
        return self.left(serial, best, story) if moved else story, lately

    def has_moved(self, member: int, serial: int) -> bool:
        """Whether a member's item has another text by now that is not of its story."""
        newest = self._view.newest(member, serial)
        return self._view.story_id(newest) != self._view.story_id(member)

    def merge(self, serial: int, one: int, other: int) -> None:
        """Merge the stories of two articles when this one, a copy of both, arrives. The story
        that began earlier continues; stories of single articles are started for it."""
        found = [self.story(self._view.story_id(member), serial) for member in (one, other)]
        if sum(len(story.absorbed) for story in found if story) >= MOST_ABSORBED:
            return
        first, second = sorted(
            (self._story_of(member, serial) for member in (one, other)), key=lambda s: s.first
        )
        names = [*first.absorbed, second.record["story_id"], *second.absorbed]
        brought, gone = absorbed_of(second.record), second.record["story_id"]
        survivor = first.record["story_id"]
        self._change(second, serial, "merged", "copy", _MERGED, replaced_by=survivor)
        self._view.replace(bytes.fromhex(gone), bytes.fromhex(survivor))
        clock = self._view.row_view(serial).clock
        arrivals = together(first.arrivals, second.arrivals, clock, self._window)
        before = first.original
        merged = self._change(first, serial, "merged", "copy", _MERGED, arrivals, absorbed=brought)
        merged = merged._replace(absorbed=names)
        story = self._original(united(self._view, serial, merged, second), before, serial)
        self._without_killed(second.original, serial, story)

    def _story_of(self, member: int, serial: int) -> StoryState:
        return self.story(self._view.story_id(member), serial) or self._started(member, serial)

    def corrected(
        self, serial: int, before: int, story: StoryState, changed: Sequence[ChangedFactRecord] = ()
    ) -> StoryState:
        """An item of the story, whose previous version was `before`, has another text with
        other numbers."""
        was, now = (counted_for(self._view.row_view(version)) for version in (before, serial))
        reason, replaces = _CORRECTED + changes_in_words(changed), None if was == now else was
        corrected = self._change(
            story, serial, "corrected", "revision", reason, replaces=replaces, facts=[*changed]
        )
        newly = reconsidered(self._view, before, serial, corrected)
        return self._original(newly, story.original, serial)

    def withdrawn(
        self, serial: int, before: int, story: StoryState, copies: list[str]
    ) -> StoryState:
        """An item of the story, whose previous version was `before`, was killed: it leaves the
        story, unless the story is named after it. `copies` are the ids of the articles that have
        it."""
        gone = self._view.row_view(before).article_id
        story = self._change(story, serial, "withdrawn", "withdrawn", _WITHDREW, copies=copies)
        if gone == story.record["original_id"] or story.record["articles"] == 1:
            return story
        story = self._gone(serial, before, "withdrawn", _WITHDREW, story)
        return self._original(story, story.original, serial)

    def left(self, serial: int, before: int, story: StoryState) -> StoryState:
        """An item, whose version `before` was in the story, no longer is."""
        gone = self._view.row_view(before).article_id
        changed = self._gone(serial, before, "revision", _LEFT, story)
        if gone == story.record["original_id"]:
            members = self._view.members(story.names(), story.first, serial)
            return self._original(without(self._view, members, changed), -2, serial)
        return self._original(changed, changed.original, serial)

    def _gone(
        self, serial: int, before: int, otherwise: Relation, reason: str, story: StoryState
    ) -> StoryState:
        """An item no longer counts. The event says what it was: the original, a copy, or
        neither."""
        row = self._view.row_view(before)
        relation: Relation = "original" if row.article_id == story.record["original_id"] else "copy"
        if self._view.flags(before) & PARTIAL:
            relation = otherwise
        return self._change(story, before, "left", relation, reason, at=serial)

    def records(self) -> list[Published]:
        """Each story that changed, in its last state."""
        return [
            (
                story.record["story_id"],
                story.record["version"],
                self._view.row_view(story.last).time,
                orjson.dumps(story.record),
            )
            for story in self.touched.values()
        ]

    def stored(self, records: Sequence[Published]) -> list[PackedStory]:
        """The same for a segment; `records` are what `records` gave."""
        return [
            PackedStory.of(story_id, story.fields(), record)
            for (story_id, story), (*_, record) in zip(self.touched.items(), records, strict=True)
        ]

    def _started(self, first: int, serial: int) -> StoryState:
        """A story of one, when a second article joins it: with its changes since."""
        alone = StoryState.of_one(first, only(self._view.row_view(first).time))
        story = begun(self._view, first, alone)
        event = self._event(first, "started", "original", FIRST, story, story.arrivals)
        story = story.after(apply_event(None, event), first, story.arrivals)
        newest = self._view.newest(first, serial)
        if newest != first and not self.has_moved(first, serial):
            if self._view.row_view(newest).flags & WITHDRAWN:
                return self.withdrawn(newest, first, story, [])
            return self.corrected(newest, first, story)
        return story

    def _original(self, story: StoryState, before: int, serial: int) -> StoryState:
        """Emit an event if the story's original has changed, or belongs to an unseen agency."""
        if story.original == before and story.record["unseen_agency"] == unseen_agency(story):
            self.touched[bytes.fromhex(story.record["story_id"])] = story
            return story
        if story.original == before:  # which may have left the window by now
            original: OriginalRecord = {"unseen_agency": unseen_agency(story)}
        elif story.original < 0:
            original = described(self._view, story, story.original)
        else:
            original = described(self._view, story, self._view.newest(story.original, serial + 1))
        reason = why(original, story.record)
        story = self._change(
            story, serial, "original_changed", "original", reason, original=original, at=serial
        )
        return self._without_killed(before, serial, story)

    def _without_killed(self, former: int, serial: int, story: StoryState) -> StoryState:
        """A killed article counts as long as it names the story, and not as its `former` original.
        It is not told of when it has left the window by then."""
        if former < 0 or not self._view.stands(former, serial):
            return story
        newest = self._view.newest(former, serial + 1)
        names_it = self._view.row_view(newest).article_id == story.record["original_id"]
        if names_it or not self._view.flags(newest) & WITHDRAWN:
            return story
        counted = newest  # its last version before it was killed
        while counted > former and self._view.flags(counted) & WITHDRAWN:
            counted = int(self._view.row(counted)["previous"])
        story = self._gone(serial, counted, "withdrawn", _WITHDREW, story)
        return self._original(story, story.original, serial)

    def _change(
        self,
        story: StoryState,
        about: int,
        kind: Change,
        relation: Relation,
        reason: str,
        arrivals: ArrivalCounts | None = None,
        **changes: Unpack[MoreOfEvent],
    ) -> StoryState:
        arrivals = story.arrivals if arrivals is None else arrivals
        event = self._event(about, kind, relation, reason, story, arrivals, **changes)
        last = max(story.last, changes.get("at", about))
        changed = story.after(apply_event(story.record, event), last, arrivals)
        self.touched[bytes.fromhex(event["story_id"])] = changed
        return changed

    def _event(
        self,
        about: int,
        kind: Change,
        relation: Relation,
        reason: str,
        story: StoryState,
        arrivals: ArrivalCounts,
        *,
        at: int | None = None,
        original: OriginalRecord | None = None,
        replaces: CountedRecord | None = None,
        copies: list[str] | None = None,
        facts: list[ChangedFactRecord] | None = None,
        replaced_by: str | None = None,
        absorbed: AbsorbedRecord | None = None,
    ) -> StoryEventRecord:
        """One more event of a story, about one row, when the row `at` arrived."""
        row = self._view.row_view(about)
        time = row.time if at is None else self._view.row_view(at).time
        started = kind == "started"
        event = event_about(
            row,
            self._view.story_id(about).hex() if started else story.record["story_id"],
            1 if started else story.record["version"] + 1,
            kind,
            relation,
            recent(arrivals, time, self._window),
            time,
            reason,
            described(self._view, story, about) if started else original,
        )
        event["replaces"], event["replaced_by"], event["absorbed"] = replaces, replaced_by, absorbed
        event["copies"], event["changed"] = copies or [], facts or []
        self.events.append(as_published(event, time))
        return event
