"""Where words are in any script, as regular expressions, for comparing two texts.

The vowels of Indic scripts, Arabic's and Hebrew's points and the accents that no letter of its own
has are marks, which Python does not count as letters: they belong to the letter before them.
In scripts without blanks between words each character is one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_JOINERS = "\u200c\u200d"  # Persian and Hindi spell with them


@lru_cache(maxsize=1)
def marks() -> str:
    """Marks and joiners, to stand between brackets. Without those of rare scripts beyond the basic
    plane: one of them, and the search for words takes four times as long."""
    points = map(chr, range(0x300, 0x10000))
    return _JOINERS + "".join(point for point in points if unicodedata.category(point)[0] == "M")


def letters(excluded: str = "") -> str:
    """A run of letters with their marks; but for the `excluded`, which stand between brackets."""
    letter = f"[^\\W{excluded}]"
    return f"{letter}+(?:[{marks()}]+{letter}*)*"


def single() -> str:
    """A character of a script without blanks, with its marks."""
    return f"[{UNSPACED}][{marks()}]*"


@lru_cache(maxsize=1)
def word() -> re.Pattern[str]:
    """A word, or a character of a script without blanks."""
    return re.compile(f"{single()}|{letters(UNSPACED)}")


@lru_cache(maxsize=1)
def _an_unspaced() -> re.Pattern[str]:
    return re.compile(f"[{UNSPACED}]")


def number_of_words(text: str) -> int:
    """How long a text is, as pages say it."""
    if text.isascii() or _an_unspaced().search(text) is None:
        return len(text.split())
    return sum(1 for _ in word().finditer(text))
