"""How many of each line's words the page's titles have."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.characters import ALNUM, SPACE, Bits, Codes, bits_table
from streams.articles.pages.words import PRIME, SEED, Hashes, hashes_of, slot
from streams.compiled import kernel

LONGEST_LINE = 300
_MOST_WORDS = LONGEST_LINE // 2 + 1
_UNDERSCORE, _LINE_FEED = 0x5F, 0x0A


def title_words(codes: Codes, lines: int, words: Collection[str]) -> NDArray[np.int32]:
    r"""-> int32 of shape (2, lines): how many different words (`\w+`) each line has, and how many
    of `words` are among them.

    Both are 0 for lines that are too long, and where none of `words` stands between blanks. The
    text is in lower case and has this many lines, each of which ends in a line feed.
    """
    counts = np.zeros((2, lines), dtype=np.int32)
    if words:
        _count(codes, bits_table(), hashes_of(words), counts)
    return counts


@kernel
def _count(codes: Codes, table: Bits, wanted: Hashes, counts: NDArray[np.int32]) -> None:
    seen = np.empty(_MOST_WORDS, dtype=np.uint64)
    line, start, at = 0, 0, 0
    different, shared, apart = 0, 0, False
    while at < len(codes):
        code = codes[at]
        if code == _LINE_FEED:
            if apart and at - start <= LONGEST_LINE:
                counts[0, line], counts[1, line] = different, shared
            line, start = line + 1, at + 1
            different, shared, apart = 0, 0, False
        if not (table[code] & ALNUM or code == _UNDERSCORE) or at - start >= LONGEST_LINE:
            at += 1
            continue
        first, found = at, SEED
        while at < len(codes) and (table[codes[at]] & ALNUM or codes[at] == _UNDERSCORE):
            found = (found ^ np.uint64(codes[at])) * PRIME
            at += 1
        is_title_s = wanted[slot(wanted, found)] != 0
        if is_title_s and (first == start or table[codes[first - 1]] & SPACE):
            apart = apart or at == len(codes) or table[codes[at]] & SPACE != 0
        known = 0
        while known < different and seen[known] != found:
            known += 1
        if known == different and different < _MOST_WORDS:
            seen[different] = found
            different += 1
            shared += is_title_s
