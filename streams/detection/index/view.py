"""A shard's rows as an article of a chunk sees them: the state's, and the chunk's before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from streams.detection.index.arrivals import Arrivals
from streams.detection.index.key_index import Integers
from streams.detection.index.ring import Ring
from streams.detection.index.row_view import RowView, row_view_of, stored_row_view_of
from streams.detection.index.segment import NO_SERIAL, WITHDRAWN, Octets, Rows, octets_of, taken
from streams.detection.index.shared_keys import sharing
from streams.detection.index.state import ShardState


class _RowViews(dict[int, RowView]):
    """By serial, the rows that matched: used again and again, and slow to take out of an array."""

    def __init__(self, ring: Ring, own: Octets, base: int) -> None:
        self._ring, self._texts, self._own = ring.octets.data, ring.texts.data, own.data
        self._base, self._capacity = base, len(ring.rows)

    def __missing__(self, serial: int) -> RowView:
        if serial >= self._base:
            view = row_view_of(self._own, serial - self._base)
        else:
            place = serial % self._capacity
            view = stored_row_view_of(self._ring, self._texts, place)
        self[serial] = view
        return view


class View:
    """The state followed by a chunk's new rows: all rows that a verdict may look at."""

    def __init__(self, state: ShardState, arrivals: Arrivals) -> None:
        self.state, self.rows, self.base = state, arrivals.rows, arrivals.base
        self._superseded_by = {
            previous: self.base + i
            for i, previous in enumerate(arrivals.rows["previous"].tolist())
            if previous != NO_SERIAL
        }
        self._window = state.parameters.window_milliseconds
        self._octets = octets_of(self.rows)
        # One row as Python values, without its changes in this chunk.
        self.row_view: Callable[[int], RowView] = _RowViews(
            state.ring, self._octets, self.base
        ).__getitem__
        self._flags: list[int] = self.rows["flags"].tolist()
        self._joined: dict[int, bytes] = {}  # serial of this chunk -> its story, if not its own
        self._replaced: dict[bytes, bytes] = {}  # merged -> absorbed by

    def row(self, serial: int) -> np.void:
        """One row, of the chunk or earlier; the latter as stored, without texts."""
        if serial >= self.base:
            row: np.void = self.rows[serial - self.base]
            return row
        return self.state.row(serial)

    def story_id(self, serial: int) -> bytes:
        """The story of a decided row; if that was merged, the one that absorbed it."""
        name = self._joined.get(serial) or self.row_view(serial).story_id
        replaced = self.state.stories.replaced
        if not replaced and not self._replaced:
            return name
        while successor := self._replaced.get(name) or replaced.get(name):
            name = successor
        return name

    def replace(self, story_id: bytes, successor: bytes) -> None:
        """From now on the story's rows belong to the other one."""
        self._replaced[story_id] = successor

    def flags(self, serial: int) -> int:
        """A row's flags, of the chunk or earlier."""
        if serial >= self.base:
            return self._flags[serial - self.base]
        return self.row_view(serial).flags

    def mark(self, place: int, flags: int) -> None:
        """Add to the flags of one of the chunk's rows."""
        self._flags[place] |= flags
        self.rows["flags"][place] = self._flags[place]

    def join(self, place: int, serial: int) -> str:
        """Put this chunk's row into the story of a decided one; -> its id."""
        story_id = self._joined[self.base + place] = self.story_id(serial)
        return story_id.hex()

    def settle(self) -> None:
        """Write the stories that rows have joined into the chunk's rows."""
        if self._joined:
            places = np.fromiter(self._joined, np.int64) - self.base
            names = np.frombuffer(b"".join(self._joined.values()), np.uint8)
            self.rows["story_id"][places] = names.reshape(-1, 16)

    def newest(self, serial: int, before: int) -> int:
        """Serial of the newest version of a row's item that arrived before this chunk's row."""
        if serial < self.base:
            newest = self.state.items.newest(bytes.fromhex(self.row_view(serial).article_id))
            serial = serial if newest == NO_SERIAL else newest
        while (later := self._superseded_by.get(serial, before)) < before:
            serial = later
        return serial

    def members(self, names: Sequence[bytes], first: int, last: int) -> list[int]:
        """The articles of a story, which rows refer to by these names, among the rows from `first`
        to `last`, a row of this chunk, as of that row: of each item the newest version, unless
        withdrawn."""
        serials = np.arange(max(first, self.state.tail, last + 1 - len(self.state.rows)), last + 1)
        self.settle()
        old, own = serials[serials < self.base], max(0, last + 1 - self.base)
        ring = self.state.rows["story_id"]
        called = np.concatenate((ring[old % len(ring)], self.rows["story_id"][:own]))
        called = called[-len(serials) :]
        mine = np.zeros(len(serials), np.bool_)
        for name in names:
            mine |= (called == np.frombuffer(name, np.uint8)).all(1)
        mine &= (self.column(serials, "flags") & WITHDRAWN) == 0
        found: list[int] = serials[mine].tolist()
        return [s for s in found if self.newest(s, last + 1) == s and self.stands(s, last)]

    def stands(self, older: int, newer: int) -> bool:
        """Whether the shard still remembers a row when the newer one, of this chunk, arrives."""
        if older < self.state.tail or newer - older >= len(self.state.rows):
            return False
        start = self.row_view(newer).clock - self._window
        return self.row_view(older).latest >= start

    def column(self, serials: Integers, name: str) -> npt.NDArray[np.int64]:
        """(n,) serials -> an integer column of their rows."""
        ring = self.state.rows[name]
        column = ring[serials % len(ring)].astype(np.int64)
        own = serials >= self.base
        if own.any():
            column[own] = self.rows[name][serials[own] - self.base]
        return column

    def sharing(self, newer: Integers, older: Integers) -> npt.NDArray[np.bool_]:
        """(p,) serials of this chunk's rows and of rows before them -> which pairs share enough
        keys to be compared."""
        return sharing(self.state.ring.octets, self._octets, self.base, newer, older)

    def gather(self, serials: Integers) -> Rows:
        """(n,) serials -> their rows, of the chunk or earlier."""
        earlier = serials < self.base
        if earlier.all():
            return self.state.at(serials)
        if not earlier.any():
            return taken(self.rows, serials - self.base)
        rows = self.state.at(serials)
        rows[~earlier] = taken(self.rows, serials[~earlier] - self.base)
        return rows
