"""What remains of a text without its names: the frame of a template.

Where capitals mark names, differing names tell two texts of one template apart. German capitalises
every noun, and most scripts have no capitals. There, names are among the words that are not
function words: in a template with other names, the function words keep their order,
while an edited copy differs in those, too. A frame is the text with everything else removed (a run
of other words leaves one mark), as MinHash with one bit for each of 192 permutations (Li and König
2010) over runs of five: 24 bytes, in the slots of the names that cannot be recognised.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from streams.articles.languages import words_by_language
from streams.compiled import kernel
from streams.detection.sketch.splitmix64 import U64, Hashes, permutations
from streams.detection.sketch.tokens import PRIME, Flags, tokens_of
from streams.detection.sketch.unicode_tables import Points
from streams.detection.sketch.words import NAME, UNCASED, Kinds

BITS = 192
# As the cover of a sketch's names: they are a frame. No names have the cover 0.
FRAME = 0

_WIDTH = 5
# A frame of fewer function words says too little.
_LEAST_WORDS = 12
# A text is German if this many of its words are capitalised inside a sentence, and this many are
# German function words. English headlines have the former, Dutch the latter; 30 and 40 % are usual.
_CAPITALS, _GERMAN = 0.16, 0.2

# Slots of the table of function words; a tenth is used.
_SLOTS = 1 << 14
_OTHER_LANGUAGE, _IN_GERMAN = 1, 2
_GAP = U64(0x8EBC6AF09C88C6E3)  # a run of other words
_GRAM_PRIME = U64(0xD6E8FEB86659FD93)


class Frames(NamedTuple):
    """What makes frames: the table of function words, and the permutations."""

    hashes: Hashes  # (slots,)
    whose: Kinds
    salts: Points  # (BITS,)
    multipliers: Points


@cache
def frames() -> Frames:
    """The same for all texts."""
    return Frames(*_function_words(), *permutations(BITS, U64(0xD1B54A32D192ED03)))


def _function_words() -> tuple[Hashes, Kinds]:
    """(hash or 0, its language) of each slot of a table with open addressing."""
    hashes, whose = np.zeros(_SLOTS, np.uint64), np.zeros(_SLOTS, np.uint8)
    for language, words in words_by_language("frames", "function_words").items():
        bit = _IN_GERMAN if language == "de" else _OTHER_LANGUAGE
        for hash_ in tokens_of([" ".join(words)]).hashes:
            slot = _slot(hash_, hashes)
            hashes[slot] = hash_
            whose[slot] |= bit
    return hashes, whose


@kernel
def _slot(hash_: np.uint64, table: Hashes) -> np.int64:
    """The slot of a hash in the table, or where it would be."""
    slot = np.int64(hash_ & U64(_SLOTS - 1))
    while table[slot] != 0 and table[slot] != hash_:
        slot = (slot + 1) & (_SLOTS - 1)
    return slot


@kernel
def fill_frame(hashes: Hashes, kinds: Kinds, begins: Flags, frames: Frames, names: Points) -> bool:
    """Put a text's frame into the slots of its names (6,), if it has one -> whether it has."""
    language = _framed(kinds, begins)
    if language == 0:
        return False
    frame, found = _frame(hashes, frames.hashes, frames.whose, language)
    if found < _LEAST_WORDS or (language == _IN_GERMAN and found < _GERMAN * len(hashes)):
        return False
    least = np.empty(BITS, np.uint32)
    _least(frame, frames.salts, frames.multipliers, least)
    names[:] = 0
    for p in range(len(least)):
        names[p // 32] |= (least[p] & np.uint32(1)) << np.uint32(p % 32)
    return True


@kernel
def _framed(kinds: Kinds, begins: Flags) -> int:
    """The language whose function words make a text's frame; 0: its capitals mark names."""
    uncased = capitals = np.int32(0)  # in 64 bits fewer would be compared at once
    for t in range(len(kinds)):
        uncased = np.int32(uncased + np.int32(kinds[t] == UNCASED))
        capitals = np.int32(capitals + np.int32((kinds[t] == NAME) & ~begins[t]))
    if 2 * uncased > len(kinds):
        return _OTHER_LANGUAGE
    return _IN_GERMAN if capitals > _CAPITALS * len(kinds) else 0


@kernel
def _frame(hashes: Hashes, table: Hashes, whose: Kinds, language: int) -> tuple[Hashes, int]:
    """(function words with a mark for each gap between them, number of function words)."""
    frame, length, found = np.empty(len(hashes), np.uint64), 0, 0
    for hash_ in hashes:
        slot = _slot(hash_, table)
        if table[slot] == hash_ and whose[slot] & language:
            frame[length] = hash_
            found += 1
        elif length == 0 or frame[length - 1] != _GAP:
            frame[length] = _GAP
        else:
            continue
        length += 1
    return frame[:length], found


@kernel
def _least(frame: Hashes, salts: Points, multipliers: Points, least: Points) -> None:
    """The smallest value of the frame's runs under each permutation."""
    least[:] = np.uint32(0xFFFFFFFF)
    for t in range(len(frame) - _WIDTH + 1):
        gram = U64(0)
        for j in range(_WIDTH):
            gram = (gram ^ frame[t + j]) * PRIME
        gram = (gram ^ (gram >> U64(32))) * _GRAM_PRIME
        value = np.uint32(gram >> U64(32))
        for p in range(len(salts)):
            least[p] = min(least[p], np.uint32((value ^ salts[p]) * multipliers[p]))
