"""How full a shard is, and whether it evicts articles before they leave the window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from streams.detection.index.segment import Segment
from streams.detection.index.state import ShardState

# Keys are hashes, so any run of slots is a fair sample; 4,096 give each share to within 1.6 %
# (two standard errors) in half a millisecond.
_SAMPLED_SLOTS = 4096


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Shares of an index, 0 to 1."""

    fill: float  # of all places, those in use
    hot: float  # of all slots, those filled by one key: common phrases, of which few are kept
    crowded: float  # of all slots, those whose next entry displaces one of the window


def occupancy(state: ShardState) -> Occupancy:
    """Estimated from a sample of the slots."""
    entries = state.index.words[:_SAMPLED_SLOTS]
    bits = state.index.serial_bits
    taken = entries != 0
    full = taken.all(1)
    prints = entries >> np.uint32(bits)
    hot = full & (prints == prints[:, :1]).all(1)
    oldest = entries[:, -1].astype(np.int64)
    serials = state.count - ((state.count - oldest) & ((1 << bits) - 1))
    crowded = full & (serials >= state.tail)
    return Occupancy(float(taken.mean()), float(hot.mean()), float(crowded.mean()))


def oldest_seconds(state: ShardState) -> float:
    """Age of the oldest article that the shard remembers, by the shard's own clock."""
    if state.count == state.tail:
        return 0.0
    return max(0.0, (state.clock - int(state.row(state.tail)["latest"])) / 1000)


def early_evictions(state: ShardState, segment: Segment) -> int:
    """How many articles of the window a segment will evict from the ring.

    Call this before the segment is applied: afterwards their rows are overwritten.
    """
    tail = segment.base + len(segment.rows) - len(state.rows)
    if tail <= state.tail or not len(segment.rows):
        return 0
    start = segment.clock - state.parameters.window_milliseconds
    serials = np.arange(state.tail, min(tail, state.count))
    return int((state.rows["latest"][serials % len(state.rows)] >= start).sum())
