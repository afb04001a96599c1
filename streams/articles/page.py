"""A page, in HTML or as plain text -> its article, the articles embedded in it, its metadata."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from streams.articles.metadata import NOTHING_SAID, Metadata
from streams.articles.outlets import outlets
from streams.articles.pages.html_reading import read_html
from streams.articles.pages.reading import Part, read_text_page

# Seven times as many as in the longest of the benchmark's stripped pages, blank ones included.
MOST_LINES = 50_000


@dataclass(frozen=True, slots=True)
class PageSource:
    """A page to read. `now` is when it was fetched: `3 hours ago` counts from it; `address` is its
    own, if known. `html` may be in UTF-8; `cut`: control characters were removed from it."""

    html: str | bytes | None
    text: str | None
    now: datetime
    title: str | None = None
    outlets_file: str | None = None
    address: str | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The content of a page. `text` is empty if it holds no article.

    confidence: how certain the main story's lines are, 0 to 1; None if nothing was cut.
    failure: why the page could not be read.
    """

    text: str = ""
    title: str | None = None
    metadata: Metadata = NOTHING_SAID
    parts: tuple[Part, ...] = ()
    confidence: float | None = None
    failure: str | None = None
    timed_out: bool = False
    from_text: bool = False  # whether it was taken from plain text
    stub: bool = False  # whether the page clearly holds many times the text


def read_page(source: PageSource) -> Page:
    """Extract the article from HTML; if that holds none, from the text."""
    page = _read_html(source) if source.html and not source.html.isspace() else Page()
    if page.text or not source.text:
        return page
    if source.text.count("\n") > MOST_LINES:
        why = f"one of more than {MOST_LINES} lines"
        return Page(metadata=page.metadata, failure=why, from_text=True)
    found = read_text_page(source.text, source.now, outlets(source.outlets_file), source.title)
    return Page(
        text=found.text,
        title=found.title,
        metadata=replace(page.metadata, kind=page.metadata.kind or found.kind),
        parts=found.parts,
        confidence=found.confidence,
        failure=page.failure,
        from_text=True,
    )


def _read_html(source: PageSource) -> Page:
    try:
        found = read_html(
            source.html or "", source.now, outlets(source.outlets_file), source.address
        )
    except ValueError as error:
        return Page(failure=str(error)[:200])
    return Page(
        text=found.text,
        title=found.metadata.title,
        metadata=found.metadata,
        parts=found.parts,
        confidence=found.confidence,
        stub=found.stub,
    )
