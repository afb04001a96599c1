"""Words of a page, told apart by 64-bit hashes: what kinds each line has, which it shares."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.characters import ALNUM, DECIMAL, Bits, Codes, bits_table, codes_of
from streams.articles.pages.vocabulary import KINDS, word_kinds
from streams.compiled import kernel

Hashes = NDArray[np.uint64]

# FNV-1a over code points.
_SEED, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_APOSTROPHES = (0x27, 0x2019)
_CONTENT_LETTERS = 4
_ALL_LETTERS = 1 << 30


def word_counts(low: str, lines: int) -> NDArray[np.float64]:
    """-> float64 of shape (len(KINDS) + 1, lines): words of each kind in each line, then all words.

    `low` is a text in lower case, of so many lines, each of which ends in a line feed. A word is
    letters and figures, with at most one apostrophe between.
    """
    counts = np.zeros((len(KINDS) + 1, lines))
    hashes, kinds = _kinds_table()
    _count_words(codes_of(low), bits_table(), hashes, kinds, counts)
    return counts


def shared_words(
    low: str,
    chosen: NDArray[np.bool_],
    story: NDArray[np.bool_],
    *,
    letters: int = _ALL_LETTERS,
    of_none: float = 0.0,
) -> NDArray[np.float64]:
    """-> for each of the `chosen` lines the share of its words of four letters or more that the
    lines of the `story` have, or `of_none` where it has no such words.

    Words are the same whose first `letters` are; `low` as above.
    """
    shared = np.full(len(chosen), of_none)
    codes = codes_of(low)
    size = 1 << int(len(codes) // _CONTENT_LETTERS).bit_length() + 1
    hashes = np.zeros(size, dtype=np.uint64)
    _share(codes, bits_table(), chosen, story, letters, hashes, shared)
    return shared


def joined(texts: Iterable[str]) -> str:
    """Lines as these functions take them, in lower case."""
    return ("\n".join(texts) + "\n").lower()


@kernel
def _slot(hashes: Hashes, wanted: np.uint64) -> int:
    """The place of a hash in an open table whose size is a power of two, or that of its gap."""
    mask = len(hashes) - 1
    at = np.int64(wanted ^ (wanted >> np.uint64(32))) & mask
    while hashes[at] != 0 and hashes[at] != wanted:
        at = (at + 1) & mask
    return int(at)


@kernel
def _count_words(
    codes: Codes,
    table: Bits,
    hashes: Hashes,
    kinds: NDArray[np.int32],
    counts: NDArray[np.float64],
) -> None:
    line, at, every = 0, 0, len(counts) - 1
    while at < len(codes):
        if codes[at] == 10:
            line += 1
        if not table[codes[at]] & ALNUM:
            at += 1
            continue
        found = _SEED
        joined = False
        while at < len(codes):
            code = codes[at]
            if not table[code] & ALNUM:
                if joined or (code != _APOSTROPHES[0] and code != _APOSTROPHES[1]):
                    break
                if at + 1 == len(codes) or not table[codes[at + 1]] & ALNUM:
                    break
                joined = True
            found = (found ^ np.uint64(code)) * _PRIME
            at += 1
        counts[every, line] += 1
        bits = kinds[_slot(hashes, found)]
        kind = 0
        while bits:
            if bits & 1:
                counts[kind, line] += 1
            bits >>= 1
            kind += 1


@kernel
def _share(
    codes: Codes,
    table: Bits,
    chosen: NDArray[np.bool_],
    story: NDArray[np.bool_],
    letters: int,
    hashes: Hashes,
    shared: NDArray[np.float64],
) -> None:
    """Twice over the text: the story's words first, then each line's own, each word once."""
    told = np.zeros(len(hashes), dtype=np.bool_)
    seen = np.zeros(len(hashes), dtype=np.int32)
    for turn in range(2):
        line, length, found, same, own = 0, 0, _SEED, 0, 0
        for at in range(len(codes)):
            code = codes[at]
            bits = table[code]
            if bits & ALNUM and not bits & DECIMAL:
                if length < letters:
                    found = (found ^ np.uint64(code)) * _PRIME
                length += 1
                continue
            if length >= _CONTENT_LETTERS and (story[line] if turn == 0 else chosen[line]):
                slot = _slot(hashes, found)
                hashes[slot] = found
                if turn == 0:
                    told[slot] = True
                elif seen[slot] != line + 1:
                    seen[slot] = line + 1
                    own += 1
                    same += told[slot]
            length, found = 0, _SEED
            if code == 10:
                if turn == 1 and own:
                    shared[line] = same / own
                line, own, same = line + 1, 0, 0


@lru_cache(maxsize=1)
def _kinds_table() -> tuple[Hashes, NDArray[np.int32]]:
    """-> (hashes, the bits of the word at each); zeros where no word is."""
    words = word_kinds()
    size = 1 << (4 * len(words)).bit_length()
    hashes, kinds = np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.int32)
    for word, bits in words.items():
        found = int(_SEED)
        for character in word:
            found = (found ^ ord(character)) * int(_PRIME) & 0xFFFFFFFFFFFFFFFF
        slot = int(_slot(hashes, np.uint64(found)))
        hashes[slot], kinds[slot] = found, bits
    return hashes, kinds
