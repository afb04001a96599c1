"""How one raw event was read, line by line: for `echowire show` and the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schemas import RawArticle
from streams.articles.body import page_of
from streams.articles.field_origins import field_origins
from streams.articles.normalise import NormalisedChunk, decode_chunk, normalise_chunk
from streams.articles.page import read_page
from streams.articles.pages.html_reading import explained_html
from streams.articles.pages.reading import Label, explained_lines
from streams.sources.raw_events import FileRecord


@dataclass(frozen=True, slots=True)
class Understood:
    """A raw event and its results.

    labels: its lines, if it was a page. origins: by row, where the fields of its own article
    were found.
    """

    chunk: NormalisedChunk
    labels: tuple[Label, ...]
    origins: Mapping[str, str] = field(default_factory=dict)


def understand(record: FileRecord, limit_bytes: int, outlets_file: str | None) -> Understood:
    """Normalise one record as the service does, keeping its labels for each line."""
    decoded = decode_chunk([record], limit_bytes, outlets_file)
    pages = [read_page(page) for _, page in decoded.pages]
    chunk = normalise_chunk([record], decoded, pages)
    raw = decoded.articles[0]
    labels: tuple[Label, ...] = ()
    if isinstance(raw, RawArticle) and pages:
        source = page_of(raw, record, outlets_file)
        if pages[0].from_text and source is not None and source.text is not None:
            labels = explained_lines(source.text, source.now, decoded.outlets, source.title)
        elif raw.html:
            found = decoded.pages[0][1]
            labels = explained_html(raw.html, found.now, decoded.outlets, found.address)
    if not isinstance(raw, RawArticle) or not chunk.articles:
        return Understood(chunk, labels)
    origins = field_origins(raw, chunk.articles[0], record.taken_from, paged=bool(pages))
    return Understood(chunk, labels, origins)
