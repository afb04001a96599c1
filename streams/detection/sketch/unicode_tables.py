"""Which characters make words, and which are the same letter to a reader."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.detection.sketch.letter_forms import APOSTROPHES, compared, is_dropped

Points = npt.NDArray[np.uint32]

# Blocks of scripts that are written without spaces between words.
UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3041, 0x30FF),
    (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
)  # fmt: skip
# Soft hyphen, zero-width characters, directional marks, variation selectors, byte order mark:
# they change how a word looks, not which word it is.
INVISIBLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x180B, 0x180E), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
)  # fmt: skip

PLANE = 1 << 16
# Han beyond the basic plane; everything else there, emoji and historic scripts, is not a word.
RARE_HAN, RARE_HAN_END = 0x20000, 0x40000

# A table entry: a code point's role in words. A letter's entry is its own folded code
# point, below 2^16; the others have one of these bits.
SEPARATOR = 0
ALONE = 1 << 20  # a word by itself, plus the code point
EXPANDED = 1 << 21  # several characters when folded, plus where their entries begin
IGNORED = 1 << 22

# A character that changes when folded may depend on its neighbours (see `Alphabet`). An
# INTRICATE one is neither a separator nor one letter of a word.
COMPATIBLE, COMBINING, ENTANGLED, INTRICATE = 1, 2, 4, 8


class Alphabet(NamedTuple):
    """Tables over the 65,536 code points of the basic plane.

    `entries` fold each by itself, `kept` are for texts that are folded already; both give letters
    the form that they are compared in (`letter_forms`). `expansions` hold a length and so many
    entries for each expanded one. Folding by itself is the same as folding the whole text (NFKC,
    then case) unless the text has a character that may merge with its neighbours: an ENTANGLED
    one, or a COMBINING one after a COMPATIBLE letter or in a text that is not in NFC. `trouble`
    has these bits, and INTRICATE for entries that are more than a code point.
    """

    entries: Points
    kept: Points
    expansions: Points
    trouble: npt.NDArray[np.uint8]


@cache
def alphabet() -> Alphabet:
    """The tables, built in a tenth of a second at first use."""
    expansions: list[int] = []
    kept = np.array([_entry(chr(point), expansions) for point in range(PLANE)], np.uint32)
    entries, trouble = kept.copy(), np.zeros(PLANE, np.uint8)
    for point in range(0x80, PLANE):
        character = chr(point)
        if unicodedata.category(character)[0] == "M" or _is_jamo(character):
            trouble[point] = COMBINING
        compatible = unicodedata.normalize("NFKC", character)
        folded = compatible.casefold()
        if kept[point] == IGNORED or folded == character:
            continue
        if compatible != character and any(_class(ord(part)) for part in folded):
            trouble[point] |= COMPATIBLE
            if any(unicodedata.combining(c) or _is_jamo(c) for c in compatible):
                trouble[point] |= ENTANGLED
        entries[point] = _entry(folded, expansions)
    entries[ord("A") : ord("Z") + 1] = kept[ord("a") : ord("z") + 1]
    trouble[entries >= PLANE] |= INTRICATE
    return Alphabet(entries, kept, np.array(expansions, np.uint32), trouble)


def _entry(folded: str, expansions: list[int]) -> int:
    """A character's entry, from its folded form; several characters are added to `expansions`."""
    parts = [_class(ord(form)) for part in folded for form in compared(part)]
    if len(parts) > 1:
        parts = [part for part in parts if part != IGNORED] or [IGNORED]
    if len(parts) == 1 or not any(parts):  # "…" is three full stops
        return parts[0] if parts else IGNORED
    expansions += [len(parts), *parts]
    return EXPANDED | len(expansions) - len(parts) - 1


def _class(point: int) -> int:
    if point >= PLANE:
        return ALONE | point if RARE_HAN <= point < RARE_HAN_END else SEPARATOR
    if _within(point, INVISIBLE) or is_dropped(point):
        return IGNORED
    if chr(point) in APOSTROPHES:
        return SEPARATOR
    if unicodedata.category(chr(point))[0] not in "LNM":
        return SEPARATOR
    return ALONE | point if _within(point, UNSPACED) else point


def _is_jamo(character: str) -> bool:
    """Korean letters, which merge into syllables."""
    return 0x1100 <= ord(character) <= 0x11FF


def _within(point: int, blocks: tuple[tuple[int, int], ...]) -> bool:
    """The blocks are in rising order."""
    place = bisect_right(blocks, (point, PLANE)) - 1
    return place >= 0 and point <= blocks[place][1]
