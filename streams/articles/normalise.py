"""A chunk of raw records -> normalised articles and rejections, record by record.

Three steps, so that pages can be read elsewhere (in other processes) between the first and the
last: `decode_chunk`, then `read_page` for each of `Decoded.pages`, then `normalise_chunk`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from schemas import RawArticle
from streams.articles.body import NO_PAGE, body_of, page_of
from streams.articles.decode import decode
from streams.articles.fields import Made, article_of, part_of
from streams.articles.outlets import Outlets, outlets
from streams.articles.page import Page, PageSource
from streams.articles.record import Record
from streams.articles.rejection import Rejection


@dataclass(slots=True)
class Decoded:
    """A chunk after decoding. `pages` are those to read, with their places in the chunk."""

    articles: list[RawArticle | Rejection]
    repaired: list[bool]
    pages: list[tuple[int, PageSource]]
    unknown_fields: int
    outlets: Outlets


@dataclass(slots=True)
class NormalisedChunk:
    """Articles in the chunk's order, as parallel lists, and what was rejected.

    `articles` are `NormalisedArticle` fields, `values` the same as JSON, `compared` the texts that
    sketches are made of; `places[i]` is the place in the chunk of the record that article i is of.
    A page's embedded articles follow its own, in the page's order.
    """

    places: list[int] = field(default_factory=list)
    articles: list[dict[str, Any]] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)
    compared: list[str] = field(default_factory=list)
    rejections: list[tuple[int, Rejection]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, place: int, made: Made) -> None:
        """Take in one article of the record at `place`."""
        self.places.append(place)
        self.articles.append(made.article)
        self.values.append(orjson.dumps(made.article))
        self.compared.append(made.compared)


def decode_chunk(
    records: Sequence[Record], limit_bytes: int, outlets_file: str | None = None
) -> Decoded:
    """Decode and validate every record; a record's error is a value in its place.

    `outlets_file`: a user's own table of publishers. Raises OutletsError where it is none.
    """
    decoded = Decoded([], [], [], 0, outlets(outlets_file))
    for place, record in enumerate(records):
        result = decode(record.value, limit_bytes)
        if isinstance(result, Rejection):
            decoded.articles.append(result)
            decoded.repaired.append(False)
            continue
        article, unknown, repaired = result
        decoded.articles.append(article)
        decoded.repaired.append(repaired)
        decoded.unknown_fields += unknown
        if (page := page_of(article, record, outlets_file)) is not None:
            decoded.pages.append((place, page))
    return decoded


def normalise_chunk(
    records: Sequence[Record], decoded: Decoded, pages: Sequence[Page]
) -> NormalisedChunk:
    """Make the articles; `pages` are those of `decoded.pages`, in the same order."""
    chunk = NormalisedChunk()
    page_at = {place: page for (place, _), page in zip(decoded.pages, pages, strict=True)}
    for place, (record, raw) in enumerate(zip(records, decoded.articles, strict=True)):
        if isinstance(raw, Rejection):
            chunk.rejections.append((place, raw))
            continue
        dropped = ["surrogates"] if decoded.repaired[place] else []
        page = page_at.get(place)
        text = body_of(raw, page, dropped)
        made = (
            text
            if isinstance(text, Rejection)
            else article_of(raw, page or NO_PAGE, text, record, decoded.outlets, dropped)
        )
        if isinstance(made, Rejection):
            chunk.rejections.append((place, made))
            continue
        chunk.dropped.update(dropped)
        chunk.add(place, made)
        for position, part in enumerate(page.parts if page else (), 1):
            if embedded := part_of(made.article, part, position, decoded.outlets):
                chunk.add(place, embedded)
    return chunk
