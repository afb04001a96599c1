"""What the detector is given: one chunk of normalised articles, as parallel columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from streams.detection.segment import (
    EMBARGOED,
    HEADLINE_BYTES,
    MATCHABLE,
    NO_SERIAL,
    ROW,
    WITHDRAWN,
    WITHHELD,
    Rows,
    put_sketches,
)  # fmt: skip
from streams.detection.sketch import Sketches
from streams.detection.state import ShardState


@dataclass(frozen=True, slots=True)
class Chunk:
    """n normalised articles of one shard, in the log's order.

    `values` are their JSON; `sketches` (n,); `times` record times in milliseconds; `notices` are
    the kills that only tell this shard: their verdict is another shard's to publish.
    """

    values: Sequence[bytes]
    sketches: Sketches
    times: Sequence[int]
    offsets: Sequence[int]
    notices: Sequence[bool]


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The chunk's m articles that are new in what they say: redeliveries are left out.

    `clock` is the shard's after the last of them. `rows` (m,) hold everything but `story_id`; row
    i has serial `base + i` and the fields `articles[i]`, decoded from `chunk.values[places[i]]`.
    """

    base: int
    clock: int
    rows: Rows
    places: list[int]
    articles: list[dict[str, Any]]
    redeliveries: int


def arrivals_of(state: ShardState, chunk: Chunk) -> Arrivals:
    """Tell new texts from redeliveries, item by item in order, and lay out the new rows."""
    articles = [orjson.loads(value) for value in chunk.values]
    window = state.parameters.window_milliseconds
    capacity = len(state.rows)
    base, clock, last_time = state.count, state.clock, state.last_time
    new_items: dict[int, tuple[int, int]] = {}  # article key -> (serial, digest key), this chunk's
    new_superseded: dict[tuple[int, int], int] = {}
    places: list[int] = []
    clocks: list[int] = []
    previous: list[int] = []
    held: list[bool] = []

    def stands(serial: int, now: int) -> bool:
        """Whether a row, of this chunk or before, is still in the window when the next comes."""
        if serial < max(state.tail, base + len(places) - capacity + 1):
            return False
        at = clocks[serial - base] if serial >= base else int(state.row(serial)["clock"])
        return at >= now - window

    for place, article in enumerate(articles):
        time = chunk.times[place]
        # Two records in a row must agree that time has moved on: one record with a clock a year
        # ahead must not empty the window.
        now = max(clock, min(time, last_time)) if base + len(places) else time
        key, digest = int(article["article_id"][:16], 16), int(article["content_digest"][:16], 16)
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
                continue  # a redelivery: its verdict stands
            new_superseded[key, known] = before
        new_items[key] = base + len(places), digest
        places.append(place)
        clocks.append(now)
        previous.append(before)
        held.append(hold or article["status"] == "canceled")
        clock, last_time = now, time
    kept = [articles[place] for place in places]
    rows = _rows(kept, state.parameters.minimum_words, chunk.sketches[places], held)
    rows["offset"] = np.fromiter((chunk.offsets[p] for p in places), np.int64, len(places))
    rows["time"] = np.fromiter((chunk.times[p] for p in places), np.int64, len(places))
    rows["clock"] = clocks
    rows["previous"] = previous
    resent = set(range(len(articles))).difference(places)
    silent = sum(not chunk.notices[place] for place in resent)
    return Arrivals(base, clock, rows, places, kept, silent)


def _rows(
    articles: list[dict[str, Any]], minimum_words: int, sketches: Sketches, held: list[bool]
) -> Rows:
    """Rows of these articles, without their place in log and window."""
    rows = np.zeros(len(articles), ROW)
    if not articles:
        return rows
    for field, name in (("article_id", "article_id"), ("digest", "content_digest")):
        packed = bytes.fromhex("".join([a[name] for a in articles]))
        rows[field] = np.frombuffer(packed, np.uint8).reshape(-1, 16)
    rows["language"] = [a["language"].encode() for a in articles]
    rows["source"] = [(a["source"] or "").encode() for a in articles]
    rows["headline"] = [headline(a["title"]) for a in articles]
    put_sketches(rows, sketches)
    withdrawn = np.array(held)
    withheld = np.array([a["status"] == "withheld" for a in articles])
    embargoed = np.array([a["embargoed_until"] is not None for a in articles])
    matchable = (rows["words"] >= minimum_words) & ~withdrawn
    rows["flags"] = (
        matchable * MATCHABLE + withdrawn * WITHDRAWN + withheld * WITHHELD + embargoed * EMBARGOED
    )
    return rows


def headline(title: str | None) -> bytes:
    """A title as rows keep it: UTF-8, cut between two characters."""
    encoded = (title or "").encode()
    if len(encoded) > HEADLINE_BYTES:
        encoded = encoded[:HEADLINE_BYTES].decode(errors="ignore").encode()
    return encoded
