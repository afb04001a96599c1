"""How far the partitions of one worker are read, handed over to its stages, and done.

Offsets are those of the next record. A partition of which nothing is in hand is done as far as it
is read, whatever stands there: the ends of transactions, aborted records, nothing at all where
retention has taken what there was. So what is committed, and the lag, come to the end of the log
although no record of it may ever be handed over.
"""

from __future__ import annotations

from collections import Counter

from faust.types import TP


class Acks:
    """The account of one generation of the group. It is `over` with the next assignment, which
    begins another, in which nothing is known yet."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.over = False
        self._read: dict[TP, int] = {}
        self._done: dict[TP, int] = {}
        self._in_hand: Counter[TP] = Counter()  # chunks

    def passed(self, tp: TP, position: int) -> None:
        """There was nothing to hand over up to this offset."""
        self._read[tp] = position

    def handed(self, tp: TP, first: int, position: int) -> None:
        """A chunk that begins at `first` was handed over, and the next begins at `position`."""
        if not self._in_hand[tp]:
            self._done[tp] = first
        self._in_hand[tp] += 1
        self._read[tp] = position

    def acked(self, tp: TP, position: int) -> None:
        """All up to this offset is done; chunks of a partition are done in their order."""
        self._in_hand[tp] -= 1
        self._done[tp] = max(self._done.get(tp, 0), position)

    def done(self, tp: TP) -> int | None:
        """All before this offset is done. None while the partition has not been read yet."""
        return (self._done if self._in_hand[tp] else self._read).get(tp)

    def all_done(self) -> dict[TP, int]:
        """The same, of all partitions that have been read."""
        return {tp: done for tp in self._read if (done := self.done(tp)) is not None}

    def forget(self, tp: TP) -> None:
        """The partition's log is another than it was."""
        for known in (self._read, self._done, self._in_hand):
            known.pop(tp, None)
