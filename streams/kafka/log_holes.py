"""What is wrong with a log where a consumer would have read on."""

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
    """A log that ends before `position`, where we would have read on: it is another log now, or has
    lost its end. It is read from the beginning."""

    tp: TP
    position: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A log that was read up to `position` and has lost what stood from `offset` on; other records
    may stand there by now. It is read again from `offset`."""

    tp: TP
    offset: int
    position: int


Hole = Lost | Ended | Cut
