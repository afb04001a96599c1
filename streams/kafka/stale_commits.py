"""What a commit still says after the log of articles was cut.

One from before the cut counts records that are gone. Others have their offsets now, and are not
decided: a shard that does not have them has lost nothing.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

# A shard that did not know how far it had been decided when the log was cut.
UNKNOWN = sys.maxsize


class Cut(NamedTuple):
    """The log had lost everything from `offset` on, when everything before `decided` had been
    decided; -1: it had not."""

    offset: int = -1
    decided: int = -1


class StaleCommits:
    """The cuts of a log that commits may not know of."""

    def __init__(self) -> None:
        self._cuts: list[Cut] = []

    def add(self, cut: Cut) -> None:
        """A commit of no more than was decided before the cut may be older than it."""
        self._cuts.append(cut)

    def left_of(self, committed: int, done: int) -> int:
        """A commit, or as much of it as holds for the records that are there now. `done`: the
        segments have everything before this offset, and they are written before a commit."""
        stale = [max(cut.offset, done) for cut in self._cuts if committed <= cut.decided]
        return min([committed, *stale])
