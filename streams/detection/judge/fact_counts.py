"""How many facts two articles have in common, and how many differ."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.sketch.facts import NAMES, NUMBERS
from streams.detection.sketch.frames import BITS, FRAME
from streams.detection.sketch.unicode_tables import Points


class FactCounts(NamedTuple):
    """For p pairs: facts in places that both texts have, by whether both have the same, (p,) each.

    A fact counts half, as its place is compared from both texts; if several facts share a
    place ("in Rome", "in May"), all of them count. `kept` are those of the text with fewer, in
    shared places or not.
    """

    numbers_agreeing: npt.NDArray[np.float64]
    numbers_differing: npt.NDArray[np.float64]
    numbers_kept: npt.NDArray[np.float64]
    names_agreeing: npt.NDArray[np.float64]
    names_differing: npt.NDArray[np.float64]
    names_kept: npt.NDArray[np.float64]
    # Jaccard of the two texts' frames, which replace names; NaN if they have none.
    frame: npt.NDArray[np.float64]


def compare_facts(this: npt.NDArray[np.void], other: npt.NDArray[np.void]) -> FactCounts:
    """Compare p pairs of sketches, or of rows that have a sketch's fields."""
    cover = np.minimum(this["facts_cover"], other["facts_cover"])
    a, b = np.ascontiguousarray(this["facts"]), np.ascontiguousarray(other["facts"])
    framed = (this["facts_cover"][:, 1] == FRAME) & (other["facts_cover"][:, 1] == FRAME)
    numbers_and_names = _compared(a, b, cover)
    return FactCounts._make([*numbers_and_names, _frames(a, b, framed)])


def _frames(a: Points, b: Points, framed: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """(p,) Jaccard of frames: unrelated ones have half of their bits in common by chance."""
    frame = np.full(len(a), np.nan)
    if not framed.any():
        return frame
    differing = np.bitwise_count(a[framed, NUMBERS:] ^ b[framed, NUMBERS:]).sum(1)
    frame[framed] = np.maximum(0, 1 - 2 * differing / BITS)
    return frame


@kernel
def _compared(a: Points, b: Points, covers: npt.NDArray[np.uint16]) -> npt.NDArray[np.float64]:
    """(6, p) as `FactCounts`."""
    counts = np.zeros((6, len(a)), np.float64)
    for p in range(len(a)):
        for kind in range(2):
            first, last = (0, NUMBERS) if kind == 0 else (NUMBERS, NUMBERS + NAMES)
            one, other = a[p, first:last], b[p, first:last]
            part = counts[3 * kind : 3 * kind + 2, p]
            kept = _count(one, other, covers[p, kind], part)
            counts[3 * kind + 2, p] = min(kept, _count(other, one, covers[p, kind], part))
    return counts


@kernel
def _count(facts: Points, others: Points, cover: np.uint16, counts: npt.NDArray[np.float64]) -> int:
    """Count one text's facts; -> how many of them the cover allows us to compare."""
    for at in range(len(facts)):
        place = facts[at] >> np.uint32(16)
        if place >= cover:
            return at
        shared = same = False
        for other in others:
            if other >> np.uint32(16) == place:
                shared = True
                same |= other == facts[at]
        if shared:
            counts[0 if same else 1] += 0.5
    return len(facts)
