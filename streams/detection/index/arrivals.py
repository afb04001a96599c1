"""What the detector is given: one chunk of normalised articles, as parallel columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from streams.detection.index.segment import (
    EMBARGOED,
    ENTRY_FIELDS,
    MATCHABLE,
    NO_SERIAL,
    OWN_AGENCY,
    PART,
    ROW,
    WITHDRAWN,
    WITHHELD,
    Rows,
)
from streams.detection.index.state import ShardState, first_64_bits
from streams.detection.sketch.entry import (
    CANCELED,
    STATUS_EMBARGOED,
    STATUS_OWN_AGENCY,
    STATUS_PART,
    STATUS_WITHHELD,
    Entries,
)


@dataclass(frozen=True, slots=True)
class ArticleColumns:
    """n normalised articles of one shard, in the log's order.

    `values` are their JSON; `entries` (n,); `times` record times in milliseconds; `notices` are
    the kills that only tell this shard: their verdict is another shard's to publish.
    """

    values: Sequence[bytes]
    entries: Entries
    times: Sequence[int]
    offsets: Sequence[int]
    notices: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The chunk's m articles that are new in what they say: redeliveries are left out.

    `clock` and `latest` are the shard's after the last of them. `rows` (m,) hold everything but
    `story_id`; row i has serial `base + i` and is the chunk's article `places[i]`.
    """

    base: int
    clock: int
    latest: int
    rows: Rows
    places: list[int]
    redeliveries: int


class _New(NamedTuple):
    """A new text, and what its row says besides its entry."""

    place: int  # in the chunk
    clock: int
    latest: int
    previous: int  # serial of the item's version before; NO_SERIAL where there is none
    held: bool  # withdrawn, by itself or by that version


class _Intake:
    """Takes a chunk's articles one by one, in order, and knows which of them are new."""

    def __init__(self, state: ShardState) -> None:
        self._state = state
        self._base, self._capacity = state.count, len(state.rows)
        self._window = state.parameters.window_milliseconds
        self.clock, self.latest = state.clock, state.latest
        self._last_time = state.last_time
        self.new: list[_New] = []
        # Of this chunk: article key -> (serial, digest key), and as in the state.
        self._items: dict[int, tuple[int, int]] = {}
        self._superseded: dict[tuple[int, int], int] = {}

    def take(self, place: int, key: int, digest: int, time: int, *, canceled: bool) -> bool:
        """Whether the article is new in what it says; a redelivery changes nothing."""
        serial = self._base + len(self.new)
        # Two records in a row must agree that time has moved on: one record with a clock a year
        # ahead must not empty the window.
        now = max(self.clock, min(time, self._last_time)) if serial else time
        previous, known, held = self._version_before(key, now)
        if previous != NO_SERIAL:
            old = self._superseded.get((key, digest), self._state.superseded.get((key, digest)))
            if known == digest or (old is not None and self._stands(old, now)):
                return False
            self._superseded[key, known] = previous
        self.clock, self.latest, self._last_time = now, max(self.latest, time), time
        self._items[key] = serial, digest
        self.new.append(_New(place, self.clock, self.latest, previous, held or canceled))
        return True

    def _version_before(self, key: int, now: int) -> tuple[int, int, bool]:
        """The item's newest version in the window: its serial, its digest key, whether it is
        withdrawn. (NO_SERIAL, 0, False) where there is none."""
        if key in self._items:
            serial, digest = self._items[key]
            if self._stands(serial, now):
                return serial, digest, self.new[serial - self._base].held
            return NO_SERIAL, 0, False
        serial = self._state.items.get(key, NO_SERIAL)
        if serial == NO_SERIAL or not self._stands(serial, now):
            return NO_SERIAL, 0, False
        row = self._state.row(serial)
        digest = int.from_bytes(row["digest"][:8].tobytes(), "big")
        return serial, digest, bool(row["flags"] & WITHDRAWN)

    def _stands(self, serial: int, now: int) -> bool:
        """Whether a row, of this chunk or before, is still in the window when the next comes."""
        if serial < max(self._state.tail, self._base + len(self.new) - self._capacity + 1):
            return False
        if serial >= self._base:
            latest = self.new[serial - self._base].latest
        else:
            latest = int(self._state.row(serial)["latest"])
        return latest >= now - self._window


def arrivals_of(state: ShardState, chunk: ArticleColumns) -> Arrivals:
    """Tell new texts from redeliveries, item by item in order, and lay out the new rows."""
    intake, redeliveries = _Intake(state), 0
    keys = first_64_bits(chunk.entries["article_id"])
    digests = first_64_bits(chunk.entries["digest"])
    canceled = ((chunk.entries["status"] & CANCELED) != 0).tolist()
    for place, (key, digest, time) in enumerate(zip(keys, digests, chunk.times, strict=True)):
        if not intake.take(place, key, digest, time, canceled=canceled[place]):
            redeliveries += not chunk.notices[place]  # its verdict stands
    new = intake.new
    places = [one.place for one in new]
    held = [one.held for one in new]
    rows = _rows(chunk.entries[places], state.parameters.minimum_words, held)
    rows["offset"] = [chunk.offsets[place] for place in places]
    rows["time"] = [chunk.times[place] for place in places]
    rows["clock"] = [one.clock for one in new]
    rows["latest"] = [one.latest for one in new]
    rows["previous"] = [one.previous for one in new]
    return Arrivals(state.count, intake.clock, intake.latest, rows, places, redeliveries)


def _rows(entries: Entries, minimum_words: int, held: list[bool]) -> Rows:
    """Rows of these articles, without their place in log and window."""
    rows = np.zeros(len(entries), ROW)
    for name in ENTRY_FIELDS:
        rows[name] = entries[name]
    status, withdrawn = entries["status"], np.array(held, bool)
    rows["flags"] = (
        ((rows["words"] >= minimum_words) & ~withdrawn) * MATCHABLE
        + withdrawn * WITHDRAWN
        + ((status & STATUS_WITHHELD) != 0) * WITHHELD
        + ((status & STATUS_EMBARGOED) != 0) * EMBARGOED
        + ((status & STATUS_OWN_AGENCY) != 0) * OWN_AGENCY
        + ((status & STATUS_PART) != 0) * PART
    )
    return rows
