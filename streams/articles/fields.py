"""An article's fields: from a raw event and its page, and from a part of the page."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from schemas import RawArticle, Reason
from schemas.records import NormalisedArticleRecord
from streams.articles.address import SOURCE_BYTES, canonical_address, domain_of, publisher
from streams.articles.attribution import attribute
from streams.articles.body import BEHIND_WALL
from streams.articles.comparable import comparable
from streams.articles.identity import article_id, content_digest, part_id
from streams.articles.language import language_of
from streams.articles.metadata import Metadata
from streams.articles.outlets import Outlets
from streams.articles.page import Page
from streams.articles.pages.reading import Part
from streams.articles.record import Record
from streams.articles.rejection import Rejection, rejected
from streams.articles.text import clean_line
from streams.articles.text_scan import TextScan
from streams.articles.times import format_milliseconds, format_time, parse_time, utc_time

_LINE_BYTES = 1024
# A clock may be slightly wrong; but nothing is published a day after it was fetched.
_FUTURE = timedelta(days=1)


class Draft(NamedTuple):
    """An article before its fields are made, from the record at `place` of the chunk.

    `part` and `position` are None for the event's own article.
    """

    place: int
    text: str
    page: Page
    part: Part | None = None
    position: int | None = None


class Made(NamedTuple):
    """`NormalisedArticle` fields, and the part of the text that is compared."""

    article: NormalisedArticleRecord
    story_text: str


def article_of(
    raw: RawArticle,
    draft: Draft,
    scan: TextScan,
    record: Record,
    outlets: Outlets,
    dropped: list[str],
) -> Made | Rejection:
    """The event's own article. Appends to `dropped` the fields that it had to drop."""
    page, text, meta = draft.page, draft.text, draft.page.metadata
    title = clean_line(raw.title, _LINE_BYTES) or clean_line(page.title, _LINE_BYTES)
    canonical = _canonical(raw, page, dropped)
    if raw.status == "canceled" and raw.id is None and canonical is None:
        return rejected(
            Reason.INVALID_FIELD,
            "id: expected the id or address of the item to cancel, got neither",
        )
    source = clean_line(_source(raw, page, canonical, outlets), SOURCE_BYTES)
    plain = content_digest(raw.status, title, scan.utf8)
    byline = _byline(clean_line(raw.byline, _LINE_BYTES) or clean_line(meta.byline, _LINE_BYTES))
    credit = clean_line(raw.credit, _LINE_BYTES)
    found = attribute(
        text, scan.names, source=source, credit=credit, byline=byline, stated=meta.agency_hint
    )
    claimed = raw.language or meta.language
    claimed = claimed if claimed and claimed.isascii() else None
    embargo = _time(raw.embargoed_until, "embargoed_until", dropped)
    digest = plain if embargo is None else content_digest(raw.status, title, scan.utf8, embargo)
    fetched = _time(raw.fetched_at, "fetched_at", dropped)
    article: NormalisedArticleRecord = {
        "article_id": article_id(source, raw.id, canonical, plain),
        "producer_id": raw.id,
        "version": raw.version,
        "parent_id": None,
        "position": None,
        "parts": len(page.parts),
        "kind": meta.kind or "article",
        "source": source,
        "syndicated_from": _origin(raw, page, source, outlets),
        "url": clean_line(raw.url, 2 * _LINE_BYTES),
        "canonical_url": canonical,
        "title": title,
        "byline": byline,
        "credit": credit,
        "dateline": clean_line(found.place, 128),
        "language": language_of(text, claimed, scan.english),
        "text": text,
        "text_confidence": page.confidence,
        "truncated": BEHIND_WALL in dropped,
        "published_at": _published(raw, page, fetched, dropped),
        "published_precision_seconds": None,
        "fetched_at": fetched,
        "embargoed_until": embargo,
        "status": raw.status,
        "agencies": found.agencies,
        "content_digest": digest,
        "attributes": _attributes(raw, meta),
        "dropped": dropped,
        "raw": {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "timestamp": format_milliseconds(record.timestamp),
        },
    }
    return Made(article, comparable(text, found.start, found.end))


def part_of(
    parent: NormalisedArticleRecord, draft: Draft, scan: TextScan, outlets: Outlets
) -> Made:
    """One embedded article; `parent` are the fields of the page's own one."""
    part, text = draft.part or Part(""), draft.text
    title = clean_line(part.title, _LINE_BYTES)
    canonical = canonical_address(part.address) if part.address else None
    source = clean_line(_part_source(parent, part, canonical, outlets), SOURCE_BYTES)
    digest = content_digest("usable", title, scan.utf8)
    byline = _byline(clean_line(part.byline, _LINE_BYTES))
    found = attribute(text, scan.names, source=source, credit=None, byline=byline)
    time = part.time
    article: NormalisedArticleRecord = {
        **parent,
        "article_id": part_id(parent["article_id"], source, title, digest),
        "producer_id": None,
        "version": None,
        "parent_id": parent["article_id"],
        "position": draft.position,
        "parts": 0,
        "kind": "article",
        "source": source,
        "syndicated_from": None,
        "canonical_url": canonical or parent["canonical_url"],
        "title": title,
        "byline": byline,
        "credit": None,
        "dateline": clean_line(found.place, 128),
        "language": language_of(text, parent["language"], scan.english),
        "text": text,
        "published_at": format_time(time.time) if time else None,
        "published_precision_seconds": time.precision_seconds if time else None,
        "truncated": False,
        "embargoed_until": None,
        "status": "usable",
        "agencies": found.agencies,
        "content_digest": digest,
        "dropped": [],
    }
    return Made(article, comparable(text, found.start, found.end))


def _part_source(
    parent: NormalisedArticleRecord, part: Part, canonical: str | None, outlets: Outlets
) -> str | None:
    """The source that the page prints; else the publisher of the part's own address: the page's
    publisher if both are on the same site."""
    if part.source:
        return outlets.domain(part.source) or part.source
    if canonical is None:
        return None
    domain, own = domain_of(canonical), domain_of(parent["canonical_url"] or "")
    same = domain is not None and own is not None and _same_site(domain, own)
    return parent["source"] if same else domain


def _source(raw: RawArticle, page: Page, canonical: str | None, outlets: Outlets) -> str | None:
    source = publisher(raw.source, canonical)
    if source is None:
        source = page.metadata.publisher
    if source is not None and "." not in source:
        return outlets.domain(source) or source
    return source


def _attributes(raw: RawArticle, meta: Metadata) -> dict[str, str]:
    """The producer's own, and those of the page without a field."""
    stated = {
        name: line for name, text in meta.attributes if (line := clean_line(text, _LINE_BYTES))
    }
    return stated | raw.attributes if stated else raw.attributes


def _byline(byline: str | None) -> str | None:
    """Without `By`, and without addresses."""
    if byline is None:
        return None
    for word in ("By ", "BY ", "by ", "Von ", "von ", "Par ", "par ", "Por ", "por "):
        if byline.startswith(word):
            return byline[len(word) :].strip() or None
    return byline


def _origin(raw: RawArticle, page: Page, source: str | None, outlets: Outlets) -> str | None:
    """What the page itself names as its text's source: a domain if known, never itself."""
    hint = page.metadata.syndicated_from
    if hint:
        name = domain_of(hint) if "." in hint and " " not in hint else outlets.domain(hint) or hint
        if name and name != source:
            return clean_line(name, SOURCE_BYTES)
    named = page.metadata.address or raw.canonical_url
    if named is None:
        return None
    own, other = domain_of(raw.url) if raw.url else None, domain_of(named)
    if own and other and not _same_site(own, other):
        return clean_line(other, SOURCE_BYTES)
    return None


def _same_site(one: str, other: str) -> bool:
    """`edition.cnn.com` and `cnn.com` are one publisher."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _canonical(raw: RawArticle, page: Page, dropped: list[str]) -> str | None:
    """The canonical address: the producer's own, else the address itself, else the page's."""
    for name, address in (("canonical_url", raw.canonical_url), ("url", raw.url)):
        if address is not None:
            if canonical := canonical_address(address):
                return canonical
            dropped.append(name)
    return canonical_address(page.metadata.address) if page.metadata.address else None


def _published(raw: RawArticle, page: Page, fetched: str | None, dropped: list[str]) -> str | None:
    time = _time(raw.published_at or page.metadata.published, "published_at", dropped)
    if time is not None and fetched is not None and time[:10] > fetched[:10]:
        printed, now = parse_time(time), parse_time(fetched)
        if printed and now and printed > now + _FUTURE:
            dropped.append("published_in_future")
    return time


def _time(text: str | None, name: str, dropped: list[str]) -> str | None:
    if text is None:
        return None
    time = utc_time(text)
    if time is None:
        dropped.append(name)
    return time
