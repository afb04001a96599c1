"""Words of a page, identified by 64-bit hashes: which kinds each line has, which it shares."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.characters import ALNUM, DECIMAL, Bits, Codes, bits_table
from streams.articles.pages.vocabulary import KINDS, MARKS, first_words, word_kinds
from streams.articles.printed_time import words_of_times
from streams.compiled import kernel

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int32]

WORD_COUNTS = (*KINDS, *MARKS, "words")
# FNV-1a over code points.
SEED, PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_APOSTROPHES = (0x27, 0x2019)
_CONTENT_LETTERS = 4
_STEM_LETTERS = 5  # titles inflect the story's words


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of a page's lines.

    counts: float64 of shape (len(WORD_COUNTS), lines), words of each kind in each line, then all
    words: letters and figures, with at most one apostrophe between. Those of nothing but letters,
    and of four or more, are told apart by numbers below `numbers`, in the page's order: `whole`
    are the words' own, `stems` those of their first five letters, `line` their lines; int32.
    opens_phrase: bool of shape (lines,), whether a line's first word is one that phrases have.
    may_time: bool of shape (lines,), whether a line has what `printed_time` needs: a figure, or a
    word of times.
    """

    counts: NDArray[np.float64]
    whole: Numbers
    stems: Numbers
    line: Numbers
    numbers: int
    opens_phrase: NDArray[np.bool_]
    may_time: NDArray[np.bool_]


def page_words(codes: Codes, lines: int) -> PageWords:
    """The words of a text in lower case with this many lines, each of which ends in a line feed."""
    counts = np.zeros((len(WORD_COUNTS), lines))
    opens_phrase, may_time = np.zeros((2, lines), dtype=np.bool_)
    _count_words(codes, bits_table(), *_kinds_table(), counts)
    most = len(codes) // (_CONTENT_LETTERS + 1) + 1
    whole, stems, line = (np.empty(most, dtype=np.int32) for _ in range(3))
    hashes = np.zeros(1 << (2 * most).bit_length() + 1, dtype=np.uint64)
    found = _content_words(
        codes, bits_table(), hashes, whole, stems, line, _phrase_hashes(), opens_phrase,
        _time_hashes(), may_time,
    )  # fmt: skip
    return PageWords(
        counts, whole[:found], stems[:found], line[:found], len(hashes), opens_phrase, may_time
    )


def shared_words(
    words: PageWords,
    chosen: NDArray[np.bool_],
    story: NDArray[np.bool_],
    *,
    stems: bool = False,
    of_none: float = 0.0,
) -> NDArray[np.float64]:
    """-> for each of the `chosen` lines the share of its words of four letters or more that the
    lines of the `story` have, or `of_none` where it has no such words.

    By `stems`, words with the same beginning are equal. Both masks may cover the first lines only.
    """
    shared = np.full(len(chosen), of_none)
    numbers = words.stems if stems else words.whole
    _share(numbers, words.line, words.numbers, chosen, story, shared)
    return shared


@kernel
def slot(hashes: Hashes, wanted: np.uint64) -> int:
    """The place of a hash, or of the gap for it, in an open table whose size is a power of two."""
    mask = len(hashes) - 1
    at = np.int64(wanted ^ (wanted >> np.uint64(32))) & mask
    while hashes[at] != 0 and hashes[at] != wanted:
        at = (at + 1) & mask
    return int(at)


@kernel
def _count_words(
    codes: Codes,
    table: Bits,
    hashes: Hashes,
    kinds: NDArray[np.int32],
    counts: NDArray[np.float64],
) -> None:
    line, at, every = 0, 0, len(counts) - 1
    while at < len(codes):
        if codes[at] == 10:
            line += 1
        if not table[codes[at]] & ALNUM:
            at += 1
            continue
        found = SEED
        joined = False
        while at < len(codes):
            code = codes[at]
            if not table[code] & ALNUM:
                if joined or (code != _APOSTROPHES[0] and code != _APOSTROPHES[1]):
                    break
                if at + 1 == len(codes) or not table[codes[at + 1]] & ALNUM:
                    break
                joined = True
            found = (found ^ np.uint64(code)) * PRIME
            at += 1
        counts[every, line] += 1
        bits = kinds[slot(hashes, found)]
        kind = 0
        while bits:
            if bits & 1:
                counts[kind, line] += 1
            bits >>= 1
            kind += 1


@kernel
def _content_words(
    codes: Codes,
    table: Bits,
    hashes: Hashes,
    whole: Numbers,
    stems: Numbers,
    line: Numbers,
    phrases: Hashes,
    opens_phrase: NDArray[np.bool_],
    times: Hashes,
    may_time: NDArray[np.bool_],
) -> int:
    """Number the longer words; -> how many there are. `hashes` has room for twice as many."""
    count, row, length, found, stem, first = 0, 0, 0, SEED, SEED, True
    for at in range(len(codes)):
        code = codes[at]
        bits = table[code]
        if bits & ALNUM and not bits & DECIMAL:
            found = (found ^ np.uint64(code)) * PRIME
            length += 1
            if length <= _STEM_LETTERS:
                stem = found
            continue
        if length:
            if first:
                first = False
                opens_phrase[row] = phrases[slot(phrases, found)] != 0
            if not may_time[row]:
                may_time[row] = times[slot(times, found)] != 0
        if bits & DECIMAL:
            may_time[row] = True
        if length >= _CONTENT_LETTERS:
            place = slot(hashes, found)
            hashes[place] = found
            whole[count] = place
            place = slot(hashes, stem)
            hashes[place] = stem
            stems[count] = place
            line[count] = row
            count += 1
        length, found, stem = 0, SEED, SEED
        if code == 10:
            row, first = row + 1, True
    return count


@kernel
def _share(
    words: Numbers,
    line: Numbers,
    numbers: int,
    chosen: NDArray[np.bool_],
    story: NDArray[np.bool_],
    shared: NDArray[np.float64],
) -> None:
    """The story's words first, then each line's own, each word once."""
    told = np.zeros(numbers, dtype=np.bool_)
    seen = np.zeros(numbers, dtype=np.int32)
    for at in range(len(words)):
        if line[at] < len(story) and story[line[at]]:
            told[words[at]] = True
    at = 0
    while at < len(words) and line[at] < len(chosen):
        row, own, same = line[at], 0, 0
        while at < len(words) and line[at] == row:
            word = words[at]
            if chosen[row] and seen[word] != row + 1:
                seen[word] = row + 1
                own += 1
                same += told[word]
            at += 1
        if own:
            shared[row] = same / own


@lru_cache(maxsize=1)
def _kinds_table() -> tuple[Hashes, NDArray[np.int32]]:
    """-> (hashes, the bits of the word at each); zeros where no word is."""
    words = word_kinds()
    hashes = hashes_of(words)
    kinds = np.zeros(len(hashes), dtype=np.int32)
    for word, bits in words.items():
        kinds[slot(hashes, _hash(word))] = bits
    return hashes, kinds


@lru_cache(maxsize=1)
def _phrase_hashes() -> Hashes:
    return hashes_of(first_words())


@lru_cache(maxsize=1)
def _time_hashes() -> Hashes:
    return hashes_of(words_of_times())


def hashes_of(words: Collection[str]) -> Hashes:
    """An open table of words for `slot`."""
    hashes = np.zeros(1 << (4 * len(words)).bit_length(), dtype=np.uint64)
    for word in words:
        found = _hash(word)
        hashes[slot(hashes, found)] = found
    return hashes


def _hash(word: str) -> np.uint64:
    """FNV-1a of a word, as in the loops above."""
    found = int(SEED)
    for character in word:
        found = (found ^ ord(character)) * int(PRIME) & 0xFFFFFFFFFFFFFFFF
    return np.uint64(found)
