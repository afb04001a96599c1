"""The detector's input: one chunk of normalised articles, as parallel columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from streams.detection.index.segment import (
    EMBARGOED,
    ENTRY_FIELDS,
    MATCHABLE,
    NO_SERIAL,
    OWN_AGENCY,
    PART,
    ROW,
    STRANGE_HEADLINE,
    TRUNCATED,
    WITHDRAWN,
    WITHHELD,
    Rows,
    octets_of,
)
from streams.detection.index.state import ShardState, first_64_bits
from streams.detection.sketch.entry import (
    CANCELED,
    ENTRY,
    STATUS_EMBARGOED,
    STATUS_OWN_AGENCY,
    STATUS_PART,
    STATUS_STRANGE_HEADLINE,
    STATUS_TRUNCATED,
    STATUS_WITHHELD,
    Entries,
)
from streams.detection.sketch.version_order import is_older

# Bits of an entry's `status` -> of a row's `flags`.
_FLAG_OF = {
    STATUS_WITHHELD: WITHHELD,
    STATUS_EMBARGOED: EMBARGOED,
    STATUS_OWN_AGENCY: OWN_AGENCY,
    STATUS_PART: PART,
    STATUS_STRANGE_HEADLINE: STRANGE_HEADLINE,
    STATUS_TRUNCATED: TRUNCATED,
}


@dataclass(frozen=True, slots=True)
class ArticleColumns:
    """n normalised articles of one shard, in log order.

    `values` are their JSON; `entries` (n,); `times` record times in milliseconds; `notices` are
    kills that only inform this shard: another shard publishes their verdict.
    """

    values: Sequence[bytes]
    entries: Entries
    times: Sequence[int]
    offsets: Sequence[int]
    notices: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The chunk's m articles with new content: redeliveries are left out, including
    `outdated` ones, versions that arrive after a later one of their item.

    `clock` and `latest` are the shard's after the last of them. `rows` (m,) hold everything but
    `story_id`; row i has serial `base + i` and is the chunk's article `places[i]`.
    """

    base: int
    clock: int
    latest: int
    rows: Rows
    places: list[int]
    redeliveries: int
    outdated: int


@dataclass(frozen=True, slots=True)
class _New:
    """The new texts, and what their rows hold besides their entries."""

    places: list[int] = field(default_factory=list)  # in the chunk
    clocks: list[int] = field(default_factory=list)
    latest: list[int] = field(default_factory=list)
    # Serials of the items' previous versions; NO_SERIAL if there is none.
    previous: list[int] = field(default_factory=list)
    held: list[bool] = field(default_factory=list)  # withdrawn, by itself or by that version
    orders: list[int] = field(default_factory=list)  # of their versions


class _Before(NamedTuple):
    """The newest known version of an item; NO_SERIAL if there is none."""

    serial: int = NO_SERIAL
    digest: int = 0
    held: bool = False
    order: int = 0


_NONE = _Before()


class _Intake:
    """Takes a chunk's articles one by one, in order, and finds the new ones."""

    def __init__(self, state: ShardState, known: Sequence[int]) -> None:
        """`known` are the serials of the newest versions of the chunk's items, before it."""
        self._state, self._known = state, known
        self._base, self._capacity = state.count, len(state.rows)
        self._window = state.parameters.window_milliseconds
        self.clock, self.latest = state.clock, state.latest
        self._last_time = state.last_time
        self.new = _New()
        self.outdated: set[int] = set()  # places of versions that arrived after later ones
        # Of this chunk: article key -> (serial, digest key), and as in the state.
        self._items: dict[int, tuple[int, int]] = {}
        self._superseded: dict[tuple[int, int], int] = {}

    def take(
        self, place: int, key: int, digest: int, order: int, time: int, *, canceled: bool
    ) -> bool:
        """Whether the article has new content; a redelivery changes nothing."""
        serial = self._base + len(self.new.places)
        # Two consecutive records must agree that time has moved on: one record with a clock a year
        # ahead must not empty the window.
        now = max(self.clock, min(time, self._last_time)) if serial else time
        before = self._version_before(place, key, now)
        if before.serial != NO_SERIAL:
            if is_older(order, before.order) and not canceled:
                self.outdated.add(place)
                return False
            old = self._superseded.get((key, digest), self._state.superseded.get((key, digest)))
            # A later version may return to an earlier text.
            again = old is not None and not is_older(before.order, order)
            if before.digest == digest or (again and self._stands(old or 0, now)):
                return False
            self._superseded[key, before.digest] = before.serial
        self.clock, self._last_time = now, time
        self.latest = max(self.latest, time)
        self._items[key] = serial, digest
        new = self.new
        new.places.append(place)
        new.clocks.append(now)
        new.latest.append(self.latest)
        new.previous.append(before.serial)
        new.held.append(before.held or canceled)
        new.orders.append(order)
        return True

    def _version_before(self, place: int, key: int, now: int) -> _Before:
        """The item's newest version in the window."""
        if key in self._items:
            serial, digest = self._items[key]
            if self._stands(serial, now):
                i = serial - self._base
                return _Before(serial, digest, self.new.held[i], self.new.orders[i])
            return _NONE
        serial = self._known[place]
        if serial == NO_SERIAL or not self._stands(serial, now):
            return _NONE
        row = self._state.row(serial)
        digest = int.from_bytes(row["digest"][:8].tobytes(), "big")
        return _Before(serial, digest, bool(row["flags"] & WITHDRAWN), int(row["order"]))

    def _stands(self, serial: int, now: int) -> bool:
        """Whether a row, of this chunk or earlier, is still in the window when the next arrives."""
        if serial < max(self._state.tail, self._base + len(self.new.places) - self._capacity + 1):
            return False
        if serial >= self._base:
            latest = self.new.latest[serial - self._base]
        else:
            latest = int(self._state.row(serial)["latest"])
        return latest >= now - self._window


def arrivals_of(state: ShardState, chunk: ArticleColumns) -> Arrivals:
    """Separate new texts from redeliveries, item by item in order, and lay out the new rows."""
    known = state.items.newest_of(chunk.entries["article_id"])
    intake, redeliveries = _Intake(state, known), 0
    keys = first_64_bits(chunk.entries["article_id"])
    digests = first_64_bits(chunk.entries["digest"])
    orders, statuses = chunk.entries["order"].tolist(), chunk.entries["status"].tolist()
    for place, (key, digest, time) in enumerate(zip(keys, digests, chunk.times, strict=True)):
        canceled = bool(statuses[place] & CANCELED)
        if not intake.take(place, key, digest, orders[place], time, canceled=canceled):
            redeliveries += not chunk.notices[place]  # its verdict stands
    rows = _rows(chunk, statuses, intake.new, state.parameters.minimum_words)
    outdated = sum(not chunk.notices[place] for place in intake.outdated)
    return Arrivals(
        state.count, intake.clock, intake.latest, rows, intake.new.places, redeliveries, outdated
    )


def _rows(chunk: ArticleColumns, statuses: list[int], new: _New, minimum_words: int) -> Rows:
    """The rows of the new articles."""
    places = new.places
    rows = np.zeros(len(places), ROW)
    octets = octets_of(rows)
    entries = octets_of(np.ascontiguousarray(chunk.entries))
    own = entries if len(places) == len(entries) else entries[places]
    octets[:, _ENTRY_IN_ROW:] = own[:, _FIELDS_IN_ENTRY:]
    numbers = np.empty((len(places), 5), "<i8")
    numbers[:, 0] = [chunk.offsets[place] for place in places]
    numbers[:, 1] = [chunk.times[place] for place in places]
    numbers[:, 2], numbers[:, 3], numbers[:, 4] = new.latest, new.clocks, new.previous
    octets[:, :_NUMBERS_BYTES] = numbers.view(np.uint8)
    words = rows["words"].tolist()
    rows["flags"] = [
        _FLAGS[statuses[place]]
        | (WITHDRAWN if held else MATCHABLE if count >= minimum_words else 0)
        for place, held, count in zip(places, new.held, words, strict=True)
    ]
    return rows


def _offset(dtype: np.dtype[Any], name: str) -> int:
    fields: Mapping[str, Any] = dtype.fields or {}
    return int(fields[name][1])


# A row begins with five numbers and ends as its entry does, with the same fields.
_NUMBERS_BYTES = _offset(ROW, "story_id")
_ENTRY_IN_ROW, _FIELDS_IN_ENTRY = (_offset(dtype, ENTRY_FIELDS[0]) for dtype in (ROW, ENTRY))
# Of each status in an entry, what it adds to a row's flags.
_FLAGS = [sum(flag for bit, flag in _FLAG_OF.items() if status & bit) for status in range(256)]
