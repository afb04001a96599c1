"""Characters of a page: their kinds, and how many of each kind each line has, in one pass."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streams.compiled import kernel

Codes = NDArray[np.uint32]
Counts = NDArray[np.float64]
Bits = NDArray[np.uint32]

# Beyond this code, the only letters are a few thousand Chinese characters of planes 3 and above.
_TABLE_SIZE = 0x32000
_LAST_COUNTED = 0xFFFF  # letters beyond count as letters of words only
# One bit for each kind of character; a character may have several.
_UPPER, _DIGIT, _CJK, _KANA, _END, _COMMA, _QUOTE, _BAR = (1 << n for n in range(8))
_LOUD, _LETTER, SPACE, _OPENING, _CLOSING, _LOWER_CASE, _UPPER_CASE = (1 << n for n in range(8, 15))
ALNUM, DECIMAL, _OPEN, EDGE, _ENDS_QUOTE = (1 << n for n in range(15, 20))
_COUNTED = np.array(
    [_UPPER, _DIGIT, _CJK, _KANA, _COMMA, _QUOTE, _BAR, _LOUD, _LETTER], dtype=np.uint32
)
_SELDOM = np.uint32(_COUNTED[:-1].sum())  # all but letters, the most common characters
COUNTS = (
    "upper", "digit", "cjk", "kana", "comma", "quote", "bar", "loud", "letter", "length", "end",
    "starts_lower", "starts_upper", "terminal", "closed", "starts_quote", "starts_lower_case",
    "capital", "colon", "ends_open", "ends_quoted",
)  # fmt: skip
_CJK_RANGES = (("\u3400", "\u9fff"), ("\uac00", "\ud7af"), ("\u0e00", "\u0e7f"))
_OF_CATEGORY = {
    **dict.fromkeys(("Lu", "Lt"), _LETTER | _UPPER),
    **dict.fromkeys(("Ll", "Lm", "Lo"), _LETTER),
    **dict.fromkeys(("Zs", "Zl", "Zp"), SPACE),
    "Nd": _DIGIT,
}
_CHARACTERS = {
    ".!?…。！？؟।": _END,
    ",،，、;；": _COMMA,
    '"“”„«»「」『』‘': _QUOTE,
    "|·•—–>»/\\": _BAR,
    "!?": _LOUD,
    "“\"„«‘「'": _OPENING,
    "”\"»’')]）」": _CLOSING,
    ".;,:": _OPEN,
    " .:•-–|": EDGE,
    '"”»“': _ENDS_QUOTE,
}


def codes_of(text: str) -> Codes:
    """-> the text's code points, those beyond the table as its last."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.minimum(codes, np.uint32(_TABLE_SIZE - 1))


def character_counts(codes: Codes, lines: int) -> Counts:
    """Characters of each kind in each line of a text of `lines`, each of which ends in a line feed.

    -> float64 of shape (len(COUNTS), lines). `end` counts ends of sentences, `starts_lower` and
    `starts_upper` words by their first letter; those after `starts_upper` are 1 where a line's
    first or last character is such.
    """
    counts = np.zeros((len(COUNTS), lines))
    _count(codes, bits_table(), _COUNTED, counts)
    return counts


@kernel
def _count(codes: Codes, table: Bits, counted: Bits, counts: NDArray[np.float64]) -> None:
    line, start, before, letters = 0, 0, 0, 0
    kinds = len(counted)
    for at in range(len(codes)):
        code = codes[at]
        bits = table[code]
        if code == 10:
            counts[kinds - 1, line] = letters
            counts[kinds, line] = at - start
            first, last = table[codes[start]], table[codes[at - 1]]
            closed = (last & _CLOSING) != 0
            counts[kinds + 4, line] = (last & _END) != 0 or (
                closed and at - 2 >= start and (table[codes[at - 2]] & _END) != 0
            )
            counts[kinds + 5, line] = closed
            counts[kinds + 6, line] = (first & _OPENING) != 0
            counts[kinds + 7, line] = (first & _LOWER_CASE) != 0
            counts[kinds + 8, line] = (first & _UPPER_CASE) != 0
            counts[kinds + 9, line] = codes[at - 1] == 58 or codes[at - 1] == 0xFF1A
            counts[kinds + 10, line] = (last & _OPEN) != 0
            counts[kinds + 11, line] = (last & _ENDS_QUOTE) != 0
            line += 1
            start, letters = at + 1, 0
        elif bits & _LETTER:
            letters += 1
            if not before & _LETTER:
                counts[kinds + (3 if bits & _UPPER else 2), line] += 1
        if bits & (_SELDOM | _END):
            for kind in range(kinds - 1):
                if bits & counted[kind]:
                    counts[kind, line] += 1
            # A full stop ends a sentence where a blank, a line end or a closing mark follows.
            if bits & _END and (
                code > 0x3000 or at + 1 == len(codes) or table[codes[at + 1]] & (SPACE | _QUOTE)
            ):
                counts[kinds + 1, line] += 1
        before = bits


@lru_cache(maxsize=1)
def bits_table() -> Bits:
    """-> uint32 for each code point: the kinds that it is of."""
    codes = np.arange(_TABLE_SIZE, dtype=np.uint32)
    characters = codes.view("U1")
    table = np.zeros(_TABLE_SIZE, dtype=np.uint32)
    for kind, bit in (
        (np.strings.islower, _LOWER_CASE),
        (np.strings.isupper, _UPPER_CASE),
        (np.strings.isalnum, ALNUM),
        (np.strings.isdecimal, DECIMAL),
    ):
        table[kind(characters)] |= bit
    counted = _LAST_COUNTED + 1
    table[:counted] |= _counted_bits(codes[:counted])
    for characters_of, bit in _CHARACTERS.items():
        table[[ord(character) for character in characters_of]] |= bit
    return table


def _counted_bits(codes: Codes) -> Bits:
    """-> for each, the kinds that are counted."""
    table = np.array([_OF_CATEGORY.get(unicodedata.category(chr(code)), 0) for code in codes])
    table[[ord("\n"), ord("\t")]] |= SPACE
    for first, last in _CJK_RANGES:
        table[ord(first) : ord(last) + 1] |= _CJK
    table[ord("\u3040") : ord("\u30ff") + 1] |= _KANA | _CJK
    return table.astype(np.uint32)
