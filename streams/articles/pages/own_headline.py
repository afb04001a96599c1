"""The headline of an HTML page's own story: the heading of rank 1 that the head names as title."""

from __future__ import annotations

from collections.abc import Sequence

from streams.articles.pages.evidence import Titles, key
from streams.articles.pages.lines import Line
from streams.articles.pages.markup import Markup
from streams.articles.pages.tags import NUMBER


def headline_line(markup: Markup, titles: Titles, lines: Sequence[Line]) -> int | None:
    """The line of the only heading of rank 1 that is the page's title, or that without the site's
    name; None if there are none, or several."""
    firsts = {
        int(first)
        for first, last in markup.nodes[5:7, markup.nodes[0] == NUMBER["h1"]].T
        if first < last and first < len(lines)
    }
    found = [at for at in firsts if key(lines[at].text.lower()) in titles.pieces]
    return found[0] if len(found) == 1 else None
