"""Whether two rows share the keys by which the index finds one for the other.

The index keeps some bits of a key, so what it finds is looked at again: what matches what must
not depend on them, nor on entries that outlived their articles.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.index.key_index import BANDS, BANDS_SHARED, FRAC_KEYS_SHARED, ROWS, Integers
from streams.detection.index.ring import STORED
from streams.detection.index.segment import ROW, Octets
from streams.detection.sketch.splitmix64 import U64

_FIELDS: Mapping[str, Any] = ROW.fields or {}
# Where a sketch begins in a row and in one of the ring, and where its fields are from there.
_SKETCH = int(_FIELDS["frac_count"][1])
_SKETCH_STORED = _SKETCH + STORED.itemsize - ROW.itemsize
_MINHASH, _FRAC = (int(_FIELDS[name][1]) - _SKETCH for name in ("minhash", "frac"))


@kernel
def sharing(
    ring: Octets, own: Octets, base: int, newer: Integers, older: Integers
) -> npt.NDArray[np.bool_]:
    """(p,) serials of pairs -> which of them share a band, or two of the 5-gram keys that enter
    the index.

    `own` are the bytes of a chunk's rows, the first of which has the serial `base`; those before
    it are in the `ring`, as stored. The newer ones are the chunk's.
    """
    found = np.empty(len(newer), np.bool_)
    for i in range(len(newer)):
        this = own[newer[i] - base, _SKETCH:]
        if older[i] >= base:
            found[i] = _share(this, own[older[i] - base, _SKETCH:])
        else:
            found[i] = _share(this, ring[older[i] % len(ring), _SKETCH_STORED:])
    return found


@kernel
def _share(this: Octets, other: Octets) -> bool:
    """Whether two sketches do."""
    bands = 0
    for first in range(_MINHASH, _MINHASH + BANDS * ROWS, ROWS):
        equal = True
        for row in range(first, first + ROWS):
            equal &= this[row] == other[row]
        bands += equal
    keys = a = b = 0
    while a < this[0] and b < other[0]:  # they ascend
        one, two = _frac(this, a), _frac(other, b)
        keys += one == two
        a, b = a + int(one <= two), b + int(two <= one)
    return bands >= BANDS_SHARED or keys >= FRAC_KEYS_SHARED


@kernel
def _frac(sketch: Octets, place: int) -> np.uint64:
    at, key = _FRAC + 4 * place, U64(0)
    for byte in range(4):
        key |= U64(sketch[at + byte]) << U64(8 * byte)
    return key
