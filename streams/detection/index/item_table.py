"""Of each item in the window, which article is its newest version.

An open-addressing hash table of places in the ring of rows: four bytes each, at most half of them
used. The keys stand in the rows, so the table does not repeat them.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.index.ring import STORED
from streams.detection.index.segment import NO_SERIAL, Octets
from streams.detection.sketch.splitmix64 import U64
from streams.heap import untouched_zeros

Places = npt.NDArray[np.uint32]
Serials = npt.NDArray[np.int64]

_FIELDS: Mapping[str, Any] = STORED.fields or {}
_KEY_IN_ROW, _KEY_BYTES = int(_FIELDS["article_id"][1]), 8
PLACE_BYTES = 4
_KEY = struct.Struct("<Q")
# A place, plus 1, takes 32 bits.
_MOST_ROWS = (1 << 32) - 1


class ItemTable:
    """Items by the first 64 bits of their article ids: those of a hash, so that they spread evenly.

    It reads the keys of what it holds in the ring: enter rows once they are written, and drop them
    before they are overwritten.
    """

    def __init__(self, ring: Octets) -> None:
        """`ring` are the bytes of the shard's rows, (capacity, bytes of one)."""
        if len(ring) > _MOST_ROWS:
            raise ValueError(f"expected a ring of at most {_MOST_ROWS} rows, got {len(ring)}")
        self._ring, self._capacity, self._row_bytes = ring, len(ring), int(ring.shape[1])
        self._places: Places = untouched_zeros(table_slots(len(ring)), np.dtype(np.uint32))
        # The same memory: reading a single number through an array takes five times as long.
        self._place_memory, self._ring_memory = self._places.data, ring.data
        self._end = 0  # serial of the next row to enter

    def __len__(self) -> int:
        return int(np.count_nonzero(self._places))

    @property
    def nbytes(self) -> int:
        """Memory used once every page has been touched."""
        return self._places.nbytes

    def newest(self, article_id: bytes) -> int:
        """Serial of the newest version of an article's item, or NO_SERIAL."""
        slots = len(self._places)
        key: int = _KEY.unpack_from(article_id)[0]
        slot = key % slots
        while place := self._place_memory[slot]:
            at = (place - 1) * self._row_bytes + _KEY_IN_ROW
            if _KEY.unpack_from(self._ring_memory, at)[0] == key:
                return self._end - 1 - (self._end - place) % self._capacity
            slot = (slot + 1) % slots
        return NO_SERIAL

    def newest_of(self, article_ids: Octets) -> list[int]:
        """(n, 16) article ids -> `newest` of each."""
        ids = np.ascontiguousarray(article_ids)
        found: list[int] = _newest_of(self._places, self._ring, ids, self._end).tolist()
        return found

    def enter(self, first: int, last: int) -> None:
        """The rows with serials from `first` up to `last`, exclusive: each is now the newest of
        its item."""
        _enter(self._places, self._ring, first, last)
        self._end = last

    def drop(self, first: int, last: int) -> None:
        """Forget those of these rows that are the newest of their items."""
        _drop(self._places, self._ring, first, last)


def table_slots(capacity: int) -> int:
    """Places of a table for so many articles, a power of two: at least a half stays empty."""
    return 1 << max(1, (2 * capacity - 1).bit_length())


@kernel
def _key(article_id: Octets) -> np.uint64:
    key = U64(0)
    for byte in range(_KEY_BYTES):
        key |= U64(article_id[byte]) << U64(8 * byte)
    return key


@kernel
def _key_at(ring: Octets, place: np.int64) -> np.uint64:
    return _key(ring[place, _KEY_IN_ROW : _KEY_IN_ROW + _KEY_BYTES])


@kernel
def _find(places: Places, ring: Octets, key: np.uint64) -> np.int64:
    """Where a key's place stands, or would: there is 0 then."""
    last = len(places) - 1
    slot = np.int64(key & U64(last))
    while places[slot] and _key_at(ring, np.int64(places[slot]) - 1) != key:
        slot = (slot + 1) & last
    return slot


@kernel
def _newest_of(places: Places, ring: Octets, article_ids: Octets, end: int) -> Serials:
    serials = np.full(len(article_ids), NO_SERIAL, np.int64)
    for i in range(len(article_ids)):
        place = np.int64(places[_find(places, ring, _key(article_ids[i]))])
        if place:
            serials[i] = end - 1 - (end - place) % len(ring)
    return serials


@kernel
def _enter(places: Places, ring: Octets, first: int, last: int) -> None:
    for serial in range(first, last):
        place = np.int64(serial) % len(ring)
        places[_find(places, ring, _key_at(ring, place))] = place + 1


@kernel
def _drop(places: Places, ring: Octets, first: int, last: int) -> None:
    for serial in range(first, last):
        place = np.int64(serial) % len(ring)
        slot = _find(places, ring, _key_at(ring, place))
        if np.int64(places[slot]) == place + 1:
            _close(places, ring, slot)


@kernel
def _close(places: Places, ring: Octets, hole: np.int64) -> None:
    """Empty a slot; what was pushed past it by collisions moves up (Knuth, 6.4, algorithm R)."""
    last = len(places) - 1
    slot = (hole + 1) & last
    while places[slot]:
        home = np.int64(_key_at(ring, np.int64(places[slot]) - 1) & U64(last))
        if (slot - home) & last >= (slot - hole) & last:
            places[hole] = places[slot]
            hole = slot
        slot = (slot + 1) & last
    places[hole] = 0
