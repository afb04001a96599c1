"""Texts -> fixed-size sketches that say, without the texts, how much two articles share.

MinHash (128 permutations over word 3-grams, Broder 1997) estimates the Jaccard similarity of whole
articles: standard error sqrt(J (1 - J) / 128), .044 at most. FracMinHash over word 5-grams (Irber
et al. 2022: every hash below a fixed limit) estimates containment, which MinHash cannot: an
excerpt's keys are a subset of the keys of what it was cut from.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import rensa

from streams.detection.tokens import (
    LONGEST_TEXT,
    U64,
    Bounds,
    Hashes,
    batches,
    plain,
    token_hashes,
)

ALGORITHM = "1/minhash128x3/frac16x5"
PERMUTATIONS = 128
# A 16th of the 5-grams: a text of 384 words has 24 keys, and a containment of .5 then a standard
# error of .1. Shorter texts keep their 24 smallest; longer than 770 words, the 48 smallest.
FRAC_LIMIT, FRAC_LEAST, FRAC_MOST = 1 << 28, 24, 48
NO_KEY = 0xFFFFFFFF  # fills the places after a sketch's last key

SKETCH = np.dtype(
    [
        ("frac_count", "u1"),
        ("words", "<u4"),
        # Up to and including this hash the keys are complete: an absent key is not in the text.
        ("frac_cover", "<u4"),
        ("minhash", "<u2", (PERMUTATIONS,)),
        ("frac", "<u4", (FRAC_MOST,)),
    ]
)
Sketches = npt.NDArray[np.void]

_MIX = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93,
     0xFF51AFD7ED558CCD], U64,
)  # fmt: skip


def sketch_texts(texts: Sequence[str]) -> Sketches:
    """-> array of `SKETCH`, one for each text. Text beyond `LONGEST_TEXT` is not looked at."""
    sketches = np.zeros(len(texts), SKETCH)
    cut = [plain(t if len(t) < LONGEST_TEXT else t[: LONGEST_TEXT - 1]) for t in texts]
    # ASCII texts need no folding, which costs more than all the rest: keep them apart.
    for group in (
        [i for i, text in enumerate(cut) if text.isascii()],
        [i for i, text in enumerate(cut) if not text.isascii()],
    ):
        grouped = [cut[i] for i in group]
        for first, last in batches(grouped):
            sketches[group[first:last]] = _sketch_batch(grouped[first:last])
    return sketches


def _sketch_batch(texts: Sequence[str]) -> Sketches:
    out = np.zeros(len(texts), SKETCH)
    out["frac"] = NO_KEY
    tokens, bounds = token_hashes(texts)
    grams3, counts3 = shingles(tokens, bounds, 3)
    grams5, counts5 = shingles(tokens, bounds, 5)
    offsets = np.concatenate(([0], np.cumsum(counts3))).astype(U64)
    digests = rensa.RMinHash.digest_matrix_from_flat_token_hashes(grams3, offsets, PERMUTATIONS, 42)
    out["words"] = np.diff(bounds)
    # u16 halves the memory; two different values look equal once in 65,536: J is .00002 too high.
    rows = b"".join([array("I", row) for row in digests.to_rows()])  # half the time of np.array
    out["minhash"] = np.frombuffer(rows, np.uint32).reshape(-1, PERMUTATIONS).astype(np.uint16)
    _fill_frac(grams5, counts5, out)
    return out


def shingles(tokens: Hashes, bounds: Bounds, width: int) -> tuple[Hashes, Bounds]:
    """-> (hashes of the word n-grams that lie within one text, how many each text has)."""
    counts = np.maximum(np.diff(bounds) - width + 1, 0)
    n = max(len(tokens) - width + 1, 0)
    grams = tokens[:n] * _MIX[0]
    for j in range(1, width):
        grams += tokens[j : j + n] * _MIX[j]
    grams ^= grams >> U64(32)
    grams *= U64(0xD6E8FEB86659FD93)
    grams ^= grams >> U64(32)
    # A gram stays if it starts in its text's first `count` tokens.
    starts = np.repeat(bounds[:-1], counts)
    within = np.arange(len(starts)) - np.repeat(np.cumsum(counts) - counts, counts)
    return grams[starts + within], counts


def _fill_frac(grams: Hashes, counts: Bounds, out: Sketches) -> None:
    """The smallest hashes of each text's 5-grams, ascending, without repetitions."""
    values = grams >> U64(32)
    owner = np.repeat(np.arange(len(counts)), counts)
    # Sorting is the cost here, and most hashes are too large to be kept: about 64 of each text
    # are looked at, and all of the few texts (repetitive ones) in which too few of those differ.
    likely = np.maximum(FRAC_LIMIT, (64 << 32) // np.maximum(counts, 1)).astype(U64)
    near = values < likely[owner]
    distinct = _keep_smallest(owner[near], values[near], out)
    if (short := (distinct < FRAC_LEAST) & (likely < 1 << 32)).any():
        again = short[owner]
        distinct[short] = _keep_smallest(owner[again], values[again], out)[short]
    complete = (likely >= 1 << 32) | short
    largest = out["frac"][np.arange(len(out)), np.maximum(out["frac_count"], 1) - 1]
    cover = np.where(out["frac_count"] == FRAC_MOST, largest, np.maximum(largest, FRAC_LIMIT - 1))
    everything = complete & (out["frac_count"] == distinct)
    out["frac_cover"] = np.where(everything, NO_KEY, cover)


def _keep_smallest(owner: Bounds, values: Hashes, out: Sketches) -> Bounds:
    """Fill `frac` and `frac_count` of the owners; -> how many different values each has."""
    keys = np.sort((owner.astype(U64) << U64(32)) | values)
    keys = keys[np.concatenate(([True], keys[1:] != keys[:-1]))] if len(keys) else keys
    owners, values = (keys >> U64(32)).astype(np.int64), keys & U64(0xFFFFFFFF)
    distinct = np.bincount(owners, minlength=len(out))
    rank = np.arange(len(keys)) - np.repeat(np.cumsum(distinct) - distinct, distinct)
    kept = ((values < FRAC_LIMIT) | (rank < FRAC_LEAST)) & (rank < FRAC_MOST)
    touched = distinct > 0
    out["frac"][touched] = NO_KEY
    out["frac"][owners[kept], rank[kept]] = values[kept]
    out["frac_count"][touched] = np.bincount(owners[kept], minlength=len(out))[touched]
    return distinct
