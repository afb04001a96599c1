"""The facts of a text: its numbers and names, each with the place where it stands.

Two notices of one template share their wording, so no similarity of texts tells them from copies:
their numbers and names do. A fact is a run of numbers, or of capitalised words that do not merely
begin a sentence; its place is the two words before it. Two texts that have the same place with
other facts in it differ there; a cut copy has fewer places, and differs nowhere.

A sketch keeps the 10 numbers and the 6 names with the smallest hashes of their places, so that two
texts of one template keep the same places (bottom-k sampling, Cohen 1997): 68 bytes an article.
They tell templates as well as all facts do (reuters without a window, story pairs, F1 .96).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.sketch.tokens import (
    LONGEST_TEXT,
    PRIME,
    SECOND_PRIME,
    U64,
    Bounds,
    Hashes,
    Places,
    Tokens,
    finished,
)
from streams.detection.sketch.unicode_tables import ALONE, EXPANDED, IGNORED, Points, alphabet

# Most articles name more people than numbers, and numbers tell more.
NUMBERS, NAMES = 10, 6
NO_FACT = 0xFFFFFFFF  # fills the places after the last number, and after the last name
# As a cover: nothing was left out.
_EVERYTHING = 0xFFFF

FACT_FIELDS: list[tuple[str, str, tuple[int]]] = [
    # The place in the high half, the number in the low; rising; then the names, the same.
    ("facts", "<u4", (NUMBERS + NAMES,)),
    ("facts_cover", "<u2", (2,)),  # of numbers and of names: places below are complete
]
Kinds = npt.NDArray[np.uint8]

# What a character is to facts, and what a word is, by its first one.
_BREAK, _BLANK, _STOP, _QUOTE, _NEWLINE, _WORD, _NAME, _NUMBER, _SINGLE, _NOTHING = range(10)

_SPACE = ord(" ")
_STOPS, _QUOTES = ".!?\u3002\uff01\uff1f\u0964\u061f", '"\u201c\u201d\u201e\u00ab\u00bb\u300c'

# Stands for a fact where it is one of the two words before the next.
_ANY_FACT = U64(0x2545F4914F6CDD1D)


def fill_facts(texts: Sequence[str], tokens: Tokens, sketches: npt.NDArray[np.void]) -> None:
    """Fill `FACT_FIELDS` of the sketches, one for each text; `tokens` are the texts'."""
    kinds, folded = _tables()
    if tokens.plain is not None:
        of_kind, begins = _ascii_words(*tokens.plain, tokens.bounds, kinds)
        words = tokens.hashes, of_kind, begins, tokens.bounds
    else:
        cut = [text[:LONGEST_TEXT] for text in texts]
        joined = "\0".join(cut) + "\0"
        starts = np.zeros(len(cut) + 1, np.int64)
        np.cumsum(np.fromiter((len(text) + 1 for text in cut), np.int64, len(cut)), out=starts[1:])
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        words = _words(points, starts, kinds, folded, alphabet().expansions)
    sketches["facts"], sketches["facts_cover"] = _facts(*words)


@cache
def _tables() -> tuple[Kinds, Points]:
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
            upper = category in ("Lu", "Lt")
            kinds[point] = _NAME if upper else _NUMBER if category == "Nd" else _WORD
        elif chr(point).isspace():
            kinds[point] = _BLANK
    kinds[ord("\n")] = _NEWLINE
    kinds[[ord(c) for c in _STOPS]] = _STOP
    kinds[[ord(c) for c in _QUOTES]] = _QUOTE
    return kinds, np.where(entries & ALONE, entries & 0xFFFF, entries).astype(np.uint32)


@kernel
def _ascii_words(
    letters: npt.NDArray[np.uint8], starts: Bounds, ends: Places, bounds: Bounds, kinds: Kinds
) -> tuple[Kinds, npt.NDArray[np.bool_]]:
    """As `_words`, of texts whose words, which are their tokens, are known: it looks at what stands
    between them."""
    of_kind, begins = np.empty(len(ends), np.uint8), np.empty(len(ends), np.bool_)
    for i in range(len(bounds) - 1):
        text = letters[starts[i] : starts[i + 1]]
        at = U64(0)  # where the word before ended
        for t in range(bounds[i], bounds[i + 1]):
            if at > 0 and text[at] == _SPACE:  # as most of them
                kind = kinds[text[at + U64(1)]]
                if _WORD <= kind <= _NUMBER:
                    of_kind[t], begins[t] = kind, False
                    at = U64(ends[t])
                    continue
            begun = at == 0
            before = _NEWLINE if begun else _WORD
            while not _WORD <= kinds[text[at]] <= _NUMBER:
                k = kinds[text[at]]
                begun |= _begins_sentence(before, k)
                if k != _BLANK:
                    before = k
                at += U64(1)
            of_kind[t], begins[t] = kinds[text[at]], begun
            at = U64(ends[t])
    return of_kind, begins


@kernel
def _words(
    points: Points, starts: Bounds, kinds: Kinds, folded: Points, expansions: Points
) -> tuple[Hashes, Kinds, npt.NDArray[np.bool_], Bounds]:
    """(hash, kind, whether it begins a sentence) of each word; text i has bounds[i]:bounds[i+1].

    Every text must end in a break. Of a word that is a token the hash is the token's.
    """
    hashes, of_kind = np.empty(len(points), np.uint64), np.empty(len(points), np.uint8)
    begins = np.empty(len(points), np.bool_)
    bounds = np.zeros(len(starts), np.int64)
    count = 0
    for i in range(len(starts) - 1):
        before, begun = _NEWLINE, True
        hash_, kind = U64(0), _BREAK
        for p in range(starts[i], starts[i + 1]):
            point = points[p]
            k = kinds[point] if point < 65536 else _SINGLE
            if _WORD <= k <= _NUMBER:
                if kind == _BREAK:
                    hash_, kind = U64(0), k
                hash_ = _with_letter(hash_, folded[point], expansions)
                continue
            if k == _NOTHING:
                continue
            if kind != _BREAK:
                hashes[count], of_kind[count] = finished(hash_), kind
                begins[count] = begun
                count += 1
                kind, begun, before = _BREAK, False, _WORD
            if k == _SINGLE:
                letter = folded[point] if point < 65536 else point
                hashes[count], of_kind[count] = finished(U64(letter) * PRIME), _WORD
                begins[count], begun = begun, False
                count += 1
            begun |= _begins_sentence(before, k)
            if k != _BLANK:
                before = k
        bounds[i + 1] = count
    return hashes[:count], of_kind[:count], begins[:count], bounds


@kernel
def _with_letter(hash_: np.uint64, entry: np.uint32, expansions: Points) -> np.uint64:
    """The hash of a word so far with one more letter, which may be several when folded."""
    if not entry & EXPANDED:
        return (hash_ ^ U64(entry)) * PRIME
    place = entry - EXPANDED
    for part in expansions[place + 1 : place + 1 + expansions[place]]:
        hash_ = (hash_ ^ U64(part)) * PRIME
    return hash_


@kernel
def _begins_sentence(before: int, k: int) -> bool:
    """After a stop and a blank ("3.5" has none), a quote, a blank line."""
    blank = k in (_BLANK, _NEWLINE)
    return k == _QUOTE or (blank and before == _STOP) or (k == _NEWLINE and before == _NEWLINE)


@kernel
def _facts(
    hashes: Hashes, kinds: Kinds, begins: npt.NDArray[np.bool_], bounds: Bounds
) -> tuple[Points, npt.NDArray[np.uint16]]:
    """(facts, covers) of each text."""
    facts = np.full((len(bounds) - 1, NUMBERS + NAMES), NO_FACT, np.uint32)
    covers = np.full((len(facts), 2), _EVERYTHING, np.uint16)
    for i in range(len(facts)):
        numbers, names = facts[i, :NUMBERS], facts[i, NUMBERS:]
        before, last = U64(0), U64(0)  # the two words before
        first = bounds[i]
        while first < bounds[i + 1]:
            kind, run = kinds[first], hashes[first]
            if kind == _WORD:
                before, last, first = last, run, first + 1
                continue
            end = _run_end(kinds, begins, first, bounds[i + 1])
            if kind == _NUMBER:  # of a name, the first word: "Gordon" is "Gordon Brown"
                for later in range(first + 1, end):
                    run = (run ^ hashes[later]) * SECOND_PRIME
            if kind == _NAME and begins[first] and end == first + 1:
                before, last = last, run  # a sentence's first word, capital or not
            else:
                kept = numbers if kind == _NUMBER else names
                if _keep(kept, _fact((before * SECOND_PRIME + last) * PRIME, run)):
                    covers[i, 0 if kind == _NUMBER else 1] = 0
                before, last = last, _ANY_FACT
            first = end
        for side, kept in enumerate((numbers, names)):
            if covers[i, side] == 0:
                covers[i, side] = kept[-1] >> np.uint32(16)
    return facts, covers


@kernel
def _run_end(kinds: Kinds, begins: npt.NDArray[np.bool_], first: int, last: int) -> int:
    """Where the run of numbers or of names ends; a name goes on to the end of its sentence."""
    end = first + 1
    while (
        end < last and kinds[end] == kinds[first] and (kinds[first] == _NUMBER or not begins[end])
    ):
        end += 1
    return end


@kernel
def _fact(place: np.uint64, run: np.uint64) -> np.uint32:
    place = (place ^ (place >> U64(31))) * SECOND_PRIME
    run = (run ^ (run >> U64(29))) * SECOND_PRIME
    # 0xFFFF would be `_EVERYTHING`.
    high = np.uint32(min(place >> U64(48), U64(_EVERYTHING - 1)))
    return high << np.uint32(16) | np.uint32(run >> U64(48))


@kernel
def _keep(facts: Points, fact: np.uint32) -> bool:
    """Put a fact in its order among the smallest; -> whether one had to be left out."""
    at = len(facts)
    while at > 0 and facts[at - 1] > fact:
        at -= 1
    if at > 0 and facts[at - 1] == fact:
        return False
    if at == len(facts):
        return True
    full: bool = facts[-1] != NO_FACT
    for later in range(len(facts) - 1, at, -1):
        facts[later] = facts[later - 1]
    facts[at] = fact
    return full
