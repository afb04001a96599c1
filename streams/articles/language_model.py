"""py3langid's language model, run by compiled code in a fifth of the time of its own loop.

The model is a naive Bayes classifier over byte n-grams: an automaton reads the bytes of a text and
emits the features that end at each, and a table has every feature's log-probability in each
language. It is 40 MB: made within a second from a compressed file, and kept in another one beside
the machine code.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier

from streams.articles.encoded import Bytes
from streams.compiled import cache_folder, kernel
from streams.mapped import Arrays, drop_what_was_read, mapped_arrays

U64 = np.uint64
Features = npt.NDArray[np.int32]
Scores = npt.NDArray[np.float32]

_KEPT_NAME = "language_model.arrays"
_OTHER_ARRAYS = ("rows", "outputs", "weights", "priors")


class Moves(NamedTuple):
    """The automaton's next states. Four of five are what they would be at the start of a text, and
    are not kept: as (rows, 256) they would take 39 MB instead of 10."""

    at_start: npt.NDArray[np.uint32]  # (256,)
    kept: npt.NDArray[np.uint32]  # the others, row by row
    # (4 rows,): which of 64 bytes have one in `kept`, and where the first of these is.
    bits: npt.NDArray[np.uint64]
    starts: npt.NDArray[np.uint32]

    @classmethod
    def of(cls, table: npt.NDArray[np.uint32], first: int) -> Moves:
        """`table` is (rows, 256), `first` the row of the start."""
        other = table != table[first]
        counts = other.reshape(-1, 64).sum(1)
        bits = np.packbits(other, axis=1, bitorder="little").reshape(-1).view("<u8")
        starts = np.cumsum(counts) - counts
        return cls(table[first].copy(), table[other], bits.astype(U64), starts.astype(np.uint32))


@dataclass(frozen=True, slots=True)
class Model:
    """States are numbered from 0, the start. `rows` gives a state's row in `moves`, `outputs` the
    feature that ends in a state, or -1. `weights` is features x columns (float16), `priors` one
    float32 a column; `labels` names each column, and some have two."""

    moves: Moves
    rows: npt.NDArray[Any]
    outputs: Features
    weights: npt.NDArray[np.float16]
    priors: Scores
    labels: tuple[str, ...]
    columns: dict[str, list[int]]  # of each label


@cache
def load_model() -> Model:
    """The model that comes with py3langid."""
    folder = cache_folder(next_state)
    path = None if folder is None else folder / _KEPT_NAME
    kept = mapped_arrays(path, _stamp(), _arrays)
    moves = Moves(*(kept[name] for name in Moves._fields))
    rows, outputs, weights, priors = (kept[name] for name in _OTHER_ARRAYS)
    labels = tuple(kept["labels"].tobytes().decode().split())
    columns: dict[str, list[int]] = {}
    for column, label in enumerate(labels):
        columns.setdefault(label, []).append(column)
    return Model(moves, rows, outputs, weights, priors, labels, columns)


def give_back_model() -> None:
    """Take what has been read of the model out of this process's memory until it is read again."""
    drop_what_was_read(load_model().weights)


def _arrays() -> Arrays:
    of = LanguageIdentifier.from_model_file(MODEL_FILE)
    rows = np.asarray(of.tk_row)
    moves = Moves.of(np.asarray(of.tk_nextmove, np.uint32).reshape(-1, 256), int(rows[0]))
    others = rows, np.asarray(of.tk_output, np.int32), of.nb_ptc, of.nb_pc
    labels = np.frombuffer(" ".join(of.nb_classes).encode(), np.uint8).copy()
    return {**moves._asdict(), **dict(zip(_OTHER_ARRAYS, others, strict=True)), "labels": labels}


def _stamp() -> str:
    """Of the files that the arrays are made from and by."""
    files = [Path(place).stat() for place in (MODEL_DIR / MODEL_FILE, __file__)]
    return " ".join(f"{file.st_size} {file.st_mtime_ns}" for file in files) + f" {sys.byteorder}"


def classify(text: str) -> tuple[str, float]:
    """-> the likeliest of the model's labels and its probability, near 0 for a text without words.

    As `LanguageIdentifier(norm_probs=True).classify`, for text in NFC.
    """
    model, content = load_model(), text.encode(errors="replace")
    found = _features(np.frombuffer(content, np.uint8), model.moves, model.rows, model.outputs)
    found.sort()  # numpy's takes an eighth of the time of a compiled loop's
    scores = _scores(found, model.weights.view(np.uint16), model.priors)
    # Divided by this, probabilities are comparable between short and long texts.
    scores /= np.float32(max(1, len(content)) ** 0.5)
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    best = int(shares.argmax())
    label = model.labels[best]
    return label, float(sum(shares[column] for column in model.columns[label]))


@kernel
def next_state(moves: Moves, row: np.int64, letter: np.uint8) -> np.int64:
    """The state that a byte leads to, from a state with this row."""
    word, bit = 4 * row + (letter >> 6), U64(1) << U64(letter & 63)
    bits = moves.bits[word]
    if not bits & bit:
        return np.int64(moves.at_start[letter])
    before = bits & (bit - U64(1))
    before -= (before >> U64(1)) & U64(0x5555555555555555)  # now count its ones
    before = (before & U64(0x3333333333333333)) + ((before >> U64(2)) & U64(0x3333333333333333))
    before = (before + (before >> U64(4))) & U64(0x0F0F0F0F0F0F0F0F)
    ones = (before * U64(0x0101010101010101)) >> U64(56)
    return np.int64(moves.kept[np.int64(moves.starts[word]) + np.int64(ones)])


@kernel
def _features(content: Bytes, moves: Moves, rows: npt.NDArray[Any], outputs: Features) -> Features:
    """The features of a text, one for each position where one ends."""
    found = np.empty(len(content), np.int32)
    count, state = 0, np.int64(0)
    for letter in content:
        state = next_state(moves, np.int64(rows[state]), letter)
        if outputs[state] >= 0:
            found[count] = outputs[state]
            count += 1
    return found[:count]


@kernel
def _scores(found: Features, weights: npt.NDArray[np.uint16], priors: Scores) -> Scores:
    """-> log-probability of each column: its prior, plus its weight of each feature, which are
    sorted, times the logarithm of how often that was found.

    `weights` are the bits of float16, which numba does not support. Shifted to float32's
    exponent and fraction, they are the same number divided by 2^112.
    """
    scores = priors.copy()
    bits = np.empty(len(priors), np.uint32)
    numbers = bits.view(np.float32)
    start = 0
    for place in range(1, len(found) + 1):
        if place < len(found) and found[place] == found[start]:
            continue
        row = weights[found[start]]
        for column in range(len(row)):
            half = np.uint32(row[column])
            bits[column] = ((half & 0x7FFF) << 13) | ((half & 0x8000) << 16)
        often = np.float32(np.log1p(place - start) * 2.0**112)
        for column in range(len(row)):
            scores[column] += often * numbers[column]
        start = place
    return scores
