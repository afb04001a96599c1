"""Which texts are clean already: most are, and one scan determines that for a whole chunk."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from streams.articles.encoded import Bounds, Bytes, Flags, encoded
from streams.articles.mojibake import (
    GBK_LEAD,
    LEADS,
    LONG_LEADS,
    OTHER_LEADS,
    OTHER_TAILS,
    TAILS,
)
from streams.articles.text import INVISIBLE, clean_text, has_entity
from streams.compiled import kernel

_Table = npt.NDArray[np.uint16]

# The properties of a character.
_UNCLEAN, _AMPERSAND, _SEMICOLON = 1, 2, 4
_ENTITY = _AMPERSAND | _SEMICOLON
# Pairs, of which the second is twice the first: what UTF-8 looks like in another encoding, a space
# at a line's end, the beginning of a closing tag.
_LEAD, _TAIL = 8, 16
_BLANK, _LINE_FEED = 32, 64
_OPENING, _SLASH = 128, 256
_OTHER_LEAD, _OTHER_TAIL = 512, 1024
_SECONDS = _TAIL | _LINE_FEED | _SLASH | _OTHER_TAIL
# Letters and symbols that NFC leaves unchanged whatever their neighbours: Latin, Cyrillic,
# Arabic and Hebrew letters, punctuation, joiners, currencies, arrows, signs, kana, Han, Hangul,
# full-width forms; beyond the basic plane, pictures.
_PLAIN = (
    (0x09, 0x0A), (0x20, 0x7E), (0xA0, 0x24F), (0x400, 0x482), (0x48A, 0x52F), (0x5D0, 0x5EA),
    (0x620, 0x64A), (0x660, 0x66F), (0x671, 0x6D3), (0x200C, 0x200D), (0x2010, 0x2027),
    (0x202F, 0x205E), (0x20A0, 0x20BF), (0x2190, 0x21FF), (0x25A0, 0x27BF), (0xFE0F, 0xFE0F),
    (0x3000, 0x3029), (0x3041, 0x3096), (0x309B, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3),
    (0x2122, 0x2122), (0xFF01, 0xFFE6), (0xFFFD, 0xFFFD),
)  # fmt: skip
_PICTURES = (0x1F000, 0x1FAFF)


def are_clean(texts: Sequence[str]) -> list[bool]:
    """For each text whether it has no markup, and cleaning would do nothing but strip it.

    False if a scan cannot tell.
    """
    content, ends, ascii_only = encoded([text.encode() for text in texts])
    found: list[bool] = _settled(content, ends, ascii_only, _characters()).tolist()
    return found


def cleaned(text: str) -> tuple[str, bool]:
    """As `clean_text`, in a fraction of the time where a scan finds nothing to clean."""
    # An ampersand that begins no entity is as good as none.
    stray = "&" in text and ";" in text and not has_entity(text)
    scanned = text.replace("&", "") if stray else text
    return (text.strip(), False) if are_clean([scanned])[0] else clean_text(text)


@lru_cache(maxsize=1)
def _characters() -> _Table:
    """(65536,) the properties of each character."""
    table = np.full(1 << 16, _UNCLEAN, np.uint16)
    for first, last in _PLAIN:
        table[first : last + 1] = 0
    for characters, bit in (
        (INVISIBLE, _UNCLEAN),
        ("&", _AMPERSAND),
        (";", _SEMICOLON),
        (GBK_LEAD, _UNCLEAN),
        (LEADS + LONG_LEADS, _LEAD),
        (TAILS, _TAIL),
        (OTHER_LEADS, _OTHER_LEAD),
        (OTHER_TAILS, _OTHER_TAIL),
        (" \t\xa0", _BLANK),
        ("\n", _LINE_FEED),
        ("<", _OPENING),
        ("/bB", _SLASH),  # of `</p>` and `<br>`
    ):
        for character in characters:
            table[ord(character)] |= bit
    return table


@kernel
def _settled(content: Bytes, ends: Bounds, ascii_only: Flags, table: _Table) -> Flags:
    found = np.empty(len(ends), np.bool_)
    start = 0
    for text in range(len(ends)):
        own = content[start : ends[text]]
        found[text] = _ascii_settled(own) if ascii_only[text] else _utf8_settled(own, table)
        start = ends[text]
    return found


@kernel
def _ascii_settled(content: Bytes) -> bool:
    """Without the table and branch-free: sixteen characters at a time."""
    unclean = ampersand = semicolon = False
    for byte in content:
        unclean |= (byte < 0x20) & (byte != 0x0A) & (byte != 0x09) | (byte == 0x7F)
        ampersand |= byte == 0x26
        semicolon |= byte == 0x3B
    after, later = content[1:], content[2:]
    for place in range(len(after)):
        blank = (content[place] == 0x20) | (content[place] == 0x09)
        unclean |= blank & (after[place] == 0x0A)
        begins = (after[place] == 0x2F) | ((after[place] | 0x20) == 0x62)  # `</p>`, `<br>`
        unclean |= (content[place] == 0x3C) & begins
    for place in range(len(later)):
        unclean |= (content[place] == 0x0A) & (after[place] == 0x0A) & (later[place] == 0x0A)
    return not (unclean | (ampersand & semicolon))


@kernel
def _utf8_settled(content: Bytes, table: _Table) -> bool:
    seen = bad = before = earlier = point = more = np.int64(0)
    for byte in content:
        if byte < 0x80:
            point = np.int64(byte)
        elif byte < 0xC0:
            point = point << 6 | np.int64(byte & 0x3F)
            more -= 1
            if more:
                continue
        elif byte < 0xF0:
            more = np.int64(1 if byte < 0xE0 else 2)
            point = np.int64(byte & (0x1F if byte < 0xE0 else 0x0F))
            continue
        else:
            more, point = np.int64(3), np.int64(byte & 0x07)
            continue
        if point >= len(table):
            if not _PICTURES[0] <= point <= _PICTURES[1]:
                return False
            own = np.int64(0)
        else:
            own = np.int64(table[point])
        seen |= own
        bad |= before << 1 & own & _SECONDS | earlier & before & own & _LINE_FEED
        earlier, before = before, own
    return not bad and not seen & _UNCLEAN and seen & _ENTITY != _ENTITY
