"""Texts -> fixed-size sketches that show, without the texts, how much two articles share.

MinHash (128 permutations over word 3-grams, Broder 1997) estimates the Jaccard similarity of whole
articles: standard error sqrt(J (1 - J) / 128), .044 at most. The smallest hashes of the word
5-grams, up to where both sketches are complete, estimate containment, which MinHash cannot: an
excerpt's keys are a subset of the keys of what it was cut from.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.compiled import kernel
from streams.detection.sketch.facts import (
    FACT_FIELDS,
    NUMBERS,
    Tails,
    fill_facts,
    hour_words,
    words_of,
)
from streams.detection.sketch.fingerprint import (
    FRAC_LEAST,
    FRAC_LIMIT,
    FRAC_MOST,
    NO_KEY,
    PERMUTATIONS,
    Room,
    fill_fingerprint,
    room_for,
)
from streams.detection.sketch.frames import FRAME, Frames, fill_frame, frames
from streams.detection.sketch.splitmix64 import Hashes
from streams.detection.sketch.tokens import (
    LONGEST_TEXT,
    Bounds,
    batches,
    code_points,
    hash_letters,
    starts_of,
    tokens_of,
    trouble_in,
)
from streams.detection.sketch.unicode_tables import Points
from streams.detection.sketch.words import (
    Kinds,
    Words,
    WordsOfOne,
    plain_words,
    unlettered,
    word_tables,
    words_of_one,
)

__all__ = [
    "ALGORITHM",
    "FRAC_LEAST",
    "FRAC_LIMIT",
    "FRAC_MOST",
    "NO_KEY",
    "PERMUTATIONS",
    "SKETCH",
    "Sketches",
    "sketch_any",
    "sketch_texts",
]

ALGORITHM = "6/minhash128x3b8/frac16x5/facts10+6"

SKETCH = np.dtype(
    [
        ("frac_count", "u1"),  # of the keys, how many enter the index
        ("words", "<u4"),
        # Up to and including this hash the keys are complete: an absent key is not in the text.
        ("frac_cover", "<u4"),
        ("minhash", "u1", (PERMUTATIONS,)),
        ("frac", "<u4", (FRAC_MOST,)),
        *FACT_FIELDS,
    ]
)
Sketches = npt.NDArray[np.void]


class _Columns(NamedTuple):
    """The fields of some sketches, by name, a row for each text."""

    words: npt.NDArray[np.uint32]
    frac_count: npt.NDArray[np.uint8]
    frac_cover: npt.NDArray[np.uint32]
    minhash: npt.NDArray[np.uint8]
    frac: npt.NDArray[np.uint32]
    facts: Points
    number_tails: Tails
    facts_cover: Tails


def sketch_texts(texts: Sequence[str]) -> Sketches:
    """-> array of `SKETCH`, one per text. Text beyond `LONGEST_TEXT` is ignored."""
    sketches = np.zeros((len(texts), SKETCH.itemsize), np.uint8)
    plain = [i for i, text in enumerate(texts) if text.isascii()]
    others = [i for i, text in enumerate(texts) if not text.isascii()]
    for places, sketch in ((plain, _sketch_ascii), (others, _sketch_others)):
        some = [texts[i] for i in places]
        for first, last in batches(some):  # so that a chunk of the longest pages uses no more
            octets = sketch(some[first:last]).view(np.uint8)  # a record's fields take ten times
            sketches[places[first:last]] = octets.reshape(last - first, SKETCH.itemsize)
    return sketches.reshape(-1).view(SKETCH)


def _sketch_ascii(texts: Sequence[str]) -> Sketches:
    cut = [text if len(text) < LONGEST_TEXT else text[: LONGEST_TEXT - 1] for text in texts]
    return _sketch_plain(np.frombuffer("".join(cut).encode("ascii"), np.uint8), starts_of(cut))


def _sketch_others(texts: Sequence[str]) -> Sketches:
    """Most texts have only letters of one form and signs."""
    points, starts = code_points("".join(texts)), starts_of(texts)
    lettered = (trouble_in(points, starts, unlettered()) == 0) & (np.diff(starts) < LONGEST_TEXT)
    if lettered.all():
        return _sketch_plain(points, starts)
    if not lettered.any():
        return sketch_any(texts)
    sketches = np.empty(len(texts), SKETCH)
    some = [text for text, plain in zip(texts, lettered, strict=True) if plain]
    others = [text for text, plain in zip(texts, lettered, strict=True) if not plain]
    sketches[lettered] = _sketch_plain(code_points("".join(some)), starts_of(some))
    sketches[~lettered] = sketch_any(others)
    return sketches


def sketch_any(texts: Sequence[str]) -> Sketches:
    """The sketches of one or more texts in any script."""
    tokens, (words, _) = tokens_of(texts), words_of(texts)
    columns = _empty(len(texts))
    room = room_for(int(np.diff(tokens.bounds).max()))
    _fill_any(tokens.hashes, tokens.bounds, words, hour_words(), frames(), room, columns)
    return _sketches(columns)


def _sketch_plain(letters: npt.NDArray[np.unsignedinteger], starts: Bounds) -> Sketches:
    """The same of texts without `unlettered` code points, in a third of the time."""
    columns = _empty(len(starts) - 1)
    room = room_for(int(np.diff(starts).max()))
    _fill_plain(letters, starts, *word_tables(), hour_words(), frames(), room, columns)
    return _sketches(columns)


def _empty(count: int) -> _Columns:
    fields = (SKETCH[name] for name in _Columns._fields)
    return _Columns._make(np.empty((count, *of.shape), of.base) for of in fields)


def _sketches(columns: _Columns) -> Sketches:
    made = np.empty(len(columns.words), SKETCH)
    for name, column in columns._asdict().items():
        made[name] = column
    return made


@kernel
def _fill_plain(
    letters: npt.NDArray[np.unsignedinteger],
    starts: Bounds,
    kinds: Kinds,
    folded: Points,
    hours: Hashes,
    frames: Frames,
    room: Room,
    columns: _Columns,
) -> None:
    """Everything of a text before the next: what it needs stays in the processor's cache."""
    longest = len(room.grams)
    hashes, ends = np.empty(longest, np.uint64), np.empty(longest, np.int32)
    of_kind, begins = np.empty(longest, np.uint8), np.empty(longest, np.bool_)
    numbers, shapes = np.empty(longest, np.uint64), np.empty(longest, np.uint8)
    for i in range(len(starts) - 1):
        text = letters[starts[i] : starts[i + 1]]
        count = hash_letters(text, folded, hashes, ends)
        plain_words(text, ends[:count], kinds, folded, (of_kind, begins, numbers, shapes))
        words = (
            hashes[:count], of_kind[:count], begins[:count], numbers[:count], shapes[:count]
        )  # fmt: skip
        _fill(i, hashes[:count], words, hours, frames, room, columns)


@kernel
def _fill_any(
    tokens: Hashes,
    bounds: Bounds,
    words: Words,
    hours: Hashes,
    frames: Frames,
    room: Room,
    columns: _Columns,
) -> None:
    for i in range(len(bounds) - 1):
        own = tokens[bounds[i] : bounds[i + 1]]
        _fill(i, own, words_of_one(words, i), hours, frames, room, columns)


@kernel
def _fill(
    i: int,
    tokens: Hashes,
    words: WordsOfOne,
    hours: Hashes,
    frames: Frames,
    room: Room,
    columns: _Columns,
) -> None:
    """The sketch of one text with these tokens and words."""
    columns.words[i] = len(tokens)
    columns.frac_count[i], columns.frac_cover[i] = fill_fingerprint(
        tokens, room, columns.minhash[i], columns.frac[i]
    )
    facts, covers = columns.facts[i], columns.facts_cover[i]
    nowhere = np.empty((0, 4), np.int64)
    fill_facts(*words, hours, facts, columns.number_tails[i], covers, nowhere)
    if fill_frame(words[0], words[1], words[2], frames, facts[NUMBERS:]):
        covers[1] = FRAME
