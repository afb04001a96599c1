"""Lines that a page has more than once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.characters import EDGE, Bits, Codes, bits_table
from streams.articles.pages.words import PRIME, SEED, slot
from streams.compiled import kernel

REPEATS = ("twice", "often", "again", "again_beside")
# Of a line that stands above as well.
_LEAST_CHARACTERS, _CLOSE_BY = 30, 12


def repeats_of(codes: Codes, lines: int) -> NDArray[np.float64]:
    """-> for each of REPEATS a row with 1 for the lines of which it is true. `codes` are those of a
    text in lower case, of so many lines, each of which ends in a line feed.

    twice, often: it stands in the page two times, or more often, but for marks around it. again,
    again_beside: a longer line stands above as well, or closely above.
    """
    found = np.zeros((len(REPEATS), lines))
    _put_repeats(codes, bits_table(), found)
    return found


@kernel
def _hash(codes: Codes, start: int, end: int) -> np.uint64:
    found = SEED
    for at in range(start, end):
        found = (found ^ np.uint64(codes[at])) * PRIME
    return found | np.uint64(1)  # 0 is a gap


@kernel
def _put_repeats(codes: Codes, table: Bits, found: NDArray[np.float64]) -> None:
    size, count = 2, found.shape[1]
    while size < 2 * count:
        size *= 2
    bare, whole = np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.uint64)
    times, first = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.int32)
    places = np.empty(count, dtype=np.int32)
    start = 0
    for line in range(count):
        end = start
        while codes[end] != 10:
            end += 1
        low, high = start, end
        while low < high and table[codes[low]] & EDGE:
            low += 1
        while high > low and table[codes[high - 1]] & EDGE:
            high -= 1
        own = _hash(codes, low, high)
        places[line] = slot(bare, own)
        bare[places[line]] = own
        times[places[line]] += 1
        if end - start > _LEAST_CHARACTERS:
            own = _hash(codes, start, end)
            at = slot(whole, own)
            if whole[at] == 0:
                whole[at], first[at] = own, line
            else:
                found[2, line], found[3, line] = 1, line - first[at] < _CLOSE_BY
        start = end + 1
    for line in range(count):
        found[0, line], found[1, line] = times[places[line]] == 2, times[places[line]] > 2
