"""py3langid's language model, run by compiled code in a fifth of the time of its own loop.

The model is a naive Bayes classifier over byte n-grams: an automaton reads the bytes of a text and
emits the features that end at each, and a table has every feature's log-probability in each
language. It is 70 MB, loaded within a second at first use.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from streams.articles.encoded import Bytes
from streams.compiled import kernel

Features = npt.NDArray[np.int32]
Scores = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Model:
    """States are numbered from 0. `rows` gives a state's row in `moves` (256 next states, uint32),
    `outputs` the feature that ends in a state, or -1. `weights` is features x columns (float16),
    `priors` one float32 a column; `labels` names each column, and some have two."""

    moves: npt.NDArray[np.uint32]
    rows: npt.NDArray[Any]
    outputs: Features
    weights: npt.NDArray[np.float16]
    priors: Scores
    labels: tuple[str, ...]


@cache
def load_model() -> Model:
    """The model that comes with py3langid."""
    of = LanguageIdentifier.from_model_file(MODEL_FILE)
    return Model(
        np.asarray(of.tk_nextmove, np.uint32), np.asarray(of.tk_row),
        np.asarray(of.tk_output, np.int32), of.nb_ptc, of.nb_pc, tuple(of.nb_classes),
    )  # fmt: skip


def classify(text: str) -> tuple[str, float]:
    """-> the likeliest of the model's labels and its probability, near 0 for a text without words.

    As `LanguageIdentifier(norm_probs=True).classify`, for text in NFC.
    """
    model, content = load_model(), text.encode(errors="replace")
    found = _features(np.frombuffer(content, np.uint8), model.moves, model.rows, model.outputs)
    scores = _scores(found, model.weights.view(np.uint16), model.priors)
    # Divided by this, probabilities are comparable between short and long texts.
    scores /= np.float32(max(1, len(content)) ** 0.5)
    shares = np.exp(scores - scores.max())
    shares /= shares.sum()
    best = int(shares.argmax())
    label = model.labels[best]
    return label, float(sum(shares[i] for i, name in enumerate(model.labels) if name == label))


@kernel
def _features(
    content: Bytes, moves: npt.NDArray[np.uint32], rows: npt.NDArray[Any], outputs: Features
) -> Features:
    """The features of a text, one for each position where one ends, sorted by number."""
    found = np.empty(len(content), np.int32)
    count, state = 0, 0
    for letter in content:
        state = moves[(np.int64(rows[state]) << 8) + letter]
        if outputs[state] >= 0:
            found[count] = outputs[state]
            count += 1
    return np.sort(found[:count])


@kernel
def _scores(found: Features, weights: npt.NDArray[np.uint16], priors: Scores) -> Scores:
    """-> log-probability of each column: its prior, plus its weight of each feature times the
    logarithm of how often that was found.

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
