"""A fixed-memory index from sketch keys to articles: who shares a key with whom.

One set-associative table serves both kinds of key. A slot holds the newest four entries, each with
some bits of its key and the low bits of an article's serial number, 32 together; the oldest is
evicted, so nothing is ever deleted, memory never grows, and a key that every article has takes four
places. With so few bits it also finds, now and then, an article that shares no key.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.sketch.sketches import PERMUTATIONS, Sketches
from streams.detection.sketch.splitmix64 import U64, Hashes, mix, splitmix64

Integers = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]

# 32 bands of 4 rows: a pair of Jaccard J shares a band with probability 1 - (1 - J^4)^32, which is
# .56 at J = .4, .87 at .5 and .9998 at .7. tests/detection/index/test_key_index.py computes them.
BANDS, ROWS = 32, 4
WAYS = 4
SLOT_BYTES = 4 * WAYS  # so that no slot lies in two lines of the processor's cache
_ENTRY_BITS = 32
# An article has 32 bands and 24 to 48 5-gram keys, and takes 64 places.
SLOTS_AN_ARTICLE = 16
# The low bits of serial numbers repeat after two windows of them: by then most entries have been
# evicted. In a window of 2^20 articles that leaves 11 bits for the key, and every sixteenth article
# finds another by chance.
_WINDOWS_OF_SERIALS, _LEAST_SERIAL_BITS, _MOST_SERIAL_BITS = 2, 16, 28

# One shared band, or two shared 5-gram keys, make a candidate.
BANDS_SHARED, FRAC_KEYS_SHARED = 1, 2
_BAND_VOTE, _FRAC_VOTE, _CANDIDATE_VOTES = 2, 1, 2


def _constants(seed: int, count: int) -> Hashes:
    """`count` fixed odd numbers."""
    return splitmix64(count, seed) | U64(1)


_ROW_MULTIPLIERS = _constants(3, PERMUTATIONS).reshape(BANDS, ROWS)
_BAND_SALTS = _constants(4, BANDS)
_FRAC_SALT = _constants(5, 1)[0]


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of a batch of articles, in the order in which they enter the index."""

    owner: Integers  # (k,) place of the key's article in the batch, ascending
    value: Hashes  # (k,) 64 well-mixed bits
    vote: Integers  # (k,)


def keys_of(sketches: Sketches) -> Keys:
    """(n,) sketches -> their keys: 32 bands and `frac_count` 5-gram keys each."""
    minhash, frac = sketches["minhash"], sketches["frac"]
    counts = np.ascontiguousarray(sketches["frac_count"])
    return Keys(*_keys(np.ascontiguousarray(minhash), np.ascontiguousarray(frac), counts))


@kernel
def _keys(
    minhash: npt.NDArray[np.uint8], frac: npt.NDArray[np.uint32], counts: npt.NDArray[np.uint8]
) -> tuple[Integers, Hashes, Integers]:
    total = len(counts) * BANDS + np.int64(counts.sum())
    owner = np.empty(total, np.int64)
    value, vote = np.empty(total, np.uint64), np.empty(total, np.int64)
    k = 0
    for i in range(len(counts)):
        for band in range(BANDS):
            rows = _BAND_SALTS[band]
            for row in range(ROWS):
                rows += U64(minhash[i, band * ROWS + row]) * _ROW_MULTIPLIERS[band, row]
            owner[k], value[k], vote[k] = i, mix(rows), _BAND_VOTE
            k += 1
        for place in range(counts[i]):
            value[k], vote[k] = mix(U64(frac[i, place]) + _FRAC_SALT), _FRAC_VOTE
            owner[k] = i
            k += 1
    return owner, value, vote


class Index:
    """Identifies articles by serial numbers, which rise in order of arrival."""

    def __init__(self, slots: int) -> None:
        """`slots` must be a power of two; each takes `SLOT_BYTES`."""
        if slots & (slots - 1) or slots < 1:
            raise ValueError(f"slots: expected a power of two, got {slots}")
        self.words: Words = np.zeros((slots, WAYS), np.uint32)
        self.serial_bits = serial_bits(slots)

    @property
    def bytes(self) -> int:
        """Memory used once every page has been touched."""
        return self.words.nbytes

    def candidates(self, keys: Keys, serials: Integers) -> tuple[Integers, Integers]:
        """-> (newer, older) serials of every pair that shares enough keys, unique, ascending; few
        of them share none (`sharing` tells which).

        `serials` (n,) are the batch's own, rising. The result is as if its articles had arrived one
        at a time: each sees the table as left by the articles before it, including this batch's.
        So they do enter the table, and are removed again before this returns.
        """
        if not len(keys.owner):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        bits = U64(self.serial_bits)
        return _candidates(self.words, keys.owner, keys.value, keys.vote, serials, bits)

    def insert(self, keys: Keys, serials: Integers) -> None:
        """Enter a batch's keys. `serials` as in `candidates`."""
        if len(keys.owner):
            _insert(self.words, keys.owner, keys.value, serials, U64(self.serial_bits))


def serial_bits(slots: int) -> int:
    """How many bits of an entry in a table of this size are the serial number's."""
    window = max(1, slots // SLOTS_AN_ARTICLE)
    wanted = (window * _WINDOWS_OF_SERIALS - 1).bit_length()
    return min(max(_LEAST_SERIAL_BITS, wanted), _MOST_SERIAL_BITS)


@kernel
def _slot(value: np.uint64, words: Words) -> np.uint64:
    return value & U64(len(words) - 1)


@kernel
def _fingerprint(value: np.uint64, bits: np.uint64) -> np.uint32:
    """The key's bits in an entry, in their place; never 0, and 0 marks an empty place."""
    most = (U64(1) << (U64(_ENTRY_BITS) - bits)) - U64(1)
    return np.uint32((((value >> U64(32)) * most >> U64(32)) + U64(1)) << bits)


@kernel
def _push(
    words: Words, slot: np.uint64, value: np.uint64, serial: np.int64, bits: np.uint64
) -> np.uint32:
    """-> the entry that it displaces."""
    oldest: np.uint32 = words[slot, WAYS - 1]
    for way in range(WAYS - 1, 0, -1):
        words[slot, way] = words[slot, way - 1]
    numbers = (U64(1) << bits) - U64(1)
    words[slot, 0] = _fingerprint(value, bits) | np.uint32(U64(serial) & numbers)
    return oldest


@kernel
def _pull(words: Words, slot: np.uint64, oldest: np.uint32) -> None:
    """Undo `_push`."""
    for way in range(WAYS - 1):
        words[slot, way] = words[slot, way + 1]
    words[slot, WAYS - 1] = oldest


@kernel
def _insert(
    words: Words, owner: Integers, value: Hashes, serials: Integers, bits: np.uint64
) -> None:
    for k in range(len(owner)):
        _push(words, _slot(value[k], words), value[k], serials[owner[k]], bits)


@kernel
def _candidates(
    words: Words,
    owner: Integers,
    value: Hashes,
    vote: Integers,
    serials: Integers,
    bits: np.uint64,
) -> tuple[Integers, Integers]:
    pairs = np.empty((256, 2), np.int64)
    pushed_out = np.empty(len(owner), np.uint32)
    seen, votes = np.empty(0, np.int64), np.empty(0, np.int64)
    found = first = 0
    while first < len(owner):
        last = first
        while last < len(owner) and owner[last] == owner[first]:
            last += 1
        serial = serials[owner[first]]
        most = (last - first) * WAYS
        if len(seen) < most:
            seen, votes = np.empty(most, np.int64), np.empty(most, np.int64)
        met = _count_votes(words, value[first:last], vote[first:last], serial, bits, seen, votes)
        if found + met > len(pairs):
            pairs = _longer(pairs, found, 2 * (found + met))
        for place in range(met):
            if votes[place] >= _CANDIDATE_VOTES:
                pairs[found, 0], pairs[found, 1] = serial, seen[place]
                found += 1
        for k in range(first, last):
            pushed_out[k] = _push(words, _slot(value[k], words), value[k], serial, bits)
        first = last
    for k in range(len(owner) - 1, -1, -1):
        _pull(words, _slot(value[k], words), pushed_out[k])
    return pairs[:found, 0].copy(), pairs[:found, 1].copy()


@kernel
def _count_votes(
    words: Words,
    value: Hashes,
    vote: Integers,
    serial: np.int64,
    bits: np.uint64,
    seen: Integers,
    votes: Integers,
) -> int:
    """-> how many earlier articles share a key; fills in their serials, ascending, and votes."""
    met, numbers, before = 0, (U64(1) << bits) - U64(1), serial - 1
    high = np.uint32(~numbers & U64(0xFFFFFFFF))
    # All slots first: the memory answers many requests at once, if nothing waits for the first.
    entries = np.empty((len(value), WAYS), np.uint32)
    for k in range(len(value)):
        slot = _slot(value[k], words)
        for way in range(WAYS):
            entries[k, way] = words[slot, way]
    for k in range(len(value)):
        fingerprint = _fingerprint(value[k], bits)
        for way in range(WAYS):
            entry = entries[k, way]
            if entry & high != fingerprint:
                continue
            # The newest serial with these low bits below this article's, which may have the same.
            older = before - np.int64((U64(before) - U64(entry)) & numbers)
            place = met
            while place > 0 and seen[place - 1] > older:
                place -= 1
            if place > 0 and seen[place - 1] == older:
                votes[place - 1] += vote[k]
                continue
            for later in range(met, place, -1):
                seen[later], votes[later] = seen[later - 1], votes[later - 1]
            seen[place], votes[place] = older, vote[k]
            met += 1
    return met


@kernel
def _longer(pairs: Integers, used: int, rows: int) -> Integers:
    out = np.empty((rows, 2), np.int64)
    out[:used] = pairs[:used]
    return out
