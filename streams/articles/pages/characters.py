"""Characters of a page, counted by kind and line, all lines at once."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]

_TABLE_SIZE = 0x10000
# One bit for each kind of character; a character may be of several.
_LOWER, _UPPER, _DIGIT, _CJK, _KANA, _END = (1 << n for n in range(6))
_COMMA, _QUOTE, _BAR, _LETTER, _SPACE, _LOUD = (1 << n for n in range(6, 12))
_COUNTED = {
    "upper": _UPPER, "digit": _DIGIT, "cjk": _CJK, "kana": _KANA, "comma": _COMMA,
    "quote": _QUOTE, "bar": _BAR, "loud": _LOUD,
}  # fmt: skip
_CHARACTERS = {
    ".!?…。！？؟।": _END,
    ",،，、;；": _COMMA,
    '"“”„«»「」『』‘': _QUOTE,
    "|·•—–>»/\\": _BAR,
    "!?": _LOUD,
}


def character_counts(text: str) -> dict[str, Counts]:
    """Characters of each kind in each line of a text in which every line ends in a line feed.

    -> name -> float64 of shape (lines,): length, letter, upper, digit, cjk, kana, comma, quote,
    bar, loud, end (ends of sentences), starts_lower and starts_upper (words by their first letter).
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    bits = _table()[np.minimum(codes, _TABLE_SIZE - 1)]
    ends = np.flatnonzero(codes == 10)
    starts = np.concatenate(([0], ends[:-1] + 1))
    letter = (bits & _LETTER) != 0
    begins = letter.copy()
    begins[1:] &= ~letter[:-1]
    sums: dict[str, Counts] = {"length": (ends - starts).astype(np.float64)}

    def add(name: str, mask: NDArray[np.bool_]) -> None:
        sums[name] = np.add.reduceat(mask.astype(np.int32), starts).astype(np.float64)

    upper = (bits & _UPPER) != 0
    add("starts_lower", begins & ~upper)
    add("starts_upper", begins & upper)
    add("letter", letter)
    for name, bit in _COUNTED.items():
        add(name, (bits & bit) != 0)
    end = (bits & _END) != 0
    # A full stop ends a sentence where a blank, a line end or a closing mark follows.
    after = np.ones_like(end)
    after[:-1] = ((bits[1:] & (_SPACE | _QUOTE)) != 0) | (codes[:-1] > 0x3000)
    add("end", end & after)
    return sums


@lru_cache(maxsize=1)
def _table() -> NDArray[np.uint16]:
    table = np.zeros(_TABLE_SIZE, dtype=np.uint16)
    for code in range(_TABLE_SIZE):
        character = chr(code)
        category = unicodedata.category(character)
        bits = 0
        if category[0] == "L":
            bits |= _LETTER
            bits |= _UPPER if category in ("Lu", "Lt") else _LOWER if category == "Ll" else 0
        elif category == "Nd":
            bits |= _DIGIT
        elif category[0] == "Z" or character in "\n\t":
            bits |= _SPACE
        if 0x3040 <= code <= 0x30FF:
            bits |= _KANA | _CJK
        elif 0x3400 <= code <= 0x9FFF or 0xAC00 <= code <= 0xD7AF or 0x0E00 <= code <= 0x0E7F:
            bits |= _CJK
        table[code] = bits
    for characters, bit in _CHARACTERS.items():
        for character in characters:
            table[ord(character)] |= bit
    return table
