"""A shard's memory: the articles of its window. `apply` is the only thing that changes it."""

from __future__ import annotations

from operator import attrgetter

import numpy as np
import numpy.typing as npt

from streams.detection.index.item_table import PLACE_BYTES, ItemTable, table_slots
from streams.detection.index.key_index import SLOT_BYTES, SLOTS_AN_ARTICLE, Index, keys_of
from streams.detection.index.ring import STORED, TEXT_BYTES_AN_ARTICLE, Ring
from streams.detection.index.segment import (
    MATCHABLE,
    NO_SERIAL,
    ROW,
    Rows,
    Segment,
    taken,
)
from streams.detection.index.story_table import Stories, StoryState
from streams.detection.parameters import Parameters


class ShardState:
    """Articles by serial number: 0, 1, 2... in log order, stored in a ring of rows."""

    def __init__(self, parameters: Parameters) -> None:
        self.parameters = parameters
        self.ring = Ring(parameters.capacity)
        self.rows = self.ring.rows  # of STORED
        self.index = Index(_slots(parameters.capacity))
        self.items = ItemTable(self.ring.octets)
        self.superseded: dict[tuple[int, int], int] = {}  # (article key, digest key) -> serial
        self.stories = Stories()
        self.count = 0  # serial of the next row
        self.tail = 0  # first serial that may still be in the window
        self.clock = 0  # milliseconds; never falls
        self.latest = 0  # record time so far
        self.last_time = 0  # record time of the newest row
        self.last_offset = -1  # of the input partition: everything up to it has been decided

    def row(self, serial: int) -> np.void:
        """One article's row, as stored: without texts. Its serial must be in the ring."""
        row: np.void = self.rows[serial % len(self.rows)]
        return row

    def at(self, serials: npt.NDArray[np.int64]) -> Rows:
        """(n,) serials in the ring -> their rows."""
        return self.ring.at(serials)

    def nothing_decided(self, last_offset: int) -> Segment:
        """A segment that only advances the offset up to which everything is decided."""
        nothing = np.zeros(0, ROW)
        return Segment(last_offset, last_offset, self.count, self.clock, self.latest, nothing, [])

    def rewind(self, offset: int) -> None:
        """The input has lost everything from this offset on: what is there now gets decided.
        Earlier decisions stay in the window."""
        self.last_offset = min(self.last_offset, offset - 1)

    def apply(self, segment: Segment) -> None:
        """Apply one decided chunk. Rows that have been decided already change nothing."""
        if segment.last_offset <= self.last_offset:
            return
        new = segment.rows["offset"] > self.last_offset
        rows = segment.rows if new.all() else segment.rows[new]
        first = segment.base + len(segment.rows) - len(rows)
        self.last_offset = segment.last_offset
        if not len(rows):
            if not self.count:  # recovery starts here: numbering continues, with nothing remembered
                self.count = self.tail = segment.base
                self.clock, self.latest = segment.clock, segment.latest
                self.last_time = segment.latest
            return
        self._take_rows(rows, first)
        # In order of their last events, so that the first ones are forgotten first; one
        # row may be the last of two, if its item leaves one story for another.
        for story in sorted(segment.stories, key=attrgetter("last", "story_id")):
            state = story if story.known is None else StoryState.from_fields(story.known)
            self.stories.put(story.story_id, state)
        self._forget()

    def _take_rows(self, rows: Rows, first: int) -> None:
        if self.tail == self.count:  # whatever the serials were, nothing is remembered of them
            self.tail = first
        serials = np.arange(first, first + len(rows))
        self._forget_overwritten(first + len(rows) - len(self.rows))
        held = max(0, self.tail - first)  # rows beyond the ring's size are not kept
        self.ring.write(rows[held:], first + held)
        self.items.enter(first + held, first + len(rows))
        previous = rows["previous"][held:]
        superseding = np.flatnonzero((previous != NO_SERIAL) & (previous >= self.tail))
        if len(superseding):
            before = previous[superseding]
            keys = first_64_bits(rows["article_id"][held + superseding])
            digests = first_64_bits(self.rows["digest"][before % len(self.rows)])
            self.superseded.update(
                zip(zip(keys, digests, strict=True), before.tolist(), strict=True)
            )
        matchable = np.flatnonzero(rows["flags"] & MATCHABLE)
        self.index.insert(keys_of(taken(rows, matchable)), serials[matchable])
        self.count = first + len(rows)
        self.clock = int(rows["clock"][-1])
        self.latest = int(rows["latest"][-1])
        self.last_time = int(rows["time"][-1])

    def _forget(self) -> None:
        """Forget what has left the window; `tail` moves to the first row inside."""
        start = self.clock - self.parameters.window_milliseconds
        tail = max(self.tail, self.count - len(self.rows))
        latest = self.rows["latest"]
        # Some rows at a time, if any: `latest` never falls along the ring.
        while tail < self.count and latest[tail % len(latest)] < start:
            block = np.arange(tail, min(tail + 256, self.count))
            tail += int((latest[block % len(latest)] < start).sum())
        self._drop_items(tail)
        self.stories.forget(tail)
        self.ring.forget(tail, self.count)
        self.tail = tail

    def _forget_overwritten(self, tail: int) -> None:
        """The same for rows about to be overwritten, while they can still be read."""
        if tail > self.tail:
            self._drop_items(tail)
            self.tail = tail

    def _drop_items(self, tail: int) -> None:
        last = min(tail, self.count)
        if last <= self.tail:
            return
        self.items.drop(self.tail, last)
        if not self.superseded:
            return
        places = np.arange(self.tail, last) % len(self.rows)
        keys = first_64_bits(self.rows["article_id"][places])
        digests = first_64_bits(self.rows["digest"][places])
        for serial, version in zip(
            range(self.tail, last), zip(keys, digests, strict=True), strict=True
        ):
            if self.superseded.get(version) == serial:
                del self.superseded[version]


def first_64_bits(ids: npt.NDArray[np.uint8]) -> list[int]:
    """(n, 16) bytes of ids or digests -> n keys, as `int(hexadecimal[:16], 16)`."""
    keys: list[int] = np.ascontiguousarray(ids[:, :8]).view(">u8")[:, 0].tolist()
    return keys


def bytes_an_article(parameters: Parameters) -> float:
    """Memory per article in a full window."""
    capacity = parameters.capacity
    tables = _slots(capacity) * SLOT_BYTES + table_slots(capacity) * PLACE_BYTES
    return STORED.itemsize + TEXT_BYTES_AN_ARTICLE + tables / capacity


def _slots(capacity: int) -> int:
    """Slots of four ways for a window of `capacity` articles: a power of two."""
    return 1 << max(4, (capacity * SLOTS_AN_ARTICLE - 1).bit_length())
