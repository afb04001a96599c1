"""Elements that state the time or the address of an embedded article: `time`, `itemprop`, links."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from streams.articles.pages.head import attributes, elements
from streams.articles.pages.markup import Markup
from streams.articles.pages.placed import Placed
from streams.articles.pages.stated_addresses import stated_address
from streams.articles.pages.tag_loop import ITEMPROP, MARKS

# Looked at for one article: boxes may stand in each other, each with all elements of the page.
_MOST = 30


class StatedElements:
    """Those of one page. Stretches of it are given in bytes, from `first` to `last`."""

    def __init__(self, markup: Markup) -> None:
        self._markup = markup
        self._times = Placed(markup, elements(markup, "time"))
        self._properties = Placed(markup, (markup.nodes[MARKS] & ITEMPROP).nonzero()[0])
        self._read: dict[int, dict[str, str]] = {}

    @cached_property
    def _dates(self) -> Placed:
        return self._called("datepublished", "datecreated")

    @cached_property
    def _addresses(self) -> Placed:
        return self._called("url")

    def _called(self, *names: str) -> Placed:
        nodes = self._properties.nodes
        called = [n for n in nodes if self.named(n).get("itemprop", "").lower() in names]
        return Placed(self._markup, np.array(called, dtype=np.int32))

    def named(self, node: int) -> dict[str, str]:
        """An element's attributes, which are read once: one element may stand around all texts."""
        found = self._read.get(node)
        if found is None:
            found = self._read[node] = attributes(self._markup, node)
        return found

    def lines(self) -> list[int]:
        """The first line of each `time` and of each element with `itemprop`."""
        found: list[int] = self._markup.nodes[
            5, [*self._times.nodes, *self._properties.nodes]
        ].tolist()
        return found

    def any_within(self, first: int, last: int) -> bool:
        """Whether any of these elements begins there."""
        return self._times.any_within(first, last) or self._properties.any_within(first, last)

    def time_within(self, first: int, last: int) -> bool:
        """Whether an element there may state a time."""
        return self._times.any_within(first, last) or self._dates.any_within(first, last)

    def times_within(self, first: int, last: int) -> Iterator[str]:
        """The times that the first elements there state, those of `time` first."""
        for node in self._times.within(first, last)[:_MOST]:
            yield self.named(node).get("datetime", "")
        for node in self._dates.within(first, last)[:_MOST]:
            yield self.named(node).get("content") or self.named(node).get("datetime", "")

    def address_within(
        self, first: int, last: int, node: int, start: int, own: str | None
    ) -> str | None:
        """The first address that elements there state as `itemprop=url`, or `node` or one around it
        that begins at line `start` or below, innermost first. `own` is the page's."""
        stating = [*self._addresses.within(first, last)[:_MOST]]
        while node >= 0 and self._markup.nodes[5, node] >= start:
            stating.append(node)
            node = int(self._markup.nodes[1, node])
        return stated_address(map(self.named, stating), own)
