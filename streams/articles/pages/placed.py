"""Elements of an HTML page, found by where they stand."""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.markup import Markup


class Placed:
    """Elements in the page's order, found by where they stand."""

    def __init__(self, markup: Markup, nodes: NDArray[np.int32]) -> None:
        self.nodes: list[int] = nodes.tolist()
        self._starts: list[int] = markup.nodes[2, nodes].tolist()

    def within(self, first: int, last: int) -> list[int]:
        """Those that begin in these bytes."""
        return self.nodes[bisect_left(self._starts, first) : bisect_left(self._starts, last)]

    def any_within(self, first: int, last: int) -> bool:
        """Whether any begins in these bytes."""
        return bisect_left(self._starts, first) < bisect_left(self._starts, last)
