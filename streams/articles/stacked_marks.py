"""Marks that combine with the letter before them, stacked by the thousand.

In Unicode's normal forms, sorting the marks of one letter takes the square of their number: a text
of a megabyte would hold up its process for minutes, in one call that nothing interrupts. No
language stacks more than a few, and Unicode's stream-safe format (UAX #15) allows thirty.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import numpy as np
import numpy.typing as npt

_MOST = 30
_BEHIND_MARKS = 0x20000  # no code point from here on is one


def without_stacks(text: str) -> str:
    """A text with at most thirty such marks in a row; what is cut is no letter."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    letters = np.flatnonzero(~_are_marks()[np.minimum(codes, _BEHIND_MARKS)])
    if np.diff(letters, prepend=-1, append=len(codes)).max() <= _MOST + 1:
        return text
    return _stack().sub(lambda stack: stack[0][:_MOST], text)


@lru_cache(maxsize=1)
def _are_marks() -> npt.NDArray[np.bool_]:
    """For each code point whether it is one. Compatible forms count: some have one that combines
    with nothing by itself."""
    are = np.zeros(_BEHIND_MARKS + 1, np.bool_)
    are[0x300:_BEHIND_MARKS] = [
        all(map(unicodedata.combining, unicodedata.normalize("NFKD", chr(code))))
        for code in range(0x300, _BEHIND_MARKS)
    ]
    return are


@lru_cache(maxsize=1)
def _stack() -> re.Pattern[str]:
    marks = "".join(map(chr, np.flatnonzero(_are_marks()).tolist()))
    return re.compile(f"[{marks}]{{{_MOST + 1},}}")
