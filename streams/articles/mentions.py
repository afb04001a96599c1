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
_Places = npt.NDArray[np.uint32]

LEAST_BYTES = 6
_U64 = np.uint64
_BYTE = _U64(8)
_UPPER = _U64(64 - 8 * LEAST_BYTES)  # shifted by so many, only an ending is left of eight bytes
# In all bytes of an ending, the bit that distinguishes small letters from capitals. Other bytes
# look the same with it, too: that is found out when they are compared.
_CASE = _U64(0x202020202020)
# Multiplied by this (Fibonacci hashing, Knuth 6.4), an ending's upper bits are its place.
_SPREAD, _PLACE_BITS = _U64(0x9E3779B97F4A7C15), 16
_OTHER_SPREAD = _U64(0xC2B2AE3D27D4EB4F)  # where one byte in fifty passes the first test
_SHIFT = _U64(64 - _PLACE_BITS)


class Mentions:
    """A set of phrases in lower case, which also match ASCII letters in upper case."""

    def __init__(self, phrases: Sequence[str]) -> None:
        """Raises ValueError for a phrase of fewer than LEAST_BYTES bytes in UTF-8."""
        each = [phrase.encode() for phrase in phrases]
        if short := [phrase for phrase in each if len(phrase) < LEAST_BYTES]:
            raise ValueError(f"expected phrases of {LEAST_BYTES} bytes or more, got {short[0]!r}")
        each.sort(key=_ending)
        self._endings = np.array([_ending(phrase) for phrase in each], np.uint64)
        self._content = np.frombuffer(b"".join(each), np.uint8)
        self._ends = np.cumsum([len(phrase) for phrase in each])
        self._possible, self._certain = np.zeros((2, 1 << _PLACE_BITS), np.uint8)
        self._possible[((self._endings | _CASE) << _UPPER) * _SPREAD >> _SHIFT] = 1
        self._certain[(self._endings << _UPPER) * _OTHER_SPREAD >> _SHIFT] = 1

    def in_texts(self, texts: Encoded) -> list[bool]:
        """Whether each text contains any of the phrases."""
        found = np.zeros(len(texts.ends), np.bool_)
        if len(self._endings):
            _scan(
                texts.content, texts.ends, self._possible, self._certain, self._endings,
                self._content, self._ends, found,
            )  # fmt: skip
        mentioned: list[bool] = found.tolist()
        return mentioned


def _ending(phrase: bytes) -> int:
    return int.from_bytes(phrase[-LEAST_BYTES:], "big")


@kernel
def _scan(
    content: Bytes,
    ends: Bounds,
    possible: Bytes,
    certain: Bytes,
    endings: _Endings,
    phrases: Bytes,
    phrase_ends: Bounds,
    found: Flags,
) -> None:
    start = longest = 0
    for end in ends:
        longest, start = max(longest, end - start), end
    room = np.empty(longest + 1, np.uint32)
    start = 0
    for text in range(len(ends)):
        own = content[start : ends[text]]
        for place in room[: _candidates(own, possible, room)]:
            if _is_end(own[: place + 1], certain, endings, phrases, phrase_ends):
                found[text] = True
                break
        start = ends[text]


@kernel
def _candidates(text: Bytes, possible: Bytes, places: _Places) -> np.int64:
    """Where in a text a phrase may end; without a branch, as each that one byte in fifty takes is
    mispredicted."""
    count, last = _U64(0), _U64(0)
    for place in range(len(text)):
        last = last << _BYTE | _U64(text[place])
        places[count] = place
        count += _U64(possible[((last | _CASE) << _UPPER) * _SPREAD >> _SHIFT])
    return np.int64(count)


@kernel
def _is_end(
    content: Bytes, certain: Bytes, endings: _Endings, phrases: Bytes, phrase_ends: Bounds
) -> bool:
    """Whether a phrase ends where this content does."""
    ending = _U64(0)
    for byte in content[-LEAST_BYTES:]:
        ending = ending << _BYTE | _U64(_small(byte))
    if not certain[(ending << _UPPER) * _OTHER_SPREAD >> _SHIFT]:
        return False
    at = int(np.searchsorted(endings, ending))
    while at < len(endings) and endings[at] == ending:
        if _ends_with(content, phrases, phrase_ends, at):
            return True
        at += 1
    return False


@kernel
def _ends_with(content: Bytes, phrases: Bytes, phrase_ends: Bounds, at: int) -> bool:
    after = phrase_ends[at]
    length = after - (phrase_ends[at - 1] if at else 0)
    if length > len(content):
        return False
    for back in range(1, length + 1):
        if _small(content[len(content) - back]) != phrases[after - back]:
            return False
    return True


@kernel
def _small(byte: int) -> int:
    return byte | 0x20 if 0x41 <= byte <= 0x5A else byte
