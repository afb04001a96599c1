"""The facts of a text: its numbers and names, each with its place in the text.

Two notices from one template share their wording, so similarity cannot tell them from copies, but
their numbers and names can. A fact is a run of numbers, or of capitalised words that do not merely
begin a sentence; its place is the two words before it. Two texts that have the same place with
different facts in it differ there; a cut copy has fewer places, and differs nowhere.

Numbers are compared by value, however they are written. If capitals do not mark names (in German
and in scripts without capitals), the slots for names hold the text's frame instead (`frames`).

A sketch keeps the 10 numbers and the 6 names with the smallest hashes of their places, so that two
texts of one template keep the same places (bottom-k sampling, Cohen 1997): 88 bytes an article.
20 of them complete the numbers, to show which of them changed. They detect
templates as well as all facts do (reuters without a window, story pairs, F1 .96).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.sketch.number_codes import LOW, ZERO_LED_SECOND, number_code, spread
from streams.detection.sketch.splitmix64 import U64, Hashes
from streams.detection.sketch.tokens import (
    LONGEST_TEXT,
    PRIME,
    SECOND_PRIME,
    Bounds,
    Flags,
    tokens_of,
)
from streams.detection.sketch.unicode_tables import Points, alphabet
from streams.detection.sketch.words import (
    NUMBER,
    UNCASED,
    Kinds,
    Spans,
    Words,
    any_words,
    word_tables,
    words_of_one,
)

# Most articles name more people than numbers, but numbers are more telling.
NUMBERS, NAMES = 10, 6
NO_FACT = 0xFFFFFFFF  # fills the slots after the last number, and after the last name
# As a cover: nothing was left out.
_EVERYTHING = 0xFFFF

FACT_FIELDS: list[tuple[str, str, tuple[int]]] = [
    # The place in the high half, the number in the low; rising; then the names, likewise.
    ("facts", "<u4", (NUMBERS + NAMES,)),
    ("number_tails", "<u2", (NUMBERS,)),  # the other half of each number's code
    ("facts_cover", "<u2", (2,)),  # of numbers and of names: places below are complete
]
# What follows the hour in a time of day: "8 heures" is "8H00", and "20 Uhr" is "20.00 Uhr".
_HOUR_WORDS = "h heure heures uhr uur hora horas hs hrs"

Tails = npt.NDArray[np.uint16]

# Represents a fact that is one of the two words before the next.
_ANY_FACT = U64(0x2545F4914F6CDD1D)


class Number(NamedTuple):
    """A number in a text, with its place."""

    place: int
    spread: int  # the 31 bits of its code, spread
    zero_led: int  # 1 if its second value has a leading zero
    before: str  # the two words before it
    written: str


def numbers_of(text: str) -> list[Number]:
    """Every number of a text, in order."""
    return numbers_of_each([text])[0]


def numbers_of_each(texts: Sequence[str]) -> list[list[Number]]:
    """The same for n texts, in a third of the time."""
    words, spans = words_of(texts)
    seen = np.full((len(words.hashes), 4), -1, np.int64)
    _see_numbers(words, hour_words(), seen)
    numbers = seen[seen[:, 2] >= 0]
    fact, tail, first, end = numbers.T
    owner = np.searchsorted(words.bounds, first, "right") - 1
    start = spans.starts[owner]
    # A text's first words have fewer than two before them.
    before = spans.firsts[np.maximum(words.bounds[owner], first - 2)] - start
    begins, ends = spans.firsts[first] - start, spans.ends[end - 1] - start
    mixed = (tail & 0x7FFF) << 16 | fact & 0xFFFF
    found: list[list[Number]] = [[] for _ in texts]
    columns = (owner, fact >> 16, mixed, tail >> 15, before, begins, ends)
    for i, place, spread_code, zero_led, at, begin, stop in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        text = texts[i]
        words_before = text[_letter_at(text, at) : begin]
        number = Number(place, spread_code, zero_led, words_before, text[begin:stop])
        found[i].append(number)
    return found


def _letter_at(text: str, place: int) -> int:
    """Where the letter begins that a character belongs to: Thai vowel signs are words here."""
    while place > 0 and unicodedata.category(text[place])[0] == "M":
        place -= 1
    return place


def kept_numbers(sketch: np.void) -> list[tuple[int, int, int]]:
    """(place, code's spread 31 bits, 1 if the second value has a leading zero) of the numbers
    that a sketch keeps."""
    return _kept(sketch["facts"][:NUMBERS].tolist(), sketch["number_tails"].tolist())


def kept_numbers_of_each(sketches: npt.NDArray[np.void]) -> list[list[tuple[int, int, int]]]:
    """The same of n sketches, or rows that have a sketch's fields."""
    facts, tails = sketches["facts"][:, :NUMBERS].tolist(), sketches["number_tails"].tolist()
    return [*map(_kept, facts, tails)]


def _kept(facts: list[int], tails: list[int]) -> list[tuple[int, int, int]]:
    return [
        (fact >> 16, (tail & 0x7FFF) << 16 | fact & 0xFFFF, tail >> 15)
        for fact, tail in zip(facts, tails, strict=True)
        if fact != NO_FACT
    ]


def words_of(texts: Sequence[str]) -> tuple[Words, Spans]:
    """The words of some texts, and their positions in all of them joined by one character."""
    cut = [text[:LONGEST_TEXT] for text in texts]
    joined = "\0".join(cut) + "\0"
    starts = np.zeros(len(cut) + 1, np.int64)
    np.cumsum(np.fromiter((len(text) + 1 for text in cut), np.int64, len(cut)), out=starts[1:])
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    read = any_words(points, starts, *word_tables(), alphabet().expansions)
    return Words(*read[:6]), Spans(*read[6:], starts)


@cache
def hour_words() -> Hashes:
    """What follows the hour in a time of day, as hashes."""
    return tokens_of([_HOUR_WORDS]).hashes


@kernel
def _see_numbers(words: Words, hours: Hashes, seen: Bounds) -> None:
    """Fill `seen` (w, 4) with the fact, tail, first word and end of every number, in the row of
    that word."""
    facts, tails = np.empty(NUMBERS + NAMES, np.uint32), np.empty(NUMBERS, np.uint16)
    covers = np.empty(2, np.uint16)
    for i in range(len(words.bounds) - 1):
        first, last = words.bounds[i], words.bounds[i + 1]
        own = seen[first:last]
        fill_facts(*words_of_one(words, i), hours, facts, tails, covers, own)
        for t in range(len(own)):
            if own[t, 2] >= 0:
                own[t, 2] += first
                own[t, 3] += first


@kernel
def fill_facts(
    hashes: Hashes,
    kinds: Kinds,
    begins: Flags,
    numbers: Hashes,
    shapes: Kinds,
    hours: Hashes,
    facts: Points,
    tails: Tails,
    covers: Tails,
    seen: Bounds,
) -> None:
    """Fill facts (NUMBERS + NAMES,), tails of the numbers (NUMBERS,) and covers (2,) of one text
    with these words. If `seen` (w, 4) has room, it gets the fact, tail, first word and end of every
    number, in the row of that word."""
    facts[:], tails[:], covers[:] = NO_FACT, 0, _EVERYTHING
    no_tails = np.zeros(NAMES, np.uint16)
    own_numbers, names = facts[:NUMBERS], facts[NUMBERS:]
    before, last = U64(0), U64(0)  # the two words before
    first = 0
    while first < len(hashes):
        kind, run = kinds[first], hashes[first]
        if kind <= UNCASED:
            before, last, first = last, run, first + 1
            continue
        end = _run_end(kinds, begins, first, len(hashes))
        place = (before * SECOND_PRIME + last) * PRIME
        if kind == NUMBER:
            code, end = number_code(hashes, kinds, numbers, shapes, first, end, len(hashes), hours)
            mixed, zero_led = spread(code & LOW), code & ZERO_LED_SECOND
            tail = np.uint16((mixed | zero_led) >> U64(16))
            fact = _placed(place, mixed)
            _note(seen, fact, tail, first, end)
            if _keep(own_numbers, tails, fact, tail):
                covers[0] = 0
            before, last = last, _ANY_FACT
        elif begins[first] and end == first + 1:
            before, last = last, run  # a sentence's first word, capital or not
        else:  # of a name, the first word: "Gordon" is "Gordon Brown"
            if _keep(names, no_tails, _fact(place, run), np.uint16(0)):
                covers[1] = 0
            before, last = last, _ANY_FACT
        first = end
    for side, kept in enumerate((own_numbers, names)):
        if covers[side] == 0:
            covers[side] = max(kept[-1] >> np.uint32(16), np.uint32(1))


@kernel
def _note(seen: Bounds, fact: np.uint32, tail: np.uint16, first: int, end: int) -> None:
    if len(seen):
        seen[first, 0], seen[first, 1], seen[first, 2], seen[first, 3] = fact, tail, first, end


@kernel
def _run_end(kinds: Kinds, begins: Flags, first: int, last: int) -> int:
    """Where a run of numbers or names ends; a name extends to the end of its sentence."""
    end = first + 1
    while end < last and kinds[end] == kinds[first] and (kinds[first] == NUMBER or not begins[end]):
        end += 1
    return end


@kernel
def _placed(place: np.uint64, low: np.uint64) -> np.uint32:
    """A place's hash in the high half, 16 bits of its fact in the low."""
    place = (place ^ (place >> U64(31))) * SECOND_PRIME
    # 0xFFFF would be `_EVERYTHING`.
    high = np.uint32(min(place >> U64(48), U64(_EVERYTHING - 1)))
    return high << np.uint32(16) | np.uint32(low & U64(0xFFFF))


@kernel
def _fact(place: np.uint64, run: np.uint64) -> np.uint32:
    run = (run ^ (run >> U64(29))) * SECOND_PRIME
    return _placed(place, run >> U64(48))


@kernel
def _keep(facts: Points, tails: Tails, fact: np.uint32, tail: np.uint16) -> bool:
    """Insert a fact into the smallest, and its tail beside it; -> whether one had to be
    left out."""
    at = len(facts)
    while at > 0 and facts[at - 1] > fact:
        at -= 1
    if at > 0 and facts[at - 1] == fact:
        return False
    if at == len(facts):
        return True
    full: bool = facts[-1] != NO_FACT
    for later in range(len(facts) - 1, at, -1):
        facts[later], tails[later] = facts[later - 1], tails[later - 1]
    facts[at], tails[at] = fact, tail
    return full
