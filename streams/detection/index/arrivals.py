"""What the detector is given: one chunk of normalised articles, as parallel columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


def arrivals_of(state: ShardState, chunk: ArticleColumns) -> Arrivals:
    """Tell new texts from redeliveries, item by item in order, and lay out the new rows."""
    window = state.parameters.window_milliseconds
    capacity = len(state.rows)
    base, clock, latest, last_time = state.count, state.clock, state.latest, state.last_time
    new_items: dict[int, tuple[int, int]] = {}  # article key -> (serial, digest key), this chunk's
    new_superseded: dict[tuple[int, int], int] = {}
    places: list[int] = []
    clocks: list[int] = []
    latests: list[int] = []
    previous: list[int] = []
    held: list[bool] = []
    silent = 0

    def stands(serial: int, now: int) -> bool:
        """Whether a row, of this chunk or before, is still in the window when the next comes."""
        if serial < max(state.tail, base + len(places) - capacity + 1):
            return False
        at = latests[serial - base] if serial >= base else int(state.row(serial)["latest"])
        return at >= now - window

    keys = first_64_bits(chunk.entries["article_id"])
    digests = first_64_bits(chunk.entries["digest"])
    canceled = ((chunk.entries["status"] & CANCELED) != 0).tolist()
    for place, (key, digest, time) in enumerate(zip(keys, digests, chunk.times, strict=True)):
        # Two records in a row must agree that time has moved on: one record with a clock a year
        # ahead must not empty the window.
        now = max(clock, min(time, last_time)) if base + len(places) else time
        before, hold = NO_SERIAL, False
        if key in new_items:
            serial, known = new_items[key]
            if stands(serial, now):
                before, hold = serial, held[serial - base]
        elif (serial := state.items.get(key, NO_SERIAL)) != NO_SERIAL and stands(serial, now):
            row = state.row(serial)
            before, known = serial, int.from_bytes(row["digest"][:8].tobytes(), "big")
            hold = bool(row["flags"] & WITHDRAWN)
        if before != NO_SERIAL:
            old = new_superseded.get((key, digest), state.superseded.get((key, digest)))
            if known == digest or (old is not None and stands(old, now)):
                silent += not chunk.notices[place]
                continue  # a redelivery: its verdict stands
            new_superseded[key, known] = before
        clock, latest, last_time = now, max(latest, time), time
        new_items[key] = base + len(places), digest
        places.append(place)
        clocks.append(clock)
        latests.append(latest)
        previous.append(before)
        held.append(hold or canceled[place])
    rows = _rows(chunk.entries[places], state.parameters.minimum_words, held)
    rows["offset"] = [chunk.offsets[place] for place in places]
    rows["time"] = [chunk.times[place] for place in places]
    rows["clock"] = clocks
    rows["latest"] = latests
    rows["previous"] = previous
    return Arrivals(base, clock, latest, rows, places, silent)


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
