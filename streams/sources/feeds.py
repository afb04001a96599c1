"""Feeds and wire items in JSON -> raw events; docs/normalising.md has the table."""

from __future__ import annotations

import calendar
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import feedparser

from streams.articles.address import domain_of
from streams.articles.fragments import fragment_text
from streams.articles.times import format_time, milliseconds, parse_time

_ATTRIBUTE_CHARACTERS = 1000
_LONGEST_ID = 512


def xml_feed_items(content: bytes) -> Iterator[dict[str, Any]] | None:
    """Fields of raw articles, one for each entry of an RSS or Atom feed; None if it is neither."""
    feed = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    if not feed.get("version"):
        return None
    source = domain_of(feed.feed.get("link") or "")
    language = feed.feed.get("language")
    return (_entry(entry, source, language) for entry in feed.entries)


def feed_items(document: Any) -> Iterator[dict[str, Any]] | None:
    """Fields of raw articles of a JSON Feed or a ninjs item; None if a document is neither."""
    if not isinstance(document, dict):
        return None
    if "jsonfeed.org/version" in str(document.get("version")):
        return _json_feed(document)
    if isinstance(document.get("uri"), str) and _NINJS & document.keys():
        return iter([_ninjs(document)])
    return None


def attributes(**values: Any) -> dict[str, str]:
    """Those that are there, as text, none of them too long."""
    return {n: str(v)[:_ATTRIBUTE_CHARACTERS] for n, v in values.items() if v not in (None, "")}


def present(**fields: Any) -> dict[str, Any]:
    """Fields without those that are empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", {})}


def _entry(entry: Any, source: str | None, language: str | None) -> dict[str, Any]:
    contents = [content.get("value", "") for content in entry.get("content", [])]
    body = max([*contents, entry.get("summary", "")], key=len)
    updated = None
    if "updated_parsed" in entry:  # asked for without a look, it is the time of publication
        updated = _time(entry["updated_parsed"])
    own = entry.get("source") or {}
    return present(
        id=(entry.get("id") or entry.get("link") or "")[:_LONGEST_ID],
        version=_seconds(updated),
        source=source or domain_of(entry.get("link") or ""),
        url=entry.get("link"),
        title=fragment_text(entry.get("title", "")),
        byline=entry.get("author"),
        text=fragment_text(body),
        language=entry.get("language") or language,
        published_at=_time(entry.get("published_parsed")) or updated,
        attributes=attributes(updated=updated, source=own.get("title") or own.get("href")),
    )


def _time(parts: time.struct_time | None) -> str | None:
    """Feedparser's time, which is UTC."""
    if parts is None:
        return None
    try:
        return format_time(datetime.fromtimestamp(calendar.timegm(parts), UTC))
    except (ValueError, OverflowError):
        return None


def _seconds(text: str | None) -> int | None:
    moment = parse_time(text) if text else None
    return None if moment is None else max(0, milliseconds(moment) // 1000)


def _json_feed(feed: dict[str, Any]) -> Iterator[dict[str, Any]]:
    source = domain_of(str(feed.get("home_page_url") or feed.get("feed_url") or ""))
    for item in feed.get("items") or []:
        if not isinstance(item, dict):
            continue
        authors = item.get("authors") or [item.get("author")]
        names = [a["name"] for a in authors if isinstance(a, dict) and a.get("name")]
        updated = item.get("date_modified")
        body = item.get("content_html") or item.get("content_text") or item.get("summary") or ""
        yield present(
            id=str(item.get("id") or "")[:_LONGEST_ID],
            version=_seconds(updated),
            source=source,
            url=item.get("url") or item.get("external_url"),
            title=item.get("title"),
            byline=", ".join(names),
            text=fragment_text(str(body)),
            language=item.get("language") or feed.get("language"),
            published_at=item.get("date_published") or updated,
            attributes=attributes(updated=updated),
        )


_NINJS = {
    "headlines", "headline", "bodies", "body_text", "body_xhtml", "pubstatus", "versioncreated",
}  # fmt: skip


def _ninjs(item: dict[str, Any]) -> dict[str, Any]:
    headlines = [h for h in item.get("headlines") or [] if isinstance(h, dict)]
    main = [h for h in headlines if h.get("role") in (None, "main")] or headlines
    bodies = [b for b in item.get("bodies") or [] if isinstance(b, dict)]
    body = bodies[0].get("value") if bodies else None
    sources = [s.get("name") for s in item.get("infosources") or [] if isinstance(s, dict)]
    version = str(item.get("version") or "")
    return present(
        id=item["uri"][:_LONGEST_ID],
        version=int(version) if version.isdigit() else _seconds(item.get("versioncreated")),
        source=next((name for name in sources if name), None),
        title=main[0].get("value") if main else item.get("headline"),
        byline=item.get("by") or item.get("byline"),
        credit=item.get("creditline") or item.get("copyrightholder"),
        text=fragment_text(body or item.get("body_xhtml") or item.get("body_text") or ""),
        language=item.get("language"),
        published_at=item.get("firstcreated") or item.get("versioncreated"),
        embargoed_until=item.get("embargoed"),
        status=item.get("pubstatus"),
        attributes=attributes(
            ednote=item.get("ednote"),
            urgency=item.get("urgency"),
            usageterms=item.get("usageterms"),
            slugline=item.get("slugline"),
        ),
    )
