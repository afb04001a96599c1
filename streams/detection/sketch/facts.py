"""The facts of a text: its numbers and names, each with the place where it stands.

Two notices of one template share their wording, so no similarity of texts tells them from copies:
their numbers and names do. A fact is a run of numbers, or of capitalised words that do not merely
begin a sentence; its place is the two words before it. Two texts that have the same place with
other facts in it differ there; a cut copy has fewer places, and differs nowhere.

Numbers are compared by value, however they are written. Where capitals tell no names (in German and
in scripts that have none), the places of the names hold the text's frame instead (`frames`).

A sketch keeps the 10 numbers and the 6 names with the smallest hashes of their places, so that two
texts of one template keep the same places (bottom-k sampling, Cohen 1997): 68 bytes an article.
They tell templates as well as all facts do (reuters without a window, story pairs, F1 .96).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.sketch.frames import fill_frames
from streams.detection.sketch.splitmix64 import U64, Hashes
from streams.detection.sketch.tokens import (
    LONGEST_TEXT,
    PRIME,
    SECOND_PRIME,
    Bounds,
    Flags,
    Tokens,
    finished,
    tokens_of,
)
from streams.detection.sketch.unicode_tables import Points, alphabet
from streams.detection.sketch.words import (
    CLOCK,
    DIGITS,
    MIXED,
    NUMBER,
    THREE_DIGITS,
    UNCASED,
    Kinds,
    Words,
    any_words,
    ascii_words,
    word_tables,
)

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
# What stands behind the hour in a time of day: "8 heures" is "8H00", and "20 Uhr" is "20.00 Uhr".
_HOUR_WORDS = "h heure heures uhr uur hora horas hs hrs"

# Stands for a fact where it is one of the two words before the next.
_ANY_FACT = U64(0x2545F4914F6CDD1D)


def fill_facts(texts: Sequence[str], tokens: Tokens, sketches: npt.NDArray[np.void]) -> None:
    """Fill `FACT_FIELDS` of the sketches, one for each text; `tokens` are the texts'."""
    kinds, folded = word_tables()
    if tokens.plain is not None:
        read = ascii_words(*tokens.plain, tokens.bounds, kinds, folded)
        words = Words(tokens.hashes, *read, tokens.bounds)
    else:
        cut = [text[:LONGEST_TEXT] for text in texts]
        joined = "\0".join(cut) + "\0"
        starts = np.zeros(len(cut) + 1, np.int64)
        np.cumsum(np.fromiter((len(text) + 1 for text in cut), np.int64, len(cut)), out=starts[1:])
        points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
        words = Words(*any_words(points, starts, kinds, folded, alphabet().expansions))
    facts, covers = _facts(*words, _hours())
    fill_frames(words, facts[:, NUMBERS:], covers[:, 1])
    sketches["facts"], sketches["facts_cover"] = facts, covers


@cache
def _hours() -> Hashes:
    """What stands behind the hour in a time of day, as hashes."""
    return tokens_of([_HOUR_WORDS]).hashes


@kernel
def _facts(
    hashes: Hashes,
    kinds: Kinds,
    begins: Flags,
    numbers: Hashes,
    shapes: Kinds,
    bounds: Bounds,
    hours: Hashes,
) -> tuple[Points, npt.NDArray[np.uint16]]:
    """(facts, covers) of each text."""
    facts = np.full((len(bounds) - 1, NUMBERS + NAMES), NO_FACT, np.uint32)
    covers = np.full((len(facts), 2), _EVERYTHING, np.uint16)
    for i in range(len(facts)):
        own_numbers, names = facts[i, :NUMBERS], facts[i, NUMBERS:]
        before, last = U64(0), U64(0)  # the two words before
        first = bounds[i]
        while first < bounds[i + 1]:
            kind, run = kinds[first], hashes[first]
            if kind <= UNCASED:
                before, last, first = last, run, first + 1
                continue
            end = _run_end(kinds, begins, first, bounds[i + 1])
            place = (before * SECOND_PRIME + last) * PRIME
            if kind == NUMBER:
                run, end = _number_fact(
                    hashes, kinds, numbers, shapes, first, end, bounds[i + 1], hours
                )
                if _keep(own_numbers, _fact(place, run)):
                    covers[i, 0] = 0
                before, last = last, _ANY_FACT
            elif begins[first] and end == first + 1:
                before, last = last, run  # a sentence's first word, capital or not
            else:  # of a name, the first word: "Gordon" is "Gordon Brown"
                if _keep(names, _fact(place, run)):
                    covers[i, 1] = 0
                before, last = last, _ANY_FACT
            first = end
        for side, kept in enumerate((own_numbers, names)):
            if covers[i, side] == 0:
                covers[i, side] = max(kept[-1] >> np.uint32(16), np.uint32(1))
    return facts, covers


@kernel
def _number_fact(
    hashes: Hashes,
    kinds: Kinds,
    numbers: Hashes,
    shapes: Kinds,
    first: int,
    end: int,
    last: int,
    hours: Hashes,
) -> tuple[np.uint64, int]:
    """(hash, end) of the numbers from `first` to `end`: a time of day takes in the word behind its
    hour, and the minutes behind that."""
    run, values = _number_run(hashes[first:end], numbers[first:end], shapes[first:end])
    if values > 2 or not _among(hashes, end, last, hours):
        return run, end
    end += 1
    minutes = values == 1 and end < last and kinds[end] == NUMBER and shapes[end] == DIGITS
    if minutes and numbers[end] < U64(60):
        return _with_value(run, numbers[end]) if numbers[end] else run, end + 1
    return run, end


@kernel
def _among(hashes: Hashes, at: int, last: int, some: Hashes) -> bool:
    """Whether the word at a place, if one stands there, is one of these."""
    return at < last and (some == hashes[at]).any()


@kernel
def _number_run(hashes: Hashes, numbers: Hashes, shapes: Kinds) -> tuple[np.uint64, int]:
    """(hash, values) of numbers that stand side by side, however they are written: 1,180 and 1180
    are one value; 20.00 is 20; 13h30 is 13 and 30."""
    run, values, value, open_, grouped = U64(0), 0, U64(0), False, False
    for t in range(len(hashes)):
        shape = shapes[t]
        if shape == THREE_DIGITS and open_ and (grouped or value < U64(1000)):
            value, grouped = value * U64(1000) + numbers[t], True
            continue
        if open_:
            run, values = _with_value(run, value), values + 1
        open_, grouped = False, False
        if shape == MIXED:
            run, values = (run ^ hashes[t]) * SECOND_PRIME, values + 1
        elif shape == CLOCK:
            run, values = _with_value(run, numbers[t] // U64(100)), values + 1
            open_, value = True, numbers[t] % U64(100)
        else:
            open_, value = True, numbers[t]
    if open_ and (value != U64(0) or values == 0):
        run, values = _with_value(run, value), values + 1
    return run, values


@kernel
def _with_value(run: np.uint64, value: np.uint64) -> np.uint64:
    return (run ^ finished((value + U64(1)) * PRIME)) * SECOND_PRIME


@kernel
def _run_end(kinds: Kinds, begins: Flags, first: int, last: int) -> int:
    """Where the run of numbers or of names ends; a name goes on to the end of its sentence."""
    end = first + 1
    while end < last and kinds[end] == kinds[first] and (kinds[first] == NUMBER or not begins[end]):
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
