"""The rows of a window, in a ring: without the ends of texts that a segment's rows have room for.

Of the 196 bytes for a row's source, headline and provider 70 are used on average. They stand in a
ring of their own, one row's after another's, and memory of forgotten ones goes back to the system.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.index.segment import ROW, Octets, Rows, octets_of
from streams.heap import give_back, untouched_zeros

_FIELDS: Mapping[str, Any] = ROW.fields or {}
_TEXTS = ("source", "headline", "provider")  # beside each other
_TEXT_BYTES = tuple(int(_FIELDS[name][0].itemsize) for name in _TEXTS)
MOST_TEXT_BYTES = sum(_TEXT_BYTES)
# On average: 70 where titles have 54 bytes and sources 16, 68 in newsarticles, 51 in reuters.
TEXT_BYTES_AN_ARTICLE = 70
_FIELDS_BEFORE = [name for name in _FIELDS if _FIELDS[name][1] < _FIELDS[_TEXTS[0]][1]]
_FIELDS_AFTER = [name for name in _FIELDS if name not in (*_FIELDS_BEFORE, *_TEXTS)]
# A row as it is kept. `text_at` counts all bytes of texts so far; `text_bytes` are those of each.
STORED = np.dtype(
    [
        *((name, _FIELDS[name][0]) for name in _FIELDS_BEFORE),
        ("text_at", "<i8"),
        ("text_bytes", "u1", (len(_TEXTS),)),
        *((name, _FIELDS[name][0]) for name in _FIELDS_AFTER),
    ]
)
_STORED_FIELDS: Mapping[str, Any] = STORED.fields or {}
_BEFORE = int(_FIELDS[_TEXTS[0]][1])  # bytes that are the same in both
_AFTER, _AFTER_STORED = (int(f[_FIELDS_AFTER[0]][1]) for f in (_FIELDS, _STORED_FIELDS))
_ROW_BYTES = ROW.itemsize
_AFTER_BYTES = _ROW_BYTES - _AFTER
_AT, _SIZES = (int(_STORED_FIELDS[name][1]) for name in ("text_at", "text_bytes"))

# So many bytes of texts may be forgotten before the system gets their memory back.
_KEPT_BYTES = 1 << 18

Serials = npt.NDArray[np.int64]


class Ring:
    """Rows by serial number; a row takes the place of the one `capacity` before it."""

    def __init__(self, capacity: int, kept_bytes: int = _KEPT_BYTES) -> None:
        self.rows: Rows = untouched_zeros(capacity, STORED)
        self.octets = octets_of(self.rows)
        # The room of one more row, as one's texts are not split at the end.
        most, page = (capacity + 1) * MOST_TEXT_BYTES, mmap.PAGESIZE
        self.texts: Octets = untouched_zeros(most + -most % page, np.dtype(np.uint8))
        self._kept_bytes = kept_bytes
        self._end = 0  # of all texts so far
        self._given_back = 0  # up to here, a multiple of a page

    def write(self, rows: Rows, first: int) -> None:
        """Keep (n,) contiguous rows, at most `capacity`, with serials from `first` on. Those whose
        places they take must have been forgotten."""
        self._end = int(_write(octets_of(rows), self.octets, self.texts, first, self._end))

    def at(self, serials: Serials) -> Rows:
        """(n,) serials of rows in the ring -> the rows as they were written."""
        return _read(self.octets, self.texts, serials).reshape(-1).view(ROW)

    def forget(self, tail: int, count: int) -> None:
        """Rows before the serial `tail` are not asked for again; `count` is the next row's."""
        end = int(self.rows["text_at"][tail % len(self.rows)]) if tail < count else self._end
        if end - self._given_back < self._kept_bytes:
            return
        size, page = len(self.texts), mmap.PAGESIZE
        end -= end % page
        # What was forgotten before may have been overwritten by what is remembered.
        overwritten = self._end - size
        start = max(self._given_back, overwritten + -overwritten % page)
        while start < end:
            place = start % size
            stop = min(size, place + end - start)
            give_back(self.texts, place, stop)
            start += stop - place
        self._given_back = end


@kernel
def _write(rows: Octets, ring: Octets, texts: Octets, first: int, end: int) -> int:
    """-> the end of all texts."""
    sizes = np.zeros(len(_TEXT_BYTES), np.int64)
    for i in range(len(rows)):
        row, stored = rows[i], ring[(first + i) % len(ring)]
        for place in range(_BEFORE):
            stored[place] = row[place]
        for place in range(_AFTER_BYTES):
            stored[_AFTER_STORED + place] = row[_AFTER + place]
        at, total = _BEFORE, 0
        for text in range(len(_TEXT_BYTES)):
            size = _TEXT_BYTES[text]
            while size and not row[at + size - 1]:
                size -= 1
            sizes[text] = size
            total += size
            at += _TEXT_BYTES[text]
        if end % len(texts) + total > len(texts):
            end += len(texts) - end % len(texts)
        for byte in range(8):
            stored[_AT + byte] = (end >> (8 * byte)) & 0xFF
        at = _BEFORE
        for text in range(len(_TEXT_BYTES)):
            stored[_SIZES + text] = sizes[text]
            start = end % len(texts)
            for place in range(sizes[text]):
                texts[start + place] = row[at + place]
            end += sizes[text]
            at += _TEXT_BYTES[text]
    return end


@kernel
def _read(ring: Octets, texts: Octets, serials: Serials) -> Octets:
    rows = np.zeros((len(serials), _ROW_BYTES), np.uint8)
    for i in range(len(serials)):
        row, stored = rows[i], ring[serials[i] % len(ring)]
        for place in range(_BEFORE):
            row[place] = stored[place]
        for place in range(_AFTER_BYTES):
            row[_AFTER + place] = stored[_AFTER_STORED + place]
        start = np.int64(0)
        for byte in range(8):
            start |= np.int64(stored[_AT + byte]) << np.int64(8 * byte)
        start %= len(texts)
        at = _BEFORE
        for text in range(len(_TEXT_BYTES)):
            size = np.int64(stored[_SIZES + text])
            for place in range(size):
                row[at + place] = texts[start + place]
            start += size
            at += _TEXT_BYTES[text]
    return rows
