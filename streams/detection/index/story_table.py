"""A shard's stories: the record of each, and what its later events need besides."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, NamedTuple

from streams.detection.index.segment import PackedStory

# As on the wire: the fields of `schemas.Story`.
Story = dict[str, Any]
# [beginning of a minute or an hour in milliseconds since 1970, articles], in order of time.
ArrivalCounts = list[list[int]]

# Where segments call a field otherwise.
_WRITTEN_AS = {"original_rank": "standing"}
_READ_AS = {written: name for name, written in _WRITTEN_AS.items()}


# In a packed story that was merged into another: a quote inside a JSON string is escaped.
_REPLACED = b'"replaced_by":"'


class StoryState(NamedTuple):
    """A story of two or more articles: its record, and what later events need besides."""

    record: Story
    original: int  # serial of the original's version that was elected; -1: none may be it
    original_rank: list[int] | None  # the original's `OriginalRank`
    first: int  # no member has a lower serial
    last: int  # serial of the row of its last event
    arrivals: ArrivalCounts
    links: list[int]  # keys of the publishers that members name as their source
    agencies_seen: list[str]  # whose own publications are members
    absorbed: list[str]  # ids of the stories that were merged into it, whose rows keep their names

    @classmethod
    def of_one(cls, first: int, arrivals: ArrivalCounts) -> StoryState:
        """Before its first event."""
        return cls({"agencies": []}, -1, None, first, first, arrivals, [], [], [])

    def after(self, record: Story, last: int, arrivals: ArrivalCounts) -> StoryState:
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
        """What its articles' rows call it."""
        return [bytes.fromhex(name) for name in (self.record["story_id"], *self.absorbed)]

    def fields(self) -> dict[str, Any]:
        """As a segment carries it."""
        return {_WRITTEN_AS.get(name, name): value for name, value in self._asdict().items()}

    @classmethod
    def from_fields(cls, fields: dict[str, Any]) -> StoryState:
        """Undo `fields`."""
        return cls(**{_READ_AS.get(name, name): value for name, value in fields.items()})


class Stories:
    """A shard's stories by id, rising by their last events; unpacked when first asked for."""

    def __init__(self) -> None:
        self._stories: OrderedDict[bytes, StoryState | PackedStory] = OrderedDict()
        self.replaced: dict[bytes, bytes] = {}  # of merged stories, what each was merged into

    def __len__(self) -> int:
        return len(self._stories)

    def get(self, story_id: bytes) -> StoryState | None:
        """The story; None where it has fewer than two articles, or has left the window."""
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
        """Its last event is the latest of all."""
        if isinstance(story, StoryState) or _REPLACED in story.packed:
            state = (
                story if isinstance(story, StoryState) else StoryState.from_fields(story.fields())
            )
            if successor := state.record.get("replaced_by"):
                self.replaced[story_id] = bytes.fromhex(successor)
        self._stories[story_id] = story
        self._stories.move_to_end(story_id)

    def forget(self, tail: int) -> None:
        """Drop those whose last event is that of a serial below `tail`."""
        while self._stories and next(iter(self._stories.values())).last < tail:
            gone, _ = self._stories.popitem(last=False)
            self.replaced.pop(gone, None)
