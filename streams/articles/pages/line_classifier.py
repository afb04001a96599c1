"""How likely each line of a page is part of its main story: two small networks, one upon the other.

The first sees a line and the two lines on either side. The second sees the first one's opinion
of the whole page: where the best run of lines is, what came before, which words it uses. Both have
one hidden layer of 16 units. Weights are multiples of 1/256 and features of 1/64, so that sums are
exact in any order and every machine selects the same lines.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import orjson
from numpy.typing import NDArray

from streams.articles.pages.features import NAMES, Matrix, column
from streams.articles.pages.line_runs import best_run, shifted, sums_of
from streams.articles.pages.page_lines import PageLines
from streams.articles.pages.words import shared_words
from streams.compiled import kernel

# From this probability on, a line is part of the story. Chosen on pages that the weights were not
# fitted to: .40 to .50 give F1 within .002 of each other.
STORY_PROBABILITY = 0.45
# An opinion is a number of 64ths, like the features.
_STEP = 64
_NEIGHBOURS = 2
_LEAST_SHARED_WORDS = 5
_CONTEXT = 23  # columns

Vector = NDArray[np.float64]
Rows = NDArray[np.int64]

_OWN_ROW = np.array([0])
_NEAR_ROWS = np.array([0, *(n for d in range(1, _NEIGHBOURS + 1) for n in (d, -d))])


@dataclass(frozen=True, slots=True)
class Network:
    """One hidden layer: weights of shape (inputs, 16), (16,), (16,) and a number."""

    hidden: Matrix
    hidden_bias: Vector
    out: Vector
    out_bias: float

    def __call__(self, inputs: Matrix, rows: Rows = _OWN_ROW) -> Vector:
        """-> probabilities, one for each row, in steps of 1/64.

        `rows`: a line's inputs are those of its own row, or those of its neighbours as well.
        """
        blocks = len(rows)
        weights = self.hidden.reshape(blocks, -1, len(self.out)).swapaxes(0, 1)
        odds = _odds(inputs, rows, np.ascontiguousarray(weights), self.hidden_bias, self.out)
        return np.round(_STEP / (1 + np.exp(-np.clip(odds + self.out_bias, -30, 30)))) / _STEP


@kernel
def _odds(
    inputs: Matrix, rows: Rows, weights: NDArray[np.float64], bias: Vector, out: Vector
) -> Vector:
    """The network without its last bias. No library's threads: they wait longer than they work.

    `weights` have the shape (inputs, rows, units): a row's contributions to all of its neighbours
    are added up in one loop over neighbours and units.
    """
    count, width = inputs.shape
    blocks, units = len(rows), len(bias)
    said = np.zeros((count, blocks * units))
    flat = weights.reshape((width, blocks * units))
    for at in range(count):
        for n in range(width):
            value = inputs[at, n]
            if value != 0:
                for to in range(blocks * units):
                    said[at, to] += value * flat[n, to]
    odds = np.zeros(count)
    for at in range(count):
        for unit in range(units):
            active = bias[unit]
            for block in range(blocks):
                row = at - rows[block]
                if 0 <= row < count:
                    active += said[row, block * units + unit]
            odds[at] += max(active, 0) * out[unit]
    return odds


def story_probabilities(page: PageLines, features: Matrix) -> Vector:
    """-> for each line of a page the probability that it belongs to the main story.

    Where `features` are those of the first lines only, the page ends there.
    """
    return probabilities_by(_networks(), page, features)


def probabilities_by(
    networks: tuple[Network, Network], page: PageLines, features: Matrix
) -> Vector:
    """The same, by other networks: those that are being fitted."""
    first, second = networks
    local = first(features, _NEAR_ROWS)
    return second(whole_page(page, features, local))


def surroundings(features: Matrix) -> Matrix:
    """-> (lines, 5 * features): each line's own, then those of its neighbours, nearest first."""
    blocks = [features]
    for distance in range(1, _NEIGHBOURS + 1):
        blocks += [shifted(features, distance), shifted(features, -distance)]
    return np.hstack(blocks)


def whole_page(page: PageLines, features: Matrix, local: Vector) -> Matrix:
    """-> (lines, features + 23): what a line looks like, and where it stands in the page.

    `local` is the first network's opinion of each line.
    """
    words = np.minimum(features[:, column("words")] * 40, 60)
    start, end = best_run((local - 0.5) * (words + 2))
    inside = np.zeros(len(local), dtype=np.bool_)
    inside[start:end] = True
    # Share of a line's longer words that the best run of lines uses.
    chosen = words >= _LEAST_SHARED_WORDS
    shared = shared_words(page.words, chosen, inside & (local > 0.5) & chosen)
    opens = features[:, [column("opens_comments"), column("opens_stories")]]
    out = np.empty((len(local), features.shape[1] + _CONTEXT))
    out[:, : features.shape[1]] = features
    _put_context(local, local * words, opens, shared, start, end, out)
    return out


@kernel
def _put_context(
    local: Vector,
    mass: Vector,
    opens: Matrix,
    shared: Vector,
    start: int,
    end: int,
    out: Matrix,
) -> None:
    """Fill the last columns: what stands around each line and above it, and what the best run of
    lines, [start, end), has to do with it. `mass` are words by their likelihood."""
    count = len(local)
    told = sums_of(mass)
    likely, comments, stories = sums_of(local), sums_of(opens[:, 0]), sums_of(opens[:, 1])
    total = max(told[count], 1.0)
    reference = min(start, count - 1)
    for at in range(count):
        inside = start <= at < end
        distance = start - at if at < start else at - end + 1 if at >= end else 0
        context = (
            local[at],
            _near(local, at - 1), _near(local, at + 1), _near(local, at - 2),
            _near(local, at + 2), _near(local, at - 3), _near(local, at + 3),
            _mean_around(likely, at, 2), _mean_around(likely, at, 5), _mean_around(likely, at, 10),
            _mean_around(told, at, 4) / 20, _mean_around(told, at, 10) / 20,
            told[at] / total,
            1 - told[at] / total - mass[at] / total,
            math.log2(total) / 8,
            at / count,
            1.0 * inside,
            min(math.log2(distance + 1) / 3, 2),
            -1.0 if at < start else 1.0 if at >= end else 0.0,
            min(max(comments[at] - comments[reference], -2), 4),
            min(max(stories[at] - stories[reference], -2), 4),
            shared[at],
            shared[at] * inside,
        )  # fmt: skip
        for n in range(len(context)):
            out[at, out.shape[1] - len(context) + n] = np.rint(context[n] * _STEP) / _STEP


@kernel
def _near(values: Vector, at: int) -> float:
    near: float = values[at] if 0 <= at < len(values) else 0.0
    return near


@kernel
def _mean_around(sums: Vector, at: int, reach: int) -> float:
    low, high = max(at - reach, 0), min(at + reach + 1, len(sums) - 1)
    mean: float = (sums[high] - sums[low]) / (high - low)
    return mean


@lru_cache(maxsize=1)
def _networks() -> tuple[Network, Network]:
    stored = orjson.loads((files("streams.articles") / "data" / "story_model.json").read_bytes())
    if stored["features"] != list(NAMES):
        raise ValueError("story_model.json was fitted to other features: fit it again")
    first, second = (_network(stored[name]) for name in ("first", "second"))
    return first, second


def _network(stored: dict[str, list[int]]) -> Network:
    hidden, bias, out, out_bias = (
        np.array(stored[name], dtype=np.float64) / 256
        for name in ("hidden", "hidden_bias", "out", "out_bias")
    )
    return Network(hidden.reshape(-1, len(bias)), bias, out, float(out_bias[0]))
