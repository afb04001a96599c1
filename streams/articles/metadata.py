"""What an HTML page says of itself: JSON-LD, OpenGraph, meta and link elements, the first heading.

| field | taken from, best first |
|---|---|
| title | JSON-LD `headline`; `og:title`; `twitter:title`; the one `h1`; `title` |
| byline | JSON-LD `author`; meta `author`, `article:author`, `dc.creator`, `byl` and others |
| published | JSON-LD `datePublished`; `article:published_time`; other meta dates; `time` elements |
| address | `link rel=canonical`; `og:url`; JSON-LD `url`, `mainEntityOfPage` |
| publisher | JSON-LD `publisher`; `og:site_name`; `application-name` |
| language | JSON-LD `inLanguage`; `html lang`; `content-language`; `og:locale` |
| syndicated from | JSON-LD `isBasedOn`; `syndication-source`, `original-source` |
| kind | JSON-LD `@type` (LiveBlogPosting, ImageGallery); `og:type` |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from lxml.html import HtmlElement

from streams.articles.times import parse_time

_DATES = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished",
    "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date", "publish_date",
    "date", "dc.date", "dc.date.issued", "dcterms.created", "dcterms.date", "article.published",
    "originalpublicationdate", "cxenseparse:recs:publishtime", "ptime", "pdate",
    "article_date_original", "rnews:datepublished", "datecreated", "citation_publication_date",
)  # fmt: skip
_AUTHORS = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "byl",
    "sailthru.author",
    "citation_author",
)
_ORIGINS = ("syndication-source", "original-source", "article:original_source")
_ARTICLE_TYPES = frozenset(
    {
        "NewsArticle",
        "Article",
        "BlogPosting",
        "ReportageNewsArticle",
        "LiveBlogPosting",
        "AnalysisNewsArticle",
        "OpinionNewsArticle",
        "Report",
        "ImageGallery",
        "WebPage",
    }
)
_LIVE, _GALLERY = "live_blog", "gallery"
_MOST_SCRIPTS, _MOST_BYTES, _DEEPEST = 20, 500_000, 6
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Metadata:
    """Fields as the page writes them; None where it does not say."""

    title: str | None = None
    byline: str | None = None
    published: str | None = None
    address: str | None = None
    publisher: str | None = None
    language: str | None = None
    syndicated_from: str | None = None
    kind: str | None = None
    agency_hint: str | None = None  # `creditText`, `sourceOrganization`, `provider` of JSON-LD


NOTHING_SAID = Metadata()


def metadata_of(tree: HtmlElement) -> Metadata:
    """Read a parsed page; nothing in it can raise."""
    meta = _meta(tree)
    linked = _json_ld(tree)
    titles = (_text(linked.get("headline")), *(meta.get(n) for n in ("og:title", "twitter:title")))
    return Metadata(
        title=_first(*titles) or _heading(tree) or _document_title(tree, meta.get("og:site_name")),
        byline=_first(_names(linked.get("author")), *(_no_address(meta.get(n)) for n in _AUTHORS)),
        published=_published(tree, linked, meta),
        address=_first(
            _canonical(tree), meta.get("og:url"), _text(linked.get("url")),
            _text(linked.get("mainEntityOfPage"), "@id"),
        ),
        publisher=_first(
            _names(linked.get("publisher")), meta.get("og:site_name"), meta.get("application-name")
        ),
        language=_first(
            _text(linked.get("inLanguage")), tree.get("lang"), meta.get("content-language"),
            meta.get("og:locale"),
        ),
        syndicated_from=_first(
            _text(linked.get("isBasedOn"), "url", "@id"), *(meta.get(name) for name in _ORIGINS)
        ),
        kind=_kind(linked, meta),
        agency_hint=_first(
            _text(linked.get("creditText")), _names(linked.get("sourceOrganization")),
            _names(linked.get("provider")), _names(linked.get("copyrightHolder")),
        ),
    )  # fmt: skip


def _meta(tree: HtmlElement) -> dict[str, str]:
    """Name, property or itemprop in lower case -> content; the first of several."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        names = (element.get(key) for key in ("property", "name", "itemprop", "http-equiv"))
        for name in names:
            if name and content:
                found.setdefault(name.strip().lower(), content[:_LONGEST])
    return found


def _json_ld(tree: HtmlElement) -> dict[str, Any]:
    """The article among a page's JSON-LD objects, or an empty one."""
    best: dict[str, Any] = {}
    scripts = (s for s in tree.iter("script") if "ld+json" in (s.get("type") or ""))
    for _, script in zip(range(_MOST_SCRIPTS), scripts, strict=False):
        text = (script.text or "").strip().removeprefix("<!--").removesuffix("-->").strip(" \n;")
        if not text or len(text) > _MOST_BYTES:
            continue
        try:
            value = orjson.loads(text.replace("\n", " ").replace("\t", " ").replace("\r", " "))
        except orjson.JSONDecodeError:
            continue
        for item in _objects(value, 0):
            kinds = _types(item)
            if any(kind in _ARTICLE_TYPES for kind in kinds) and (
                "headline" in item or "datePublished" in item
            ):
                if "WebPage" not in kinds:
                    return item
                best = best or item
    return best


def _objects(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            if name in value:
                yield from _objects(value[name], depth + 1)


def _types(item: dict[str, Any]) -> list[str]:
    kinds = item.get("@type")
    return [
        kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)
    ]


def _text(value: Any, *names: str) -> str | None:
    """A string, the first string of a list, or an object's field of one of these names."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = next((value[name] for name in (*names, "url", "@id") if name in value), None)
    return value.strip()[:_LONGEST] or None if isinstance(value, str) else None


def _names(value: Any) -> str | None:
    """Names of people or organisations, joined by commas."""
    items = value if isinstance(value, list) else [value]
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    flat = [name for name in names if isinstance(name, str)]
    found = [name.strip() for name in flat if name.strip() and "://" not in name]
    return ", ".join(dict.fromkeys(found))[:_LONGEST] or None


def _published(tree: HtmlElement, linked: dict[str, Any], meta: dict[str, str]) -> str | None:
    texts = [_text(linked.get(name)) for name in ("datePublished", "dateCreated", "uploadDate")]
    texts += [meta.get(name) for name in _DATES]
    for element in tree.iter("time"):
        stamp = element.get("datetime")
        if stamp and (
            element.get("pubdate") is not None
            or "publish" in (element.get("class") or "") + (element.get("itemprop") or "").lower()
        ):
            texts.append(stamp)
    times = [element.get("datetime") for element in tree.iter("time") if element.get("datetime")]
    texts += times[:1]
    return next((text for text in texts if text and parse_time(text) is not None), None)


def _canonical(tree: HtmlElement) -> str | None:
    for element in tree.iter("link"):
        if (element.get("rel") or "").lower() == "canonical":
            return (element.get("href") or "").strip() or None
    return None


def _heading(tree: HtmlElement) -> str | None:
    headings = [" ".join(element.text_content().split()) for element in tree.iter("h1")]
    headings = [heading for heading in headings if heading]
    return headings[0][:_LONGEST] if len(headings) == 1 else None


def _document_title(tree: HtmlElement, site: str | None) -> str | None:
    element = tree.find(".//title")
    text = " ".join((element.text_content() if element is not None else "").split())
    for mark in (" | ", " - ", " – ", " — ", " :: ", " » "):
        head, found, tail = text.rpartition(mark)
        if found and (tail == site or len(tail.split()) <= 4 < len(head.split())):
            return head[:_LONGEST]
    return text[:_LONGEST] or None


def _kind(linked: dict[str, Any], meta: dict[str, str]) -> str | None:
    kinds = _types(linked)
    if "LiveBlogPosting" in kinds:
        return _LIVE
    if "ImageGallery" in kinds or meta.get("og:type", "").lower() in ("gallery", "photo_gallery"):
        return _GALLERY
    return None


def _no_address(name: str | None) -> str | None:
    return None if name is None or "://" in name else name


def _first(*texts: str | None) -> str | None:
    return next((" ".join(text.split()) for text in texts if text and text.strip()), None)
