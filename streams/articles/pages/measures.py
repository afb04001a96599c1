"""Features computed from the numbers of a line's characters and words: most of them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.characters import COUNTS, Counts
from streams.articles.pages.vocabulary import KINDS
from streams.articles.pages.words import WORD_COUNTS
from streams.compiled import kernel

Vector = NDArray[np.float64]

# In the order in which they are computed.
MEASURES = (
    "bias", "words", "words_log", "is_8", "is_20", "is_45", "lower", "upper", "stop", "ends",
    "terminal", "closed", "comma", "digit", "quote", "starts_quote", "bar", "cjk", "kana",
    "loud", "starts_lower", "capital", "colon", "prose", "promo_many",
    *(f"word_{kind}" for kind in KINDS if kind != "stop"),
)  # fmt: skip
_CJK_SHARE = 0.3  # of a line that is read as Chinese, Japanese, Korean or Thai
_WORDS_A_CHARACTER = 0.6  # of Chinese

(
    _UPPER, _DIGIT, _CJK, _KANA, _COMMA, _QUOTE, _BAR, _LOUD, _LETTER, _LENGTH, _END,
    _STARTS_LOWER, _STARTS_UPPER, _TERMINAL, _CLOSED, _STARTS_QUOTE, _LOWER_CASE, _CAPITAL, _COLON,
    _ENDS_OPEN, _ENDS_QUOTED,
) = range(len(COUNTS))  # fmt: skip
_STOP, _PROMOTION, _WORDS = (WORD_COUNTS.index(name) for name in ("stop", "promotion", "words"))
_KINDS = [WORD_COUNTS.index(kind) for kind in KINDS if kind != "stop"]


def measures_of(characters: Counts, words: NDArray[np.float64]) -> NDArray[np.float64]:
    """-> float64 of shape (lines, len(MEASURES)), every value a multiple of 1/64.

    `characters` are counts by `COUNTS`, `words` by `WORD_COUNTS`, a column for each line.
    """
    out = np.empty((characters.shape[1], len(MEASURES)))
    _measure(characters, words[_WORDS], words[_STOP], words[_PROMOTION], words[_KINDS], out)
    return out


@kernel
def _measure(
    characters: Counts,
    words: Vector,
    stop_words: Vector,
    promotion: Vector,
    kinds: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    for line in range(len(out)):
        chars = characters[:, line]
        length, ends = max(chars[_LENGTH], 1), chars[_END]
        cjk = chars[_CJK] / length
        number = words[line]
        if cjk > _CJK_SHARE:
            number = max(1, chars[_CJK] * _WORDS_A_CHARACTER)
            lower = 0.7 if ends > 0 or number > 35 else 0.3
            stop = 0.4 if ends > 0 and number > 14 else 0.1
            per_word = 1 / number
        else:
            per_word = 1 / max(number, 1)
            lower = chars[_STARTS_LOWER] / max(chars[_STARTS_LOWER] + chars[_STARTS_UPPER], 1)
            stop = stop_words[line] * per_word
        prose = lower >= 0.35 and stop >= 0.15 and (ends > 0 or number >= 25) and number >= 8
        first = (
            1.0, min(number, 80) / 40, math.log2(number + 1) / 3,
            1.0 * (number >= 8), 1.0 * (number >= 20), 1.0 * (number >= 45),
            lower, chars[_UPPER] / max(chars[_LETTER], 1), stop * 2, min(ends, 6) / 3,
            chars[_TERMINAL], chars[_CLOSED], min(chars[_COMMA], 8) / 4,
            min(chars[_DIGIT] / length * 4, 2), min(chars[_QUOTE], 4) / 2, chars[_STARTS_QUOTE],
            min(chars[_BAR], 6) / 3, cjk, chars[_KANA] / length, min(chars[_LOUD], 4) / 2,
            chars[_LOWER_CASE], chars[_CAPITAL], chars[_COLON], 1.0 * prose,
            min(promotion[line], 6) / 3,
        )  # fmt: skip
        for n in range(len(first)):
            out[line, n] = np.rint(first[n] * 64) / 64
        for kind in range(len(kinds)):
            share = min(kinds[kind, line] * per_word * 2, 2)
            out[line, len(first) + kind] = np.rint(share * 64) / 64
