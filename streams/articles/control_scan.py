"""Control characters in long texts: whether there are any, in a twentieth of a regex's time."""

from __future__ import annotations

import numpy as np

from streams.articles.encoded import Bytes
from streams.articles.pages.tag_loop import place_of
from streams.compiled import kernel

_AMPERSAND, _NUMBER, _X = 0x26, 0x23, 0x78
_TOO_LARGE = 1 << 20  # for a control character


def has_control(content: bytes) -> bool:
    """Whether a text in UTF-8 has a control character but tab, line feed and carriage return, a C1
    control, or a noncharacter."""
    return bool(_has_control(np.frombuffer(content, np.uint8)))


def refers_to_control(content: bytes) -> bool:
    """Whether markup in UTF-8 may refer to a control character by number: `&#11;`, `&#x0b`."""
    return bool(_refers(np.frombuffer(content, np.uint8)))


@kernel
def _has_control(content: Bytes) -> bool:
    """Branch-free, so that many bytes are compared at once."""
    found = False
    for byte in content:
        blank = (byte == 0x09) | (byte == 0x0A) | (byte == 0x0D)
        found |= (byte < 0x20) & (not blank) | (byte == 0x7F)
    after, later = content[1:], content[2:]
    for place in range(len(after)):
        found |= (content[place] == 0xC2) & (after[place] < 0xA0)
    for place in range(len(later)):
        found |= (content[place] == 0xEF) & (after[place] == 0xBF) & (later[place] >= 0xBE)
    return found


@kernel
def _refers(content: Bytes) -> bool:
    size, at = len(content), place_of(content, _AMPERSAND, 0)
    while at + 2 < size:
        if content[at + 1] == _NUMBER:
            look, base, number, digits = at + 2, 10, 0, 0
            if content[look] | 0x20 == _X:
                look, base = look + 1, 16
            while look < size and number < _TOO_LARGE:
                digit = _digit(content[look])
                if digit >= base:
                    break
                number = number * base + digit
                look, digits = look + 1, digits + 1
            if digits and (number < 0x20 or number == 0x7F):
                return True
        at = place_of(content, _AMPERSAND, at + 1)
    return False


@kernel
def _digit(byte: int) -> int:
    """The value of a hexadecimal digit, or 16."""
    if 0x30 <= byte <= 0x39:
        return byte - 0x30
    letter = byte | 0x20
    return letter - 0x57 if 0x61 <= letter <= 0x66 else 16
