"""Texts -> token hashes, a whole chunk at a time.

A token is a run of letters, marks and digits in lower case; in scripts without spaces (Han, Kana,
Thai, Lao, Khmer, Myanmar) each character is one. Hashes are over code points, so a word has
the same hash whether or not its text contains other scripts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.sketch.splitmix64 import FIRST_MULTIPLIER, GAMMA, U64, Hashes
from streams.detection.sketch.unicode_tables import (
    ALONE,
    COMBINING,
    ENTANGLED,
    EXPANDED,
    IGNORED,
    INTRICATE,
    PLANE,
    RARE_HAN,
    RARE_HAN_END,
    SEPARATOR,
    Points,
    alphabet,
)

Bounds = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]

# The characters of one text that are compared. Far above any article (a novel has 500,000); this
# bounds the time and the memory that one text can cost.
LONGEST_TEXT = 1 << 20

# Any odd constants will do, as long as they never change.
PRIME, SECOND_PRIME = GAMMA, FIRST_MULTIPLIER


class Tokens(NamedTuple):
    """The tokens of some texts in a row: text i has bounds[i]:bounds[i+1]."""

    hashes: Hashes  # (t,)
    bounds: Bounds  # (n + 1,)


def tokens_of(texts: Sequence[str]) -> Tokens:
    """Text beyond `LONGEST_TEXT` characters is ignored."""
    cut = [text if len(text) < LONGEST_TEXT else text[: LONGEST_TEXT - 1] for text in texts]
    joined = "".join(cut)
    tables = alphabet()
    points, starts = code_points(joined), starts_of(cut)
    seen = trouble_in(points, starts, tables.trouble)
    folded, intricate = np.zeros(len(cut), np.bool_), (seen & INTRICATE) != 0
    for place in np.flatnonzero(seen & (ENTANGLED | COMBINING)).tolist():
        text, trouble = cut[place], int(seen[place]) & ~INTRICATE
        if trouble == COMBINING and unicodedata.is_normalized("NFC", text):
            continue
        cut[place] = unicodedata.normalize("NFKC", text).casefold()[:LONGEST_TEXT]
        folded[place] = intricate[place] = True
    if folded.any():
        points, starts = code_points("".join(cut)), starts_of(cut)
    hashes, bounds = _hash(
        points, starts, folded, intricate, tables.entries, tables.kept, tables.expansions
    )
    return Tokens(hashes, bounds)


def code_points(text: str) -> Points:
    """A text as an array."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


def starts_of(texts: Sequence[str]) -> Bounds:
    """Where each text begins in all of them joined, and where the last one ends."""
    return np.fromiter(accumulate(map(len, texts), initial=0), np.int64, len(texts) + 1)


@kernel
def trouble_in(
    points: Points, starts: Bounds, trouble: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]:
    """(n,) the characters of each text that cannot be folded individually (`Alphabet`)."""
    seen = np.zeros(len(starts) - 1, np.uint8)
    for i in range(len(seen)):
        own = np.uint8(0)
        for p in range(starts[i], starts[i + 1]):
            own |= trouble[points[p]] if points[p] < PLANE else np.uint8(ENTANGLED)
        seen[i] = own
    return seen


@kernel
def finished(hash_: np.uint64) -> np.uint64:
    """The hash of a word, from that of its letters."""
    hash_ ^= hash_ >> U64(29)
    hash_ *= SECOND_PRIME
    return hash_ ^ (hash_ >> U64(32))


@kernel
def hash_letters(
    text: npt.NDArray[np.unsignedinteger], entries: Points, hashes: Hashes, ends: Places
) -> np.int64:
    """The tokens of a text without intricate characters, and where each ends -> how many. There
    must be room for one more than the text has characters.

    Without a branch per character: every word's end would be mispredicted. And in two places at
    once: with each letter, a hash has to wait for the one before.
    """
    half = len(text) // 2
    while half < len(text) and entries[text[half]] != SEPARATOR:
        half += 1
    later, later_ends = hashes[half:], ends[half:]
    one = other = U64(0)
    found, more = U64(0), U64(0)
    both = min(half, len(text) - half)
    for at in range(both):
        one, found = _after(U64(entries[text[at]]), one, at, hashes, ends, found)
        entry = U64(entries[text[half + at]])
        other, more = _after(entry, other, half + at, later, later_ends, more)
    for at in range(both, half):
        one, found = _after(U64(entries[text[at]]), one, at, hashes, ends, found)
    _, found = _after(U64(SEPARATOR), one, half, hashes, ends, found)
    for at in range(half + both, len(text)):
        other, more = _after(U64(entries[text[at]]), other, at, later, later_ends, more)
    _, more = _after(U64(SEPARATOR), other, len(text), later, later_ends, more)
    for t in range(found):
        hashes[t] = finished(hashes[t])
    for t in range(more):
        hashes[found + t], ends[found + t] = finished(later[t]), later_ends[t]
    return np.int64(found + more)


@kernel
def _after(
    entry: np.uint64, hash_: np.uint64, at: int, hashes: Hashes, ends: Places, found: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """One more character, at this place -> (hash of the word so far, tokens so far)."""
    hashes[found], ends[found] = hash_, at
    found += U64((entry == 0) & (hash_ != 0))
    return U64(0) if entry == 0 else (hash_ ^ entry) * PRIME, found


@kernel
def _hash(
    points: Points,
    starts: Bounds,
    folded: Flags,
    intricate: Flags,
    entries: Points,
    kept: Points,
    expansions: Points,
) -> tuple[Hashes, Bounds]:
    """`folded`: (n,) texts that are folded already; `intricate`: those, plus texts with such
    characters. One that has more than `LONGEST_TEXT` tokens when folded (an Arabic ligature is four
    words) loses its end."""
    room = len(points) + 1
    for point in points:
        entry = _entry(point, entries)
        room += expansions[entry - EXPANDED] if entry & EXPANDED else 0
    tokens, ends = np.empty(room, np.uint64), np.empty(room, np.int32)
    bounds = np.zeros(len(starts), np.int64)
    count = 0
    for i in range(len(starts) - 1):
        if not intricate[i]:
            text = points[starts[i] : starts[i + 1]]
            count += int(hash_letters(text, entries, tokens[count:], ends[count:]))
            bounds[i + 1] = count
            continue
        hash_, most = U64(0), count + LONGEST_TEXT
        table = kept if folded[i] else entries
        for p in range(starts[i], starts[i + 1]):
            entry = _entry(points[p], table)
            if entry & EXPANDED:
                place = entry - EXPANDED
                for part in expansions[place + 1 : place + 1 + expansions[place]]:
                    hash_, count = _take(part, hash_, tokens, count, most)
            else:
                hash_, count = _take(entry, hash_, tokens, count, most)
        _, count = _take(np.uint32(SEPARATOR), hash_, tokens, count, most)
        bounds[i + 1] = count
    return tokens[:count], bounds


@kernel
def _entry(point: np.uint32, table: Points) -> np.uint32:
    if point < PLANE:
        entry: np.uint32 = table[point]
        return entry
    return np.uint32(ALONE | point if RARE_HAN <= point < RARE_HAN_END else SEPARATOR)


@kernel
def _take(
    entry: np.uint32, hash_: np.uint64, tokens: Hashes, count: int, most: int
) -> tuple[np.uint64, int]:
    """One more character -> (hash of the word so far, tokens so far); `most` bounds these."""
    if SEPARATOR < entry < PLANE:
        return (hash_ ^ U64(entry)) * PRIME, count
    if entry == IGNORED:
        return hash_, count
    if hash_ != 0 and count < most:
        tokens[count] = finished(hash_)
        count += 1
    if entry != SEPARATOR and count < most:
        tokens[count] = finished(U64(entry) * PRIME)
        count += 1
    return U64(0), count


def batches(texts: Sequence[str], characters: int = LONGEST_TEXT) -> list[tuple[int, int]]:
    """Cut a chunk into runs [first, last) of at most `characters`, or of one longer text."""
    runs: list[tuple[int, int]] = []
    first = total = 0
    for i, text in enumerate(texts):
        size = len(text) + 1
        if total and total + size > characters:
            runs.append((first, i))
            first, total = i, 0
        total += size
    return [*runs, (first, len(texts))] if texts else []
