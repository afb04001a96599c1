"""How far a worker's partitions are read, handed to its stages, and done.

Offsets are those of the next record. A partition with nothing in hand is done up to where it is
read, whatever the offsets hold: transaction markers, aborted records, or nothing at all after
retention. So commits and lag reach the end of the log even if none of its records is ever handed
over.
"""

from __future__ import annotations

from collections import Counter

from faust.types import TP


class Acks:
    """The account of one generation of the group. It is `over` with the next assignment, which
    begins a new one that knows nothing yet."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.over = False
        self._read: dict[TP, int] = {}
        self._done: dict[TP, int] = {}
        self._in_hand: Counter[TP] = Counter()  # chunks

    def passed(self, tp: TP, position: int) -> None:
        """No record up to this offset needed handing over."""
        self._read[tp] = position

    def handed(self, tp: TP, first: int, position: int) -> None:
        """A chunk from `first` on was handed over; the next one begins at `position`."""
        if not self._in_hand[tp]:
            self._done[tp] = first
        self._in_hand[tp] += 1
        self._read[tp] = position

    def acked(self, tp: TP, position: int) -> None:
        """Everything up to this offset is done; a partition's chunks are done in order."""
        self._in_hand[tp] -= 1
        self._done[tp] = max(self._done.get(tp, 0), position)

    def done(self, tp: TP) -> int | None:
        """Everything before this offset is done. None while the partition has not been read."""
        return (self._done if self._in_hand[tp] else self._read).get(tp)

    def in_hand(self, tp: TP) -> bool:
        """Whether a chunk of it is handed over and not done."""
        return self._in_hand[tp] > 0

    def all_done(self) -> dict[TP, int]:
        """The same for all partitions that have been read."""
        return {tp: done for tp in self._read if (done := self.done(tp)) is not None}

    def forget(self, tp: TP) -> None:
        """The partition's log has been replaced."""
        for known in (self._read, self._done, self._in_hand):
            known.pop(tp, None)
