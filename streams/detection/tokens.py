"""Texts -> token hashes, a whole chunk at a time.

A token is a run of letters, marks and digits in lower case; in scripts without spaces (Han, Kana,
Thai, Lao, Khmer, Myanmar) each character is one. Hashes are over code points, so that a word has
one hash whether or not its text holds other scripts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

U64 = np.uint64
Hashes = npt.NDArray[np.uint64]
Bounds = npt.NDArray[np.int64]

# Characters of one text that are compared. Far above any article (a novel has 500,000); it
# bounds the time and the memory that one text can cost.
LONGEST_TEXT = 1 << 20

_SEPARATOR, _LETTER, _WORD_BY_ITSELF, _IGNORED = range(4)
_TEXT_END = 0  # cleaned texts hold no NUL, so it can mark where each one ends

# Blocks of scripts that are written without spaces between words.
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3041, 0x30FF),
    (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
)  # fmt: skip
# Soft hyphen, zero-width characters, directional marks, variation selectors, byte order mark:
# they change how a word looks, not which word it is.
_INVISIBLE = (
    (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x180B, 0x180E), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF),
)  # fmt: skip

_TYPOGRAPHIC = "\u2019\u2018\u201c\u201d\u2013\u2014\u2026\xa0\u2022\xb7"

_BASE = 0x100000001B3 * 2 + 1  # odd: invertible modulo 2^64


def _mixed(code_points: npt.NDArray[np.uint64]) -> Hashes:
    """One random-looking 64-bit value for each code point (splitmix64's finaliser)."""
    value = (code_points + U64(1)) * U64(0x9E3779B97F4A7C15)
    value ^= value >> U64(30)
    value *= U64(0xBF58476D1CE4E5B9)
    return value ^ (value >> U64(27))


@cache
def _tables() -> tuple[npt.NDArray[np.uint8], Hashes, npt.NDArray[np.uint8], Hashes]:
    """(class of each BMP code point, its value, the same for ASCII with letters lower-cased)."""
    kind = np.zeros(1 << 16, np.uint8)
    letters = [c for c in range(1 << 16) if unicodedata.category(chr(c))[0] in "LNM"]
    kind[letters] = _LETTER
    for first, last in _UNSPACED:
        inside = np.arange(first, last + 1)
        kind[inside[kind[inside] == _LETTER]] = _WORD_BY_ITSELF
    for first, last in _INVISIBLE:
        kind[first : last + 1] = _IGNORED
    value = _mixed(np.arange(1 << 16, dtype=U64))
    ascii_value = value[:128].copy()
    ascii_value[65:91] = value[97:123]
    return kind, value, kind[:128].copy(), ascii_value


@cache
def _powers() -> tuple[Hashes, Hashes]:
    """Powers of the base and of its inverse modulo 2^64, for every place in a batch."""

    def powers(base: int) -> Hashes:
        steps = np.full(LONGEST_TEXT + 1, base, U64)
        steps[0] = 1
        return np.multiply.accumulate(steps)

    return powers(_BASE), powers(pow(_BASE, -1, 1 << 64))


def plain(text: str) -> str:
    """The text with typographic quotes, dashes and spaces as blanks, which they are to tokens.

    It makes ASCII of nearly every English text, and those need no folding: a sixth of the time.
    """
    if not text.isascii():
        for mark in _TYPOGRAPHIC:
            text = text.replace(mark, " ")
    return text


def token_hashes(texts: Sequence[str]) -> tuple[Hashes, Bounds]:
    """-> (token hashes of all texts in a row, bounds): text i has tokens bounds[i]:bounds[i+1].

    The texts hold `LONGEST_TEXT` characters together at most: `batches` cuts a chunk so.
    """
    joined = "\0".join(texts) + "\0"
    kinds, values, ascii_kinds, ascii_values = _tables()
    if joined.isascii():
        points = np.frombuffer(joined.encode("ascii"), np.uint8)
        # All points are below 128, so clipping changes nothing and spares a check of each.
        kind = ascii_kinds.take(points, mode="clip")
        value = ascii_values.take(points, mode="clip")
    else:
        # Compatibility forms (full width, ligatures) and cases are one letter to a reader.
        folded = unicodedata.normalize("NFKC", joined).casefold()
        if len(folded) > LONGEST_TEXT and len(texts) > 1:  # folding lengthens up to 18 times
            return _in_halves(texts)
        points = np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), np.uint32)
        beyond = points > 0xFFFF
        inside = np.where(beyond, 0x20, points)
        kind, value = kinds[inside], values[inside]
        if beyond.any():  # rare Han; emoji and historic scripts are no words
            kind[beyond & (points >= 0x20000) & (points < 0x40000)] = _WORD_BY_ITSELF
            value[beyond] = _mixed(points[beyond].astype(U64))
        if (ignored := kind == _IGNORED).any():
            points, kind, value = points[~ignored], kind[~ignored], value[~ignored]
        if len(points) > LONGEST_TEXT:  # it loses its end
            last = LONGEST_TEXT - 1
            points = np.append(points[:last], np.uint32(_TEXT_END))
            kind = np.append(kind[:last], np.uint8(_SEPARATOR))
            value = np.append(value[:last], U64(0))
    return _hash_tokens(kind, value, np.flatnonzero(points == _TEXT_END))


def _in_halves(texts: Sequence[str]) -> tuple[Hashes, Bounds]:
    middle = len(texts) // 2
    first, first_bounds = token_hashes(texts[:middle])
    second, second_bounds = token_hashes(texts[middle:])
    bounds = np.concatenate((first_bounds, second_bounds[1:] + len(first)))
    return np.concatenate((first, second)), bounds


def _hash_tokens(
    kind: npt.NDArray[np.uint8], value: Hashes, text_ends: npt.NDArray[np.int64]
) -> tuple[Hashes, Bounds]:
    """Polynomial prefix hashes: with S the running sum of value * base**place, the token at
    [start, end) is (S[end] - S[start]) * base**-start, so that one cumulative sum gives all."""
    power, inverse = _powers()
    single = kind == _WORD_BY_ITSELF
    word = kind != _SEPARATOR
    before = np.concatenate(([False], word[:-1] & ~single[:-1]))
    after = np.concatenate((word[1:] & ~single[1:], [False]))
    start = np.flatnonzero(word & (single | ~before))
    end = np.flatnonzero(word & (single | ~after)) + 1
    running = np.zeros(len(value) + 1, U64)
    np.cumsum(value * power[: len(value)], out=running[1:])
    token = (running[end] - running[start]) * inverse[start]
    token ^= token >> U64(29)
    token *= U64(0xBF58476D1CE4E5B9)
    token ^= token >> U64(32)
    bounds = np.concatenate(([0], np.searchsorted(start, text_ends)))
    return token, bounds


def batches(texts: Sequence[str], characters: int = 1 << 16) -> list[tuple[int, int]]:
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
