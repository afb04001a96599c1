"""The words of texts for extracting facts: which are names, which are numbers, and their values."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.sketch.splitmix64 import U64, Hashes
from streams.detection.sketch.tokens import (
    PRIME,
    Bounds,
    Flags,
    Places,
    finished,
)
from streams.detection.sketch.unicode_tables import ALONE, EXPANDED, IGNORED, Points, alphabet

Kinds = npt.NDArray[np.uint8]

# A character's role in facts, and a word's, by its first character. UNCASED: of a script without
# capitals, or one that is compared character by character.
_BREAK, _BLANK, _STOP, _QUOTE, _NEWLINE, WORD, UNCASED, NAME, NUMBER, _SINGLE, _NOTHING = range(11)
_OF_CATEGORY = {"Lu": NAME, "Lt": NAME, "Ll": WORD, "Nd": NUMBER}
# Its capitals, which Unicode has, are for whole headlines: they begin no name.
_GEORGIAN = slice(0x10D0, 0x1100)

# The shape of a number: digits, three of them (which may be a group of thousands), a time of day, a
# word that begins with a digit, or digits with a leading zero (in 3.05, say, the 05).
MIXED, DIGITS, THREE_DIGITS, CLOCK, ZERO_LED = range(5)

_SPACE = ord(" ")
_STOPS, _QUOTES = ".!?\u3002\uff01\uff1f\u0964\u061f", '"\u201c\u201d\u201e\u00ab\u00bb\u300c'
_ZERO, _NINE, _H = ord("0"), ord("9"), ord("h")


class Words(NamedTuple):
    """The words of some texts in a row, (w,) each: text i has bounds[i]:bounds[i+1]."""

    hashes: Hashes
    kinds: Kinds
    begins: Flags  # whether it begins a sentence
    numbers: Hashes  # the value of each NUMBER
    shapes: Kinds  # and its shape
    bounds: Bounds  # (n + 1,)


# The first five of `Words`, of one text.
WordsOfOne = tuple[Hashes, Kinds, Flags, Hashes, Kinds]


class Spans(NamedTuple):
    """Where the words of some texts are, (w,) each: between which characters of all of them, joined
    by one character."""

    firsts: Bounds
    ends: Bounds
    starts: Bounds  # (n + 1,) of the texts


@cache
def word_tables() -> tuple[Kinds, Points]:
    """(kind of each code point of the basic plane, its folded letter or where that is expanded)."""
    entries = alphabet().entries
    kinds = np.full(1 << 16, _BREAK, np.uint8)
    for point, entry in enumerate(alphabet().kept.tolist()):
        category = unicodedata.category(chr(point))
        if entry == IGNORED:
            kinds[point] = _NOTHING
        elif entry & ALONE:
            kinds[point] = _SINGLE
        elif entry:
            kinds[point] = _OF_CATEGORY.get(category, UNCASED)
        elif chr(point).isspace():
            kinds[point] = _BLANK
    georgian = kinds[_GEORGIAN]
    georgian[georgian == WORD] = UNCASED
    kinds[ord("\n")] = _NEWLINE
    kinds[[ord(c) for c in _STOPS]] = _STOP
    kinds[[ord(c) for c in _QUOTES]] = _QUOTE
    return kinds, entries


@cache
def unlettered() -> Kinds:
    """(65536,) not 0 for code points that need `any_words`: all others are a letter of a word and
    of a token, or of neither, and are folded by themselves. `\u24d0` is no letter until folded."""
    (kinds, entries), trouble = word_tables(), alphabet().trouble
    of_words = (kinds >= WORD) & (kinds <= NUMBER)
    found: Kinds = ((trouble != 0) | (of_words != (entries != 0))).astype(np.uint8)
    return found


@kernel
def words_of_one(words: Words, text: int) -> WordsOfOne:
    """Those of one of the texts."""
    first, last = words.bounds[text], words.bounds[text + 1]
    return (
        words.hashes[first:last],
        words.kinds[first:last],
        words.begins[first:last],
        words.numbers[first:last],
        words.shapes[first:last],
    )


@kernel
def plain_words(
    text: npt.NDArray[np.unsignedinteger],
    ends: Places,
    kinds: Kinds,
    folded: Points,
    words: tuple[Kinds, Flags, Hashes, Kinds],
) -> None:
    """As `any_words` finds them in a text without `unlettered` code points whose words, which are
    its tokens, end here: it looks at what is between them. Fills (kind, whether it begins a
    sentence, number, shape) of each."""
    of_kind, begins, numbers, shapes = words
    at = U64(0)  # where the previous word ended
    for t in range(len(ends)):
        if at > 0 and text[at] == _SPACE:  # as for most of them
            kind = kinds[text[at + U64(1)]]
            if WORD <= kind <= NUMBER:
                of_kind[t], begins[t] = kind, False
                if kind == NUMBER:
                    word = text[at + U64(1) : U64(ends[t])]
                    numbers[t], shapes[t] = _number(word, folded)
                at = U64(ends[t])
                continue
        begun = at == 0
        before = _NEWLINE if begun else WORD
        while not WORD <= kinds[text[at]] <= NUMBER:
            k = kinds[text[at]]
            begun |= _begins_sentence(before, k)
            if k != _BLANK:
                before = k
            at += U64(1)
        of_kind[t], begins[t] = kinds[text[at]], begun
        if of_kind[t] == NUMBER:
            numbers[t], shapes[t] = _number(text[at : U64(ends[t])], folded)
        at = U64(ends[t])


@kernel
def any_words(
    points: Points, starts: Bounds, kinds: Kinds, folded: Points, expansions: Points
) -> tuple[Hashes, Kinds, Flags, Hashes, Kinds, Bounds, Bounds, Bounds]:
    """(hash, kind, whether it begins a sentence, number and its shape if it is one) of each
    word; text i has bounds[i]:bounds[i+1]; and where each word begins and ends.

    Every text must end in a break. The hash of a word that is a token is the token's.
    """
    numbers, shapes = np.empty(len(points), np.uint64), np.empty(len(points), np.uint8)
    hashes, of_kind = np.empty(len(points), np.uint64), np.empty(len(points), np.uint8)
    begins = np.empty(len(points), np.bool_)
    firsts, ends = np.empty(len(points), np.int64), np.empty(len(points), np.int64)
    bounds = np.zeros(len(starts), np.int64)
    count = 0
    for i in range(len(starts) - 1):
        before, begun = _NEWLINE, True
        hash_, kind, first = U64(0), _BREAK, starts[i]
        for p in range(starts[i], starts[i + 1]):
            point = points[p]
            k = kinds[point] if point < 65536 else _SINGLE
            if WORD <= k <= NUMBER:
                if kind == _BREAK:
                    hash_, kind, first = U64(0), k, p
                hash_ = _with_letter(hash_, folded[point], expansions)
                continue
            if k == _NOTHING:
                continue
            if kind != _BREAK:
                hashes[count], of_kind[count] = finished(hash_), kind
                begins[count], firsts[count], ends[count] = begun, first, p
                if kind == NUMBER:
                    numbers[count], shapes[count] = _number(points[first:p], folded)
                count += 1
                kind, begun, before = _BREAK, False, WORD
            if k == _SINGLE:
                letter = folded[point] if point < 65536 else np.uint32(ALONE | point)
                hashes[count], of_kind[count] = finished(U64(letter) * PRIME), UNCASED
                begins[count], begun = begun, False
                firsts[count], ends[count] = p, p + 1
                count += 1
            begun |= _begins_sentence(before, k)
            if k != _BLANK:
                before = k
        bounds[i + 1] = count
    return (
        hashes[:count], of_kind[:count], begins[:count], numbers[:count], shapes[:count], bounds,
        firsts[:count], ends[:count],
    )  # fmt: skip


@kernel
def _with_letter(hash_: np.uint64, entry: np.uint32, expansions: Points) -> np.uint64:
    """The hash of a word so far plus one more letter, which may be several when folded."""
    if not entry & EXPANDED:
        return (hash_ ^ U64(entry)) * PRIME
    place = entry - EXPANDED
    for part in expansions[place + 1 : place + 1 + expansions[place]]:
        hash_ = (hash_ ^ U64(part)) * PRIME
    return hash_


@kernel
def _begins_sentence(before: int, k: int) -> bool:
    """After a stop and a space ("3.5" has none), a quote, a blank line."""
    blank = k in (_BLANK, _NEWLINE)
    return k == _QUOTE or (blank and before == _STOP) or (k == _NEWLINE and before == _NEWLINE)


@kernel
def _number(word: npt.NDArray[np.unsignedinteger], folded: Points) -> tuple[np.uint64, int]:
    """(value, shape) of a word that begins with a digit: 1180 is 1,180; 13h30 is 1330."""
    value, hours, digits, parts = U64(0), U64(0), 0, 1
    for letter in word:
        entry = folded[letter]
        if entry == IGNORED:
            continue
        if _ZERO <= entry <= _NINE:
            value, digits = value * U64(10) + U64(entry - _ZERO), digits + 1
        elif entry == _H and parts == 1:
            hours, value, digits, parts = value, U64(0), 0, 2
        else:
            return U64(0), MIXED
    if parts == 1:
        if digits == 3:
            return value, THREE_DIGITS
        return value, ZERO_LED if digits == 2 and U64(0) < value < U64(10) else DIGITS
    if hours > U64(24) or value > U64(59) or digits not in (0, 2):
        return U64(0), MIXED
    return hours * U64(100) + value, CLOCK
