"""How likely each line of a page is part of its main story: two small networks, one on the other.

The first sees a line and the two lines on either side. The second sees what the first thought of
the whole page: where the best run of lines is, what came before, which words it uses. Both have
one hidden layer of 16 units. Weights are multiples of 1/256 and features of 1/64, so that sums are
exact in any order and every machine takes the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import orjson
from numpy.typing import NDArray

from streams.articles.pages.features import NAMES, Matrix, column
from streams.articles.pages.page_lines import PageLines
from streams.articles.pages.words import shared_words
from streams.compiled import kernel

# From this probability on, a line is the story's. Chosen on pages that the weights were not fitted
# to: .40 to .50 give F1 within .002 of each other.
STORY_PROBABILITY = 0.45
# A verdict is a step in 64ths, as the features are.
_STEP = 64
_NEIGHBOURS = 2
_LEAST_SHARED_WORDS = 5

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
        odds = _odds(inputs, rows, self.hidden, self.hidden_bias, self.out) + self.out_bias
        return np.round(_STEP / (1 + np.exp(-np.clip(odds, -30, 30)))) / _STEP


@kernel
def _odds(inputs: Matrix, rows: Rows, hidden: Matrix, bias: Vector, out: Vector) -> Vector:
    """The network without its last bias. No library's threads: they wait longer than they count."""
    count, width = inputs.shape
    odds = np.zeros(count)
    for at in range(count):
        active = bias.copy()
        for block in range(len(rows)):
            row = at - rows[block]
            if 0 <= row < count:
                for n in range(width):
                    value = inputs[row, n]
                    if value != 0:
                        for unit in range(len(active)):
                            active[unit] += value * hidden[block * width + n, unit]
        for unit in range(len(active)):
            odds[at] += max(active[unit], 0) * out[unit]
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
        blocks += [_shifted(features, distance), _shifted(features, -distance)]
    return np.hstack(blocks)


def whole_page(page: PageLines, features: Matrix, local: Vector) -> Matrix:
    """-> (lines, features + 23): what a line looks like, and where it stands in the page.

    `local` is the first network's opinion of each line.
    """
    count = len(local)
    words = np.minimum(features[:, column("words")] * 40, 60)
    mass = local * words
    total = max(mass.sum(), 1.0)
    before = (np.cumsum(mass) - mass) / total
    start, end = _best_run((local - 0.5) * (words + 2))
    at = np.arange(count)
    inside = (at >= start) & (at < end)
    distance = np.where(at < start, start - at, np.where(at >= end, at - end + 1, 0))
    side = np.where(at < start, -1.0, np.where(at >= end, 1.0, 0.0))
    shared = _shared_words(page, features, local, inside)
    columns = [
        local,
        *(_shifted(local, n) for n in (1, -1, 2, -2, 3, -3)),
        *(_mean_around(local, n) for n in (2, 5, 10)),
        *(_mean_around(mass, n) / 20 for n in (4, 10)),
        before,
        1 - before - mass / total,
        np.full(count, np.log2(total) / 8),
        at / count,
        inside.astype(np.float64),
        np.minimum(np.log2(distance + 1) / 3, 2),
        side,
        *(_opened(features[:, column(f"opens_{name}")], start) for name in ("comments", "stories")),
        shared,
        shared * inside,
    ]
    context = np.stack(columns, axis=1)
    return np.hstack([features, np.round(context * _STEP) / _STEP])


def _best_run(scores: Vector) -> tuple[int, int]:
    """[start, end) of the run of lines with the largest sum."""
    sums = np.concatenate(([0.0], np.cumsum(scores)))
    end = int(np.argmax(sums - np.minimum.accumulate(sums)))
    return int(np.argmin(sums[: end + 1])), end


def _opened(opens: Vector, start: int) -> Vector:
    """Headings of a kind above each line, counted from the story's start."""
    above = np.cumsum(opens) - opens
    reference = above[min(start, len(above) - 1)] if len(above) else 0
    return np.clip(above - reference, -2, 4)


def _shared_words(
    page: PageLines, features: Matrix, local: Vector, inside: NDArray[np.bool_]
) -> Vector:
    """Share of a line's longer words that the best run of lines uses."""
    chosen = features[:, column("words")] * 40 >= _LEAST_SHARED_WORDS
    return shared_words(page.words, chosen, inside & (local > 0.5) & chosen)


def _mean_around(values: Vector, reach: int) -> Vector:
    sums = np.concatenate(([0.0], np.cumsum(values)))
    at = np.arange(len(values))
    low, high = np.maximum(at - reach, 0), np.minimum(at + reach + 1, len(values))
    mean: Vector = (sums[high] - sums[low]) / (high - low)
    return mean


def _shifted(values: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    """Row i holds what row i - by held; zeros come in at the ends."""
    moved = np.zeros_like(values)
    if 0 < by < len(values):
        moved[by:] = values[:-by]
    elif by < 0 and -by < len(values):
        moved[:by] = values[-by:]
    return moved


@lru_cache(maxsize=1)
def _networks() -> tuple[Network, Network]:
    stored = orjson.loads((files("streams.articles") / "data" / "story_model.json").read_bytes())
    if stored["features"] != list(NAMES):
        raise ValueError("story_model.json was fitted to other features: fit it anew")
    first, second = (_network(stored[name]) for name in ("first", "second"))
    return first, second


def _network(stored: dict[str, list[int]]) -> Network:
    hidden, bias, out, out_bias = (
        np.array(stored[name], dtype=np.float64) / 256
        for name in ("hidden", "hidden_bias", "out", "out_bias")
    )
    return Network(hidden.reshape(-1, len(bias)), bias, out, float(out_bias[0]))
