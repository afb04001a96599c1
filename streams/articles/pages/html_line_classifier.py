"""How likely each line of an HTML page is part of its story, and which lines to take.

Two forests of small trees, one on top of the other: the first sees a line, its neighbours and the
elements around it; the second sees the first one's opinion of the whole page. Both are fitted by
`python -m tests.quality.pages.html_fit`, with what the words of classes say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from streams.articles.pages import block_context, block_features
from streams.articles.pages.block_context import context_of
from streams.articles.pages.block_features import Evidence, blocks_of
from streams.articles.pages.elements import BITS, Hashes, Vector, word_table
from streams.articles.pages.features import Matrix
from streams.articles.pages.forest import Forest, forest
from streams.articles.pages.markup import Markup
from streams.articles.pages.page_lines import PageLines

_WORD_STEPS = 64


@dataclass(frozen=True, slots=True)
class HtmlModel:
    """Both forests, and what the words of classes say."""

    class_words: tuple[Hashes, Vector]
    first: Forest
    second: Forest


@dataclass(frozen=True, slots=True)
class Judged:
    """For each line the probability that it is the story's, its words, the share of it in links,
    and what it stands in, by `elements.BITS`."""

    probabilities: Vector
    words: Vector
    links: Vector
    bits: NDArray[np.int64]

    def within(self, name: str) -> NDArray[np.bool_]:
        """Whether each line stands in an element that is, or is called, so."""
        found: NDArray[np.bool_] = (self.bits & (1 << BITS.index(name))) != 0
        return found


def judged(
    model: HtmlModel,
    markup: Markup,
    columns: NDArray[np.int32],
    page: PageLines,
    features: Matrix,
    evidence: Evidence,
) -> Judged:
    """Apply both forests. `columns` are those of `HtmlLines`."""
    blocks = blocks_of(markup, columns, features, page.repeats, evidence, model.class_words)
    first = model.first(blocks.steps)
    second = model.second(np.concatenate([context_of(blocks, page, first), blocks.steps]))
    links = columns[2] / np.maximum(columns[1], 1)
    return Judged(second, np.diff(blocks.words), links, blocks.bits)


def best_lines(probabilities: Vector, words: Vector) -> tuple[NDArray[np.bool_], float]:
    """-> (the lines to take, the F1 of words that is expected of them).

    Of all sets of lines that are likelier than the others, that with the highest expected F1: where
    no line is certain, less likely ones are taken.
    """
    taken = np.zeros(len(words), dtype=np.bool_)
    weights = words + 0.5
    order = np.argsort(-probabilities, kind="stable")
    likely = (probabilities * weights)[order]
    total = likely.sum()
    if total == 0:
        return taken, 0.0
    expected = 2 * np.cumsum(likely) / (np.cumsum(weights[order]) + total)
    last = int(np.argmax(expected))
    taken[order[: last + 1]] = True
    return taken, float(expected[last])


def model_of(stored: Mapping[str, Any]) -> HtmlModel:
    """A model as the data file holds it. Raises ValueError where it is one of other features."""
    if stored["features"] != [*block_context.NAMES, *block_features.NAMES]:
        raise ValueError("html_model.json was fitted to other features: fit it again")
    words = {word: weight / _WORD_STEPS for word, weight in stored["words"].items()}
    return HtmlModel(word_table(words), forest(stored["first"]), forest(stored["second"]))


@lru_cache(maxsize=1)
def html_model() -> HtmlModel:
    """The model that comes with the package."""
    path = files("streams.articles") / "data" / "html_model.json"
    return model_of(orjson.loads(path.read_bytes()))
