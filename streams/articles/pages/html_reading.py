"""An HTML page -> its story, the articles embedded in it, and what it says about itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from streams.articles.metadata import NOTHING_SAID, Metadata
from streams.articles.outlets import Outlets
from streams.articles.pages.around_headline import Place
from streams.articles.pages.embedded_articles import Card
from streams.articles.pages.head import Head, head_of, nodes_of
from streams.articles.pages.html_embedded_articles import embedded_in
from streams.articles.pages.html_lines import HtmlLines, html_lines
from streams.articles.pages.html_metadata import html_metadata
from streams.articles.pages.html_taken import Taken, taken_lines
from streams.articles.pages.kinds import Mask
from streams.articles.pages.markup import Markup, markup_of
from streams.articles.pages.reading import Analysis, Label, Part, labels_of, part_of_card

# The largest of the benchmark's 181 pages, 1.5 MB, has 3,229.
MOST_TAGS = 100_000
# Of the page's own story beside embedded articles; with fewer, these are taken for its sections.
_LEAST_OWN_WORDS = 25


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """`text` is empty if nothing reads like a story.

    confidence: the F1 of words that is expected of the text, 0 to 1. stub: whether the page plainly
    holds many times the text.
    """

    text: str = ""
    metadata: Metadata = NOTHING_SAID
    confidence: float | None = None
    parts: tuple[Part, ...] = ()
    stub: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    markup: Markup
    head: Head
    analysis: Analysis
    expected: float
    stub: bool
    headline: int | None  # a heading of rank 1 above the story


def read_html(
    html: str | bytes, now: datetime, outlets: Outlets, address: str | None = None
) -> HtmlPage:
    """Take a page apart, which may be in UTF-8; linear in its length. `now` is when it was fetched,
    `address` its own.

    Raises ValueError for a page of too many tags.
    """
    markup = markup_of(html, MOST_TAGS)
    found = _read(markup, now, outlets, address)
    if found is None:
        return HtmlPage()
    analysis = found.analysis
    lines, kept = analysis.lines, analysis.kept
    title_at = analysis.title_at if analysis.title_at is not None else found.headline
    place = Place(kept[0], kept[-1], title_at) if kept else None
    return HtmlPage(
        text="\n".join([lines[at].text for at in kept]),
        metadata=html_metadata(markup, found.head, lines, place, address, now),
        confidence=round(min(found.expected, 1.0), 2) if kept else None,
        parts=tuple(part_of_card(card, lines) for card in analysis.cards),
        stub=found.stub,
    )


def explained_html(
    html: str, now: datetime, outlets: Outlets, address: str | None = None
) -> tuple[Label, ...]:
    """What each line of a page was classified as, in the same reading as `read_html`."""
    found = _read(markup_of(html), now, outlets, address)
    return () if found is None else labels_of(found.analysis)


def _read(markup: Markup, now: datetime, outlets: Outlets, address: str | None) -> _Read | None:
    taken_apart = html_lines(markup)
    lines = taken_apart.lines
    if not lines:
        return None
    head = head_of(markup)
    whole = taken_lines(markup, taken_apart, head, outlets)
    taken, expected, probabilities = whole.taken, whole.expected, whole.found.probabilities
    stub = whole.stub
    cards = embedded_in(markup, taken_apart, whole, now, outlets, address)
    if cards:
        rest = _rest(cards, len(lines))
        own = _taken_of_rest(markup, taken_apart, rest, head, outlets)
        if own is not None and own.found.words[own.taken].sum() >= _LEAST_OWN_WORDS:
            taken, probabilities = np.zeros_like(taken), np.zeros_like(probabilities)
            taken[rest], probabilities[rest] = own.taken, own.found.probabilities
            expected, stub = own.expected, own.stub
        else:
            cards = []
    kept = np.flatnonzero(taken).tolist()
    titles = np.flatnonzero(whole.evidence.is_title).tolist()
    headings = markup.nodes[5, nodes_of(markup, "h1")].tolist()
    above = [at for at in titles if not kept or at <= kept[0]]
    # It may stand again in a table of contents.
    ranked = [at for at in above if at in headings]
    title_at = (ranked or above)[-1] if above else None
    analysis = Analysis(lines, whole.features, whole.kinds, cards, probabilities, kept, title_at)
    heading = next((at for at in reversed(headings) if kept and at <= kept[0]), None)
    return _Read(markup, head, analysis, expected, stub, heading)


def _rest(cards: list[Card], count: int) -> Mask:
    """The lines of a page that are not of its embedded articles."""
    rest = np.ones(count, dtype=np.bool_)
    for card in cards:
        rest[card.header.start : max(card.body[-1] + 1, card.header.box_end)] = False
    return rest


def _taken_of_rest(
    markup: Markup, lines: HtmlLines, rest: Mask, head: Head, outlets: Outlets
) -> Taken | None:
    """The page read again as if the other lines were missing; None if nothing is left."""
    if not rest.any():
        return None
    moved = np.concatenate(([0], np.cumsum(rest, dtype=np.int32)))
    nodes = markup.nodes.copy()
    nodes[5:7] = moved[nodes[5:7]]
    left = [line for line, kept in zip(lines.lines, rest.tolist(), strict=True) if kept]
    html = HtmlLines(left, lines.columns[:, rest], lines.marks[rest])
    return taken_lines(replace(markup, nodes=nodes), html, head, outlets)
