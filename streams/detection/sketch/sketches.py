"""Texts -> fixed-size sketches that show, without the texts, how much two articles share.

MinHash (128 permutations over word 3-grams, Broder 1997) estimates the Jaccard similarity of whole
articles: standard error sqrt(J (1 - J) / 128), .044 at most. The smallest hashes of the word
5-grams, up to where both sketches are complete, estimate containment, which MinHash cannot: an
excerpt's keys are a subset of the keys of what it was cut from.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.sketch.facts import FACT_FIELDS, fill_facts
from streams.detection.sketch.splitmix64 import U64, Hashes, permutations
from streams.detection.sketch.tokens import Bounds, batches, tokens_of

ALGORITHM = "6/minhash128x3b8/frac16x5/facts10+6"
PERMUTATIONS = 128
# Kept are the 48 smallest hashes: two texts of 384 words that share half have then 70 to compare,
# and a standard error of .06. Fewer enter the index, where they take room: those of a 16th of the
# 5-grams, at least 24.
FRAC_LIMIT, FRAC_LEAST, FRAC_MOST = 1 << 28, 24, 48
NO_KEY = 0xFFFFFFFF  # fills the slots after a sketch's last key

SKETCH = np.dtype(
    [
        ("frac_count", "u1"),  # of the keys, how many enter the index
        ("words", "<u4"),
        # Up to and including this hash the keys are complete: an absent key is not in the text.
        ("frac_cover", "<u4"),
        ("minhash", "u1", (PERMUTATIONS,)),
        ("frac", "<u4", (FRAC_MOST,)),
        *FACT_FIELDS,
    ]
)
Sketches = npt.NDArray[np.void]
_U32Array = npt.NDArray[np.uint32]

_MIX = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93,
     0xFF51AFD7ED558CCD], U64,
)  # fmt: skip
_GRAM_PRIME = U64(0xD6E8FEB86659FD93)


_SALTS, _MULTIPLIERS = permutations(PERMUTATIONS)


def sketch_texts(texts: Sequence[str]) -> Sketches:
    """-> array of `SKETCH`, one per text. Text beyond `LONGEST_TEXT` is ignored."""
    sketches = np.zeros((len(texts), SKETCH.itemsize), np.uint8)
    ascii_places = [i for i, text in enumerate(texts) if text.isascii()]
    other_places = [i for i, text in enumerate(texts) if not text.isascii()]
    for places in filter(None, (ascii_places, other_places)):
        some = [texts[i] for i in places]
        for first, last in batches(some):  # so that a chunk of the longest pages uses no more
            tokens = tokens_of(some[first:last])
            sketched = _sketch_tokens(tokens.hashes, tokens.bounds)
            fill_facts(some[first:last], tokens, sketched)
            octets = sketched.view(np.uint8)  # copied at once: a record's fields take ten times
            sketches[places[first:last]] = octets.reshape(last - first, SKETCH.itemsize)
    return sketches.reshape(-1).view(SKETCH)


def _sketch_tokens(tokens: Hashes, bounds: Bounds) -> Sketches:
    out = np.empty(len(bounds) - 1, SKETCH)
    out["words"] = bounds[1:] - bounds[:-1]
    grams, counts = shingles(tokens, bounds, 3)
    # A byte of each value: different values look equal once in 256, which `compare` corrects for.
    out["minhash"] = _minima(grams, counts, _SALTS, _MULTIPLIERS)
    grams, counts = shingles(tokens, bounds, 5)
    out["frac"], out["frac_count"], out["frac_cover"] = _smallest(grams, counts)
    return out


def shingles(tokens: Hashes, bounds: Bounds, width: int) -> tuple[Hashes, Bounds]:
    """-> (hashes of the word n-grams that lie within one text, how many each text has)."""
    counts = np.maximum(bounds[1:] - bounds[:-1] - (width - 1), 0)
    return _shingles(tokens, bounds, tuple(_MIX[:width])), counts


@kernel
def _shingles(tokens: Hashes, bounds: Bounds, mix: tuple[np.uint64, ...]) -> Hashes:
    grams = np.empty(len(tokens), np.uint64)
    count = 0
    for i in range(len(bounds) - 1):
        for t in range(bounds[i], bounds[i + 1] - len(mix) + 1):
            gram = U64(0)
            for j in range(len(mix)):
                gram += tokens[t + j] * mix[j]
            gram = (gram ^ (gram >> U64(32))) * _GRAM_PRIME
            grams[count] = gram ^ (gram >> U64(32))
            count += 1
    return grams[:count]


@kernel
def _minima(
    grams: Hashes, counts: Bounds, salts: _U32Array, multipliers: _U32Array
) -> npt.NDArray[np.uint8]:
    """(n, permutations): the last byte of the smallest value of each text's grams under each
    permutation."""
    out = np.empty((len(counts), len(salts)), np.uint8)
    least = np.empty(len(salts), np.uint32)
    first = 0
    for i in range(len(counts)):
        least[:] = np.uint32(0xFFFFFFFF)
        end = first + counts[i]
        # Four at a time: reading and writing `least` for each takes twice as long.
        for g in range(first, end - 3, 4):
            a, b = np.uint32(grams[g]), np.uint32(grams[g + 1])
            c, d = np.uint32(grams[g + 2]), np.uint32(grams[g + 3])
            for p in range(len(salts)):
                salt, by = salts[p], multipliers[p]
                ab = min(np.uint32((a ^ salt) * by), np.uint32((b ^ salt) * by))
                cd = min(np.uint32((c ^ salt) * by), np.uint32((d ^ salt) * by))
                least[p] = min(least[p], ab, cd)
        for g in range(end - counts[i] % 4, end):
            gram = np.uint32(grams[g])
            for p in range(len(salts)):
                least[p] = min(least[p], np.uint32((gram ^ salts[p]) * multipliers[p]))
        for p in range(len(salts)):
            out[i, p] = np.uint8(least[p] & np.uint32(0xFF))
        first = end
    return out


@kernel
def _smallest(grams: Hashes, counts: Bounds) -> tuple[_U32Array, npt.NDArray[np.uint8], _U32Array]:
    """(keys, how many of them enter the index, cover) of each text: its smallest 5-gram hashes,
    without duplicates."""
    keys = np.full((len(counts), FRAC_MOST), NO_KEY, np.uint32)
    indexed, covers = np.zeros(len(counts), np.uint8), np.empty(len(counts), np.uint32)
    room = np.empty(max(1, counts.max()), np.uint32)
    first = 0
    for i in range(len(counts)):
        every, count = grams[first : first + counts[i]], 0
        first += counts[i]
        # Sorting is the cost here, and most hashes are too large to be kept: about 72 are looked
        # at, and all of them in the few (repetitive) texts where too few of those differ.
        found, complete = _distinct_below(every, (72 << 32) // max(1, len(every)), room)
        if len(found) < FRAC_MOST and not complete:
            found, complete = _distinct_below(every, 1 << 32, room)
        for key in found[:FRAC_MOST]:
            keys[i, count] = key
            count += 1
            indexed[i] += count <= FRAC_LEAST or key < FRAC_LIMIT
        covers[i] = NO_KEY if complete and count == len(found) else keys[i, count - 1]
    return keys, indexed, covers


@kernel
def _distinct_below(grams: Hashes, limit: int, room: _U32Array) -> tuple[_U32Array, bool]:
    """-> (upper halves of the hashes below the limit, ascending, unique; whether these are all)."""
    count = 0
    for gram in grams:
        if gram >> U64(32) < U64(limit):
            room[count] = np.uint32(gram >> U64(32))
            count += 1
    found, distinct = np.sort(room[:count]), 0
    for place in range(count):
        if place == 0 or found[place] != found[place - 1]:
            found[distinct] = found[place]
            distinct += 1
    return found[:distinct], count == len(grams)
