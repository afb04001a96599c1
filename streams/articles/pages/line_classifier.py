"""How likely each line of a text page is part of its main story: two forests, one on the other.

The first sees a line, its neighbours and where it stands. The second sees the first one's opinion
of the whole page: where the best run of lines is, what came before, which words it uses. Both are
fitted by `python -m tests.quality.pages.fit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from streams.articles.pages import line_columns, line_context
from streams.articles.pages.features import Matrix
from streams.articles.pages.forest import Forest, forest
from streams.articles.pages.page_lines import PageLines

# From this probability on, a line is part of the story. Chosen on pages that the forests were not
# fitted to.
STORY_PROBABILITY = 0.5

Vector = NDArray[np.float64]
Forests = tuple[Forest, Forest]


def story_probabilities(page: PageLines, features: Matrix) -> Vector:
    """-> for each line of a page the probability that it belongs to the main story.

    Where `features` are those of the first lines only, the page ends there.
    """
    return probabilities_by(_forests(), page, features)


def probabilities_by(forests: Forests, page: PageLines, features: Matrix) -> Vector:
    """The same, by other forests: those that are being fitted."""
    if not len(features):
        return np.zeros(0)
    first, second = forests
    columns = line_columns.line_columns(page, features)
    context = line_context.context_of(page, features, columns, first(columns))
    return second(np.concatenate([context, columns]))


def forests_of(stored: Mapping[str, Any]) -> Forests:
    """Forests as the data file holds them. Raises ValueError where they are of other features."""
    if stored["features"] != [*line_context.NAMES, *line_columns.NAMES]:
        raise ValueError("story_model.json was fitted to other features: fit it again")
    return forest(stored["first"]), forest(stored["second"])


@lru_cache(maxsize=1)
def _forests() -> Forests:
    path = files("streams.articles") / "data" / "story_model.json"
    return forests_of(orjson.loads(path.read_bytes()))
