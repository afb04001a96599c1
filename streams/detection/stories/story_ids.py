"""Ids of new stories: the same again when the log is replayed, and never reused."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from streams.detection.index.arrivals import Arrivals
from streams.detection.index.state import ShardState


def story_ids_of(state: ShardState, arrivals: Arrivals) -> npt.NDArray[np.uint8]:
    """(m, 16): the id of each arrival's story if it begins one.

    A story's id comes from its first text and that record's time. It depends on nothing else in
    the log, so other partition counts and `process` arrive at the same id. An article that arrives
    late may have begun a story before, under that id, which the window has forgotten: there the
    id also depends on its place among the shard's articles.
    """
    rows = arrivals.rows
    names = np.empty((len(rows), 16), np.uint8)
    names[:, :8] = rows["article_id"][:, :8]
    times = np.ascontiguousarray(rows["time"]).view(np.uint8).reshape(-1, 8)
    names[:, 8:] = rows["digest"][:, :8] ^ times
    for i in np.flatnonzero(_late(state, arrivals)).tolist():
        place = np.array([arrivals.base + i, rows["clock"][i]], "<i8").tobytes()
        name = blake2b(names[i].tobytes() + place, digest_size=16).digest()
        names[i] = np.frombuffer(name, np.uint8)
    return names


def _late(state: ShardState, arrivals: Arrivals) -> npt.NDArray[np.bool_]:
    """(m,) whether the window has dropped a row with the arrival's time: for its age, or to make
    room."""
    rows, capacity = arrivals.rows, len(state.rows)
    late: npt.NDArray[np.bool_]
    late = rows["time"] < rows["clock"] - state.parameters.window_milliseconds
    if arrivals.base + len(rows) <= capacity:  # there is room for all
        return late
    # The newest row evicted to make room, as each of these arrives.
    gone = arrivals.base + np.arange(len(rows)) - capacity
    before, within = (gone >= 0) & (gone < arrivals.base), gone >= arrivals.base
    newest = np.full(len(rows), np.iinfo(np.int64).min)
    newest[before] = state.rows["latest"][gone[before] % capacity]
    newest[within] = rows["latest"][gone[within] - arrivals.base]
    return late | (rows["time"] <= newest)
