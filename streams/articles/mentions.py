"""Which of many texts contain any of many phrases; most contain none, which one scan shows.

The last bytes of every phrase are in a table. At each byte of a text, one bit says whether a phrase
may end there; if so, for one byte in fifty, the phrases with this ending are compared.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from streams.articles.encoded import Bounds, Bytes, Encoded, Flags
from streams.compiled import kernel

_Endings = npt.NDArray[np.uint64]

LEAST_BYTES = 6
_U64 = np.uint64
_ENDING = _U64((1 << 8 * LEAST_BYTES) - 1)
_BYTE = _U64(8)
# Multiplied by this (Fibonacci hashing, Knuth 6.4), an ending's upper bits are its place.
_SPREAD, _PLACE_BITS = _U64(0x9E3779B97F4A7C15), 16
_SHIFT = _U64(64 - _PLACE_BITS)


class Mentions:
    """A set of phrases. Upper and lower case differ."""

    def __init__(self, phrases: Sequence[str]) -> None:
        """Raises ValueError for a phrase of fewer than LEAST_BYTES bytes in UTF-8."""
        each = [phrase.encode() for phrase in phrases]
        if short := [phrase for phrase in each if len(phrase) < LEAST_BYTES]:
            raise ValueError(f"expected phrases of {LEAST_BYTES} bytes or more, got {short[0]!r}")
        each.sort(key=_ending)
        self._endings = np.array([_ending(phrase) for phrase in each], np.uint64)
        self._content = np.frombuffer(b"".join(each), np.uint8)
        self._ends = np.cumsum([len(phrase) for phrase in each])
        self._possible = np.zeros(1 << _PLACE_BITS, np.bool_)
        self._possible[(self._endings * _SPREAD) >> _SHIFT] = True

    def in_texts(self, texts: Encoded) -> list[bool]:
        """Whether each text contains any of the phrases."""
        found = np.zeros(len(texts.ends), np.bool_)
        if len(self._endings):
            _scan(
                texts.content, texts.ends, self._possible, self._endings, self._content,
                self._ends, found,
            )  # fmt: skip
        mentioned: list[bool] = found.tolist()
        return mentioned


def _ending(phrase: bytes) -> int:
    return int.from_bytes(phrase[-LEAST_BYTES:], "big")


@kernel
def _scan(
    content: Bytes,
    ends: Bounds,
    possible: Flags,
    endings: _Endings,
    phrases: Bytes,
    phrase_ends: Bounds,
    found: Flags,
) -> None:
    start = 0
    for text in range(len(ends)):
        end, last = ends[text], _U64(0)
        for place in range(start, end):
            last = (last << _BYTE | _U64(content[place])) & _ENDING
            if not possible[(last * _SPREAD) >> _SHIFT]:
                continue
            at = int(np.searchsorted(endings, last))
            while at < len(endings) and endings[at] == last:
                if _ends_with(content[start : place + 1], phrases, phrase_ends, at):
                    found[text] = True
                    break
                at += 1
            if found[text]:
                break
        start = end


@kernel
def _ends_with(content: Bytes, phrases: Bytes, phrase_ends: Bounds, at: int) -> bool:
    after = phrase_ends[at]
    length = after - (phrase_ends[at - 1] if at else 0)
    if length > len(content):
        return False
    for back in range(1, length + 1):
        if content[len(content) - back] != phrases[after - back]:
            return False
    return True
