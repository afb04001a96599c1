"""A shard's stories: the record of each, and what its later events need besides."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from schemas.records import StoryRecord
from streams.detection.index.segment import ArrivalCounts, PackedStory, StoredStory

# Marks a packed story that was merged into another: a quote in a JSON string is escaped.
_REPLACED = b'"replaced_by":"'

# Stands for the record of a story until its first event makes one.
_NO_RECORD: StoryRecord = {
    "story_id": "", "version": 0, "headline": None, "language": "", "original_id": None,
    "original_source": None, "original_status": "withheld", "original_evidence": "none",
    "unseen_agency": None, "articles": 0, "copies": 0, "publishers": [],
    "other_publishers_articles": 0, "agencies": [], "languages": [],
    "recent": {"hour": 0, "day": 0, "window": 0}, "first_seen": "", "last_seen": "",
}  # fmt: skip


class StoryState(NamedTuple):
    """A story of two or more articles: its record, and what later events need besides."""

    record: StoryRecord
    original: int  # serial of the version that was elected original; -1: none is eligible
    original_rank: list[int] | None  # the original's `OriginalRank`
    first: int  # no member has a lower serial
    last: int  # serial of the row of its last event
    arrivals: ArrivalCounts
    links: list[int]  # keys of the publishers that members name as their source
    agencies_seen: list[str]  # those whose own publications are members
    absorbed: list[str]  # ids of the stories that were merged into it; their rows keep these names

    @classmethod
    def of_one(cls, first: int, arrivals: ArrivalCounts) -> StoryState:
        """Before its first event."""
        return cls(_NO_RECORD, -1, None, first, first, arrivals, [], [], [])

    def after(self, record: StoryRecord, last: int, arrivals: ArrivalCounts) -> StoryState:
        """The story after an event: `_replace` would take three times as long."""
        return StoryState(
            record, self.original, self.original_rank, self.first, last, arrivals, self.links,
            self.agencies_seen, self.absorbed,
        )  # fmt: skip

    def with_original(self, original: int, rank: list[int] | None) -> StoryState:
        """The story with another original."""
        return StoryState(
            self.record, original, rank, self.first, self.last, self.arrivals, self.links,
            self.agencies_seen, self.absorbed,
        )  # fmt: skip

    def names(self) -> list[bytes]:
        """The ids by which its articles' rows refer to it."""
        return [bytes.fromhex(name) for name in (self.record["story_id"], *self.absorbed)]

    def fields(self) -> StoredStory:
        """As stored in a segment."""
        return {
            "record": self.record,
            "original": self.original,
            "standing": self.original_rank,
            "first": self.first,
            "last": self.last,
            "arrivals": self.arrivals,
            "links": self.links,
            "agencies_seen": self.agencies_seen,
            "absorbed": self.absorbed,
        }

    @classmethod
    def from_fields(cls, fields: StoredStory) -> StoryState:
        """The inverse of `fields`."""
        return cls(
            fields["record"], fields["original"], fields["standing"], fields["first"],
            fields["last"], fields["arrivals"], fields["links"], fields["agencies_seen"],
            fields["absorbed"],
        )  # fmt: skip


class Stories:
    """A shard's stories by id, in order of their last events; unpacked when first used."""

    def __init__(self) -> None:
        self._stories: OrderedDict[bytes, StoryState | PackedStory] = OrderedDict()
        self.replaced: dict[bytes, bytes] = {}  # merged stories -> the ones they were merged into

    def __len__(self) -> int:
        return len(self._stories)

    def get(self, story_id: bytes) -> StoryState | None:
        """The story; None if it has fewer than two articles, or has left the window."""
        story = self._stories.get(story_id)
        if isinstance(story, PackedStory):
            story = self._stories[story_id] = StoryState.from_fields(story.fields())
        return story

    def items(self) -> Iterator[tuple[bytes, StoryState]]:
        """All of them."""
        for story_id in tuple(self._stories):
            story = self.get(story_id)
            assert story is not None
            yield story_id, story

    def put(self, story_id: bytes, story: StoryState | PackedStory) -> None:
        """Store it; its last event is the latest of all."""
        if isinstance(story, StoryState) or _REPLACED in story.packed:
            state = (
                story if isinstance(story, StoryState) else StoryState.from_fields(story.fields())
            )
            if successor := state.record.get("replaced_by"):
                self.replaced[story_id] = bytes.fromhex(successor)
        self._stories[story_id] = story
        self._stories.move_to_end(story_id)

    def forget(self, tail: int) -> None:
        """Drop those whose last event has a serial below `tail`."""
        while self._stories and next(iter(self._stories.values())).last < tail:
            gone, _ = self._stories.popitem(last=False)
            self.replaced.pop(gone, None)
