"""Which word n-grams a text has, in a few hundred bytes: for one text, by its tokens."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.sketch.splitmix64 import U64, Hashes, permutations

PERMUTATIONS = 128
# Kept are the 48 smallest hashes: two texts of 384 words that share half have then 70 to compare,
# and a standard error of .06. Fewer enter the index, where they take room: those of a 16th of the
# 5-grams, at least 24.
FRAC_LIMIT, FRAC_LEAST, FRAC_MOST = 1 << 28, 24, 48
NO_KEY = 0xFFFFFFFF  # fills the slots after a sketch's last key

Keys = npt.NDArray[np.uint32]
Octets = npt.NDArray[np.uint8]

_MIX = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93,
     0xFF51AFD7ED558CCD], U64,
)  # fmt: skip
_MIX_OF_THREE, _MIX_OF_FIVE = tuple(_MIX[:3]), tuple(_MIX)
_GRAM_PRIME = U64(0xD6E8FEB86659FD93)
_SALTS, _MULTIPLIERS = permutations(PERMUTATIONS)
# Sorting so few by comparing each with each takes a fifth of the time: eight are compared at once.
_FEW = 128


class Room(NamedTuple):
    """What the loops below need beside their results, for texts of so many tokens."""

    grams: Hashes
    keys: Keys
    sorted_keys: Keys
    least: Keys  # (PERMUTATIONS,)


def room_for(tokens: int) -> Room:
    """For texts of at most so many tokens."""
    keys, sorted_keys = np.empty((2, tokens + 1), np.uint32)
    grams, least = np.empty(tokens + 1, np.uint64), np.empty(PERMUTATIONS, np.uint32)
    return Room(grams, keys, sorted_keys, least)


def shingles(tokens: Hashes, width: int) -> Hashes:
    """Hashes of the word n-grams of a text; n is 3 or 5."""
    grams = np.empty(len(tokens) + 1, np.uint64)
    mix = {3: _MIX_OF_THREE, 5: _MIX_OF_FIVE}[width]
    return grams[: _shingles(tokens, mix, grams)]


@kernel
def fill_fingerprint(
    tokens: Hashes, room: Room, minhash: Octets, frac: Keys
) -> tuple[int, np.uint32]:
    """Fill the last byte of the smallest 3-gram hash under each permutation (PERMUTATIONS,) and
    the smallest 5-gram hashes (FRAC_MOST,) -> (how many of these enter the index, their cover)."""
    count = _shingles(tokens, _MIX_OF_THREE, room.grams)
    # A byte of each value: different values look equal once in 256, which `compare` corrects for.
    _fill_minima(room.grams[:count], room.least, minhash)
    count = _shingles(tokens, _MIX_OF_FIVE, room.grams)
    return _fill_smallest(room.grams[:count], room, frac)


@kernel
def _shingles(tokens: Hashes, mix: tuple[np.uint64, ...], grams: Hashes) -> int:
    count = max(0, len(tokens) - len(mix) + 1)
    for t in range(count):
        gram = U64(0)
        for j in range(len(mix)):
            gram += tokens[t + j] * mix[j]
        gram = (gram ^ (gram >> U64(32))) * _GRAM_PRIME
        grams[t] = gram ^ (gram >> U64(32))
    return count


@kernel
def _fill_minima(grams: Hashes, least: Keys, out: Octets) -> None:
    least[:] = np.uint32(0xFFFFFFFF)
    rest = len(grams) % 4
    # Four at a time: reading and writing `least` for each takes twice as long.
    for g in range(0, len(grams) - rest, 4):
        a, b = np.uint32(grams[g]), np.uint32(grams[g + 1])
        c, d = np.uint32(grams[g + 2]), np.uint32(grams[g + 3])
        for p in range(PERMUTATIONS):
            salt, by = _SALTS[p], _MULTIPLIERS[p]
            ab = min(np.uint32((a ^ salt) * by), np.uint32((b ^ salt) * by))
            cd = min(np.uint32((c ^ salt) * by), np.uint32((d ^ salt) * by))
            least[p] = min(least[p], ab, cd)
    for g in range(len(grams) - rest, len(grams)):
        gram = np.uint32(grams[g])
        for p in range(PERMUTATIONS):
            least[p] = min(least[p], np.uint32((gram ^ _SALTS[p]) * _MULTIPLIERS[p]))
    for p in range(PERMUTATIONS):
        out[p] = np.uint8(least[p] & np.uint32(0xFF))


@kernel
def _fill_smallest(grams: Hashes, room: Room, keys: Keys) -> tuple[int, np.uint32]:
    keys[:] = NO_KEY
    # Sorting is the cost here, and most hashes are too large to be kept: about 72 are looked at,
    # and all of them in the few (repetitive) texts where too few of those differ.
    found, complete = _distinct_below(grams, (72 << 32) // max(1, len(grams)), room)
    if found < FRAC_MOST and not complete:
        found, complete = _distinct_below(grams, 1 << 32, room)
    count, indexed = min(found, FRAC_MOST), 0
    for place in range(count):
        key = room.sorted_keys[place]
        keys[place] = key
        indexed += place < FRAC_LEAST or key < FRAC_LIMIT
    return indexed, np.uint32(NO_KEY) if complete and count == found else keys[count - 1]


@kernel
def _distinct_below(grams: Hashes, limit: int, room: Room) -> tuple[int, bool]:
    """The upper halves of the hashes below the limit, ascending and unique, in `sorted_keys` ->
    (how many; whether these are all)."""
    count, found = U64(0), room.sorted_keys
    for gram in grams:
        room.keys[count] = np.uint32(gram >> U64(32))
        count += U64(gram >> U64(32) < U64(limit))
    _sort(room.keys[:count], found)
    distinct = 0
    for place in range(count):
        key = found[place]
        if place == 0 or (key != 0 and key != found[distinct - 1]):
            found[distinct] = key
            distinct += 1
    return distinct, count == len(grams)


@kernel
def _sort(keys: Keys, out: Keys) -> None:
    """Ascending; where few keys repeat, there may be a 0 behind the first of them."""
    count = len(keys)
    if count > _FEW:
        out[:count] = np.sort(keys)
        return
    out[:count] = 0
    for key in keys:
        smaller = np.int32(0)  # in 64 bits half as many would be compared at once
        for place in range(count):
            smaller = np.int32(smaller + np.int32(keys[place] < key))
        out[smaller] = key
