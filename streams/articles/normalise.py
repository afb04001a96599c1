"""A chunk of raw records -> normalised articles and rejections, record by record.

Three steps, so that pages can be read elsewhere (in other processes) between the first and the
last: `decode_chunk`, then `read_page` for each of `Decoded.pages`, then `normalise_chunk`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from schemas import RawArticle, Reason
from streams.articles.address import SOURCE_BYTES, canonical_address, publisher
from streams.articles.agencies import agencies_of
from streams.articles.decode import decode
from streams.articles.identity import article_id, content_digest
from streams.articles.language import language_of
from streams.articles.page import Page
from streams.articles.rejection import Rejection, rejected
from streams.articles.text import clean_line, clean_text
from streams.articles.times import format_milliseconds, format_time, parse_time

_LINE_BYTES = 1024
NO_PAGE = Page()


class Record(Protocol):
    """What is needed of a Kafka record; aiokafka's ConsumerRecord has it."""

    @property
    def topic(self) -> str:
        """The topic's full name."""
        ...

    @property
    def partition(self) -> int:
        """Its number."""
        ...

    @property
    def offset(self) -> int:
        """Place in the partition."""
        ...

    @property
    def timestamp(self) -> int:
        """Record time, milliseconds since 1970."""
        ...

    @property
    def value(self) -> bytes | None:
        """The raw event."""
        ...


@dataclass(slots=True)
class Decoded:
    """A chunk after decoding. `pages` are the HTML pages to read: (place in chunk, html)."""

    articles: list[RawArticle | Rejection]
    repaired: list[bool]
    pages: list[tuple[int, str]]
    unknown_fields: int


@dataclass(slots=True)
class NormalisedChunk:
    """Articles in the chunk's order, as parallel lists, and what was rejected.

    `articles` are `NormalisedArticle` fields, `values` the same as JSON; `places[i]` is the place
    in the chunk of the record that article i is of.
    """

    places: list[int] = field(default_factory=list)
    articles: list[dict[str, Any]] = field(default_factory=list)
    values: list[bytes] = field(default_factory=list)
    rejections: list[tuple[int, Rejection]] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)


def decode_chunk(records: Sequence[Record], limit_bytes: int) -> Decoded:
    """Decode and validate every record; a record's error is a value in its place."""
    decoded = Decoded([], [], [], 0)
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
        if article.html and article.status != "canceled":
            decoded.pages.append((place, article.html))
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
        made = _normalise(raw, page_at.get(place, NO_PAGE), record, dropped)
        if isinstance(made, Rejection):
            chunk.rejections.append((place, made))
            continue
        chunk.dropped.update(dropped)
        chunk.places.append(place)
        chunk.articles.append(made)
        chunk.values.append(orjson.dumps(made))
    return chunk


def _body(raw: RawArticle, page: Page, dropped: list[str]) -> str | Rejection:
    """The article's text, or why there is none."""
    if raw.status == "canceled":
        return clean_text(raw.text)[0] if raw.text else ""
    if raw.text is None and raw.html is None:
        return rejected(Reason.NO_BODY, "text: expected text or html, got neither")
    text, removed = clean_text(page.text or raw.text or "")
    if removed:
        dropped.append("control_characters")
    if text:
        return text
    if raw.html and raw.html.strip():
        why = page.failure or "nothing that reads like an article"
        return rejected(Reason.NO_ARTICLE, f"html: expected a page with an article, got {why}")
    name = "text" if raw.text is not None else "html"
    return rejected(Reason.EMPTY_BODY, f"{name}: expected some text, got none but white space")


def _normalise(
    raw: RawArticle, page: Page, record: Record, dropped: list[str]
) -> dict[str, Any] | Rejection:
    """One article as `NormalisedArticle` fields; appends the fields that it had to drop."""
    text = _body(raw, page, dropped)
    if isinstance(text, Rejection):
        return text
    title = clean_line(raw.title, _LINE_BYTES) or clean_line(page.title, _LINE_BYTES)
    canonical = _canonical(raw, page, dropped)
    if raw.status == "canceled" and raw.id is None and canonical is None:
        return rejected(
            Reason.INVALID_FIELD,
            "id: expected the id or address of the item to cancel, got neither",
        )
    source = clean_line(publisher(raw.source, canonical), SOURCE_BYTES)
    digest = content_digest(raw.status, title, text)
    claimed = raw.language if raw.language and raw.language.isascii() else None
    language = language_of(text, claimed)
    return {
        "article_id": article_id(source, raw.id, canonical, digest),
        "producer_id": raw.id,
        "version": raw.version,
        "parent_id": None,
        "position": None,
        "source": source,
        "url": clean_line(raw.url, 2 * _LINE_BYTES),
        "canonical_url": canonical,
        "title": title,
        "byline": clean_line(raw.byline, _LINE_BYTES) or clean_line(page.byline, _LINE_BYTES),
        "credit": clean_line(raw.credit, _LINE_BYTES),
        "language": language,
        "text": text,
        "published_at": _time(raw.published_at or page.published, "published_at", dropped),
        "fetched_at": _time(raw.fetched_at, "fetched_at", dropped),
        "embargoed_until": _time(raw.embargoed_until, "embargoed_until", dropped),
        "status": raw.status,
        "agencies": agencies_of(raw.credit, raw.byline) if raw.credit or raw.byline else [],
        "content_digest": digest,
        "attributes": raw.attributes,
        "dropped": dropped,
        "raw": {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": format_milliseconds(record.timestamp),
        },
    }


def _canonical(raw: RawArticle, page: Page, dropped: list[str]) -> str | None:
    """The canonical address: the producer's own, else the page's, else the address itself."""
    for name, address in (("canonical_url", raw.canonical_url), ("url", raw.url)):
        if address is not None:
            if canonical := canonical_address(address):
                return canonical
            dropped.append(name)
    return canonical_address(page.address) if page.address else None


def _time(text: str | None, name: str, dropped: list[str]) -> str | None:
    if text is None:
        return None
    if time := parse_time(text):
        return format_time(time)
    dropped.append(name)
    return None
