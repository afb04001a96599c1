"""How many of each line's words the page's titles have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.characters import ALNUM, SPACE, Bits, Codes, bits_table
from streams.articles.pages.words import PRIME, SEED, Hashes, slot
from streams.compiled import kernel

LONGEST_LINE = 300
_MOST_WORDS = LONGEST_LINE // 2 + 1
_UNDERSCORE, _LINE_FEED = 0x5F, 0x0A


def title_words(codes: Codes, lines: int, titles: Codes) -> NDArray[np.int32]:
    r"""-> int32 of shape (2, lines): how many different words (`\w+`) each line has, and how many
    of the `titles`' words are among them.

    Both are 0 for lines that are too long, and where none of their words stands between blanks.
    Both texts are in lower case; the first has so many lines, each of which ends in a line feed.
    """
    counts = np.zeros((2, lines), dtype=np.int32)
    if len(titles):
        _count(codes, titles, bits_table(), counts)
    return counts


@kernel
def _word_end(codes: Codes, table: Bits, at: int) -> tuple[int, np.uint64]:
    """-> (behind the word that begins here, its hash); the same place where none does."""
    found = SEED
    while at < len(codes) and (table[codes[at]] & ALNUM or codes[at] == _UNDERSCORE):
        found = (found ^ np.uint64(codes[at])) * PRIME
        at += 1
    return at, found


@kernel
def _words_of(titles: Codes, table: Bits) -> Hashes:
    """An open table of a text's words."""
    size, at = 16, 0
    while size < 2 * len(titles):
        size *= 2
    words = np.zeros(size, dtype=np.uint64)
    while at < len(titles):
        end, found = _word_end(titles, table, at)
        if end > at:
            words[slot(words, found)] = found
        at = end + 1
    return words


@kernel
def _count(codes: Codes, titles: Codes, table: Bits, counts: NDArray[np.int32]) -> None:
    wanted = _words_of(titles, table)
    seen = np.empty(_MOST_WORDS, dtype=np.uint64)
    start, at = 0, 0
    for line in range(counts.shape[1]):
        words, apart = 0, False
        while codes[at] != _LINE_FEED:
            if at - start >= LONGEST_LINE:
                at += 1
                continue
            end, found = _word_end(codes, table, at)
            if end == at:
                at += 1
                continue
            if not apart and (at == start or table[codes[at - 1]] & SPACE):
                apart = table[codes[end]] & SPACE != 0 and wanted[slot(wanted, found)] != 0
            seen[words] = found
            words, at = words + 1, end
        if apart and at - start <= LONGEST_LINE:
            _count_different(seen[:words], wanted, counts[:, line])
        at += 1
        start = at


@kernel
def _count_different(words: Hashes, wanted: Hashes, counts: NDArray[np.int32]) -> None:
    for n in range(len(words)):
        known = 0
        while words[known] != words[n]:
            known += 1
        if known == n:
            counts[0] += 1
            counts[1] += wanted[slot(wanted, words[n])] != 0
