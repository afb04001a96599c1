"""What is wrong with a log at a consumer's position."""

from __future__ import annotations

from dataclasses import dataclass

from faust.types import TP


@dataclass(frozen=True, slots=True)
class Lost:
    """Records that were gone before they were read: the offsets `first` to `last`."""

    tp: TP
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A log that ends before `position`, where we would have read on: it was recreated, or has
    lost its end. It is read from the beginning."""

    tp: TP
    position: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A log that was read up to `position` and has lost everything from `offset` on; other records
    may be there by now. It is read again from `offset`."""

    tp: TP
    offset: int
    position: int


Hole = Lost | Ended | Cut
