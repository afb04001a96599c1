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
_LINE_FEED = 0x0A
_CONTENT_LETTERS = 4
_STEM_LETTERS = 5  # titles inflect the story's words
# Of a known word, above the bits of its kinds.
_OPENS_PHRASE, _OF_TIMES = (1 << len(KINDS) + len(MARKS) + n for n in range(2))
_ALL_KINDS = _OPENS_PHRASE - 1


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
    most = len(codes) // (_CONTENT_LETTERS + 1) + 1
    whole, stems, line = np.empty((3, most), dtype=np.int32)
    numbered = np.zeros(1 << (2 * most).bit_length(), dtype=np.uint64)
    found = _read_words(
        codes, bits_table(), *_known_words(), counts, numbered, whole, stems, line, opens_phrase,
        may_time,
    )  # fmt: skip
    return PageWords(
        counts, whole[:found], stems[:found], line[:found], len(numbered), opens_phrase, may_time
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


# One loop, as most of a pass over a page's text is finding where its words end. Words with figures
# and an apostrophe are counted, those of letters alone are numbered: the same for most.
@kernel
def _read_words(  # noqa: C901, PLR0912, PLR0915
    codes: Codes,
    table: Bits,
    hashes: Hashes,
    known: NDArray[np.int32],
    counts: NDArray[np.float64],
    numbered: Hashes,
    whole: Numbers,
    stems: Numbers,
    line: Numbers,
    opens_phrase: NDArray[np.bool_],
    may_time: NDArray[np.bool_],
) -> int:
    """Count the words, and number the longer ones; -> how many these are. `numbered` has room for
    twice as many."""
    count, row, every, size = 0, 0, len(counts) - 1, len(codes)
    counted, inside, joined = SEED, False, False
    letters, stem, length, first = SEED, SEED, 0, True
    for at in range(size):
        code = codes[at]
        bits = table[code]
        if bits & ALNUM:
            counted = (counted ^ np.uint64(code)) * PRIME
            inside = True
            if not bits & DECIMAL:
                letters = (letters ^ np.uint64(code)) * PRIME
                length += 1
                if length <= _STEM_LETTERS:
                    stem = letters
                continue
            may_time[row] = True
        own = 0  # what is known of the word of letters
        if length:
            own = known[slot(hashes, letters)]
            if first:
                first = False
                opens_phrase[row] = own & _OPENS_PHRASE != 0
            may_time[row] |= own & _OF_TIMES != 0
            if length >= _CONTENT_LETTERS:
                place = slot(numbered, letters)
                numbered[place] = letters
                whole[count] = place
                if length > _STEM_LETTERS:
                    place = slot(numbered, stem)
                    numbered[place] = stem
                stems[count] = place
                line[count] = row
                count += 1
        if inside and not bits & ALNUM:
            if (
                not joined
                and (code == _APOSTROPHES[0] or code == _APOSTROPHES[1])
                and at + 1 < size
                and table[codes[at + 1]] & ALNUM
            ):
                counted = (counted ^ np.uint64(code)) * PRIME
                joined = True
            else:
                counts[every, row] += 1
                if counted != letters:
                    own = known[slot(hashes, counted)]
                kind, own = 0, own & _ALL_KINDS
                while own:
                    if own & 1:
                        counts[kind, row] += 1
                    own >>= 1
                    kind += 1
                counted, inside, joined = SEED, False, False
        letters, stem, length = SEED, SEED, 0
        if code == _LINE_FEED:
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
def _known_words() -> tuple[Hashes, NDArray[np.int32]]:
    """-> (hashes, the bits of the word at each: its kinds, and those below); zeros where no word
    is."""
    known = dict(word_kinds())
    for words, bit in ((first_words(), _OPENS_PHRASE), (words_of_times(), _OF_TIMES)):
        for word in words:
            known[word] = known.get(word, 0) | bit
    hashes = hashes_of(known)
    bits = np.zeros(len(hashes), dtype=np.int32)
    for word, own in known.items():
        bits[slot(hashes, _hash(word))] = own
    return hashes, bits


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
