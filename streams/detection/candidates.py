"""Which earlier articles a chunk's articles resemble, and how much."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from streams.detection.chunk import Arrivals
from streams.detection.compared import Compared
from streams.detection.index import Integers, keys_of
from streams.detection.relations import Match, related
from streams.detection.segment import MATCHABLE, NO_SERIAL, Rows
from streams.detection.state import ShardState
from streams.detection.verify import compare

# Candidates of one article by serial; None stands for one that does not match after all.
Scored = dict[int, Match | None]

# Pairs compared at once: 4,096 take 7 MB. A chunk of equal texts has tens of thousands.
_PAIRS_AT_ONCE = 4096


class View:
    """The state with a chunk's new rows behind it: all rows that a verdict may look at."""

    def __init__(self, state: ShardState, arrivals: Arrivals) -> None:
        self.state, self.rows, self.base = state, arrivals.rows, arrivals.base
        self.compared = Compared()
        self._superseded_by = {
            previous: self.base + i
            for i, previous in enumerate(arrivals.rows["previous"].tolist())
            if previous != NO_SERIAL
        }

    def row(self, serial: int) -> np.void:
        """One row, of the chunk or before."""
        if serial >= self.base:
            row: np.void = self.rows[serial - self.base]
            return row
        return self.state.row(serial)

    def newest(self, serial: int, before: int) -> int:
        """Serial of the newest version of a row's item that had come before this chunk's row."""
        if serial < self.base:
            key = int.from_bytes(self.state.row(serial)["article_id"][:8].tobytes(), "big")
            serial = self.state.items.get(key, serial)
        while (later := self._superseded_by.get(serial, before)) < before:
            serial = later
        return serial

    def column(self, serials: Integers, name: str) -> npt.NDArray[np.int64]:
        """(n,) serials -> one whole-number column of their rows."""
        ring = self.state.rows[name]
        column = ring[serials % len(ring)].astype(np.int64)
        own = serials >= self.base
        column[own] = self.rows[name][serials[own] - self.base]
        return column

    def scored(self) -> dict[int, Scored]:
        """Place of each article that shares keys with an earlier one -> its candidates."""
        matchable = np.flatnonzero(self.rows["flags"] & MATCHABLE)
        newer, older = self.state.index.candidates(
            keys_of(self.rows[matchable]), self.base + matchable
        )
        inside = self._in_window(newer, older)
        newer, older = newer[inside], older[inside]
        found = np.bincount(newer - self.base, minlength=len(self.rows))
        self.compared.candidates = found[matchable]
        return self._score(newer, older)

    def add(self, place: int, serials: set[int], candidates: Scored) -> None:
        """Score further candidates of one article."""
        older = np.array(sorted(serials), np.int64)
        older = older[(self.column(older, "flags") & MATCHABLE) != 0]
        newer = np.full(len(older), self.base + place)
        inside = self._in_window(newer, older)
        found = self._score(newer[inside], older[inside])
        candidates.update(found.get(place, {}))

    def stands(self, older: int, newer: int) -> bool:
        """Whether the shard still remembers a row when the newer one, of this chunk, comes."""
        if older < self.state.tail or newer - older >= len(self.state.rows):
            return False
        start = int(self.row(newer)["clock"]) - self.state.parameters.window_milliseconds
        return int(self.row(older)["latest"]) >= start

    def _in_window(self, newer: Integers, older: Integers) -> npt.NDArray[np.bool_]:
        """Which pairs lie within the window: by count, by the shard's clock, by record times."""
        start = self.rows[["clock", "time"]][newer - self.base]
        window = self.state.parameters.window_milliseconds
        return (
            (older >= self.state.tail)
            & (newer - older < len(self.state.rows))
            & (self.column(older, "latest") >= start["clock"] - window)
            & (self.column(older, "time") >= start["time"] - window)
        )

    def _score(self, newer: Integers, older: Integers) -> dict[int, Scored]:
        found: dict[int, Scored] = {}
        for first in range(0, len(newer), _PAIRS_AT_ONCE):
            pairs = slice(first, first + _PAIRS_AT_ONCE)
            self._score_some(newer[pairs], older[pairs], found)
        return found

    def _score_some(self, newer: Integers, older: Integers, found: dict[int, Scored]) -> None:
        this = self.rows[newer - self.base]
        other = self._gather(older)
        scores = compare(this, other)
        same_item = (this["article_id"] == other["article_id"]).all(1)
        accepted: list[bool] = []
        for place, serial, same, jaccard, of_this, of_other, shared in zip(
            (newer - self.base).tolist(),
            older.tolist(),
            same_item.tolist(),
            scores.jaccard.tolist(),
            scores.of_this.tolist(),
            scores.of_other.tolist(),
            scores.shared_keys.tolist(),
            strict=True,
        ):
            match = related(serial, same, jaccard, of_this, of_other, shared, self.state.parameters)
            found.setdefault(place, {})[serial] = match
            accepted.append(match is not None)
        self.compared.add(scores.jaccard, accepted)

    def _gather(self, serials: Integers) -> Rows:
        """(n,) serials -> their rows, of the chunk or before."""
        rows = self.state.at(serials)
        own = serials >= self.base
        rows[own] = self.rows[serials[own] - self.base]
        return rows
