"""RSS, Atom and JSON feeds -> raw events; docs/normalising.md has the table."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import feedparser

from streams.articles.address import domain_of
from streams.articles.fragments import fragment_text, plain_text
from streams.articles.times import utc_time
from streams.json_object import Json
from streams.sources.feed_tree import clearer
from streams.sources.fields import Gathered, bounded_id, dictionaries, names, seconds, text_of

# feedparser turns `desk@daily.example (Ana Berg)` into `desk@daily.exam` and `ple (Ana Berg`, and
# `Ana Berg (mailto:desk@daily.example)` into the same address and `Ana Berg (mailto:ple`.
_REST_OF_MAIL = re.compile(r"^[a-z]{1,20}(?= ?\(|$)|[(\[](?:mailto:)?[a-z]{0,20}[)\]]?$")
# `Ana Berg <ana@daily.example>, Bo Chen <bo@daily.example>` and `bo@daily.example (Bo Chen)`.
_TOGETHER = re.compile(
    r"([^<>(),;@\s][^<>(),;@]{0,80})<[^<>@\s]{1,80}@[^<>\s]{1,80}>"
    r"|[^\s@(),;<>]{1,80}@[^\s@(),;<>]{1,80}\s?\(([^()@]{1,80})\)"
)
# Services that redistribute feeds: their addresses say nothing about the publisher.
_CARRIERS = ("feedburner.com", "feedproxy.google.com", "feedsportal.com", "news.google.com", "t.co")
_REFERENCE = re.compile(rb"&#([xX][0-9a-fA-F]{1,400}|[0-9]{1,400});?")
_ENTRY_START = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ENTRY_END = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_FEED_END = re.compile(rb"</(?:\w+:)?(?:rss|feed|rdf|channel)\s*>", re.IGNORECASE)
# RSS is older than four-digit years (RFC 822). Elsewhere nothing says which number is the year.
_SHORT_YEAR = re.compile(r"((?:[A-Za-z]{3}, *)?\d{1,2} [A-Za-z]{3}) (\d\d)(?= \d\d:)")


def xml_feed_items(content: bytes, root: Any | None) -> tuple[Iterator[Gathered], bool] | None:
    """One raw article per entry of an RSS or Atom feed, and whether it breaks off; None if it is
    neither, or too broken for its parser. `root` is its tree, if it is XML. Without the last entry
    if that breaks off."""
    clear = None if root is None else clearer(root)
    content = _REFERENCE.sub(_possible, content) if clear is None else clear
    try:
        feed = feedparser.parse(content, sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        return None
    if not feed.get("version"):
        return None
    entries, broken = feed.entries, root is None and _breaks_off(content)
    if broken:
        entries = entries[: len(_ENTRY_END.findall(content))]
    return (_entry(entry, feed.feed, feed.version) for entry in entries), broken


def _breaks_off(content: bytes) -> bool:
    """Whether a feed that is no XML is only the beginning of one, which its parser would take for
    all of it: nothing closes it behind the start of its last entry."""
    last = max((found.start() for found in _ENTRY_START.finditer(content)), default=0)
    return _FEED_END.search(content, last) is None


def _possible(reference: re.Match[bytes]) -> bytes:
    """`&#xD800;` and `&#x110000;` are not characters, and feedparser fails on them."""
    digits = reference[1].decode()
    point = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return reference[0] if point < 0xD800 or 0xE000 <= point <= sys.maxunicode else b"&#xFFFD;"


def _entry(entry: Any, feed: Any, kind: str) -> Gathered:
    found = Gathered()
    link = _absolute(_said(entry, "feedburner_origlink") or _said(entry, "link"), feed)
    updated = _time(_said(entry, "updated") if "updated" in entry else None)
    identity = _said(entry, "id") or ""
    found.put("id", ("id", bounded_id(identity)), ("link", bounded_id(link or "")))
    found.put("version", ("updated", seconds(updated)))
    found.put("source", *_sources(entry, link, feed))
    found.put("url", ("link", link))
    found.put("title", ("title", _content(_object(entry, "title_detail"), kind)))
    found.put("byline", *_bylines(entry, feed, kind))
    bodies = dictionaries(entry.get("content"))
    contents = [_content(content, kind) for content in bodies if _is_text(content)]
    summary = _content(_object(entry, "summary_detail"), kind)
    body = max(contents, key=len, default="")
    own = ("content", body), ("summary", summary)
    found.put("text", *(own if len(body) >= len(summary) else own[::-1]))
    languages = (_said(content, "language") for content in bodies)
    found.put(
        "language",
        ("entry's language", _said(entry, "language")),
        ("content's language", next(filter(None, languages), None)),
        ("feed's language", _said(feed, "language")),
    )
    published = _time(_said(entry, "published") or _said(entry, "created"))
    found.put_time("published_at", ("published", published), ("updated", updated))
    origin = _object(entry, "source")
    found.put_attributes(
        updated=updated,
        source=_said(origin, "title") or _said(origin, "href"),
        rights=html.unescape(_content(_object(entry, "rights_detail"), kind)),
    )
    return found


def _said(entry: Any, name: str) -> str | None:
    """A text of feedparser's; an unknown element of its name with attributes is an object."""
    return text_of(entry.get(name))


def _object(entry: Any, name: str) -> Any:
    """One of feedparser's objects; an unknown element of its name is text."""
    found = entry.get(name)
    return found if isinstance(found, dict) else {}


def _sources(entry: Any, link: str | None, feed: Any) -> Iterator[tuple[str, str | None]]:
    """In an aggregated feed each entry has its own: what it names, else where it links to."""
    origin = _object(entry, "source")
    for address in (_said(origin, "link"), _said(origin, "href")):
        yield "entry's source", _publisher(address)
    yield "entry's source", _said(origin, "title")
    channel, own = domain_of(_said(feed, "link") or ""), _publisher(link)
    if channel and own and not f".{own}".endswith(f".{channel}"):
        yield "link", None if channel.endswith(f".{own}") else own
    yield "feed's link", channel
    yield "link", own


def _publisher(address: str | None) -> str | None:
    domain = domain_of(address or "")
    carried = domain and any(domain == c or domain.endswith(f".{c}") for c in _CARRIERS)
    return None if carried else domain


def _bylines(entry: Any, feed: Any, kind: str) -> Iterator[tuple[str, str]]:
    authors = dictionaries(entry.get("authors"))
    together = _TOGETHER.findall(_said(entry, "author") or "") if len(authors) == 1 else []
    if len(together) > 1:
        yield "author", names("".join(pair) for pair in together)
    yield "author", names(map(_author, authors))
    if kind.startswith("atom"):  # RFC 4287, 4.2.1
        for place, owner in (
            ("source's author", _object(entry, "source")),
            ("feed's author", feed),
        ):
            yield place, names(map(_author, dictionaries(owner.get("authors"))))


def _author(author: Any) -> str:
    name, mail = _said(author, "name") or "", _said(author, "email")
    if "<" in name:  # `Ana Berg <ple` or `Ana Berg <ple>`, from a truncated address
        return name.split("<")[0]
    return _REST_OF_MAIL.sub("", name) if mail else name


def _content(detail: Any, kind: str) -> str:
    """A title's or body's text: Atom says whether it is plain, in RSS any may be markup."""
    if not detail:
        return ""
    value = _said(detail, "value") or ""
    if kind.startswith("atom") and detail.get("type") == "text/plain":
        return plain_text(value)
    return fragment_text(value)


def _is_text(detail: Any) -> bool:
    """Anything else is base64 (RFC 4287, 4.1.3.3)."""
    kind = (_said(detail, "type") or "text").lower()
    return kind.startswith("text") or kind.endswith(("html", "xml"))


def _absolute(link: str | None, feed: Any) -> str | None:
    if not link or "://" in link:
        return link
    links = dictionaries(feed.get("links"))
    own = (_said(item, "href") for item in links if item.get("rel") == "self")
    base = _said(feed, "link") or next(own, None) or ""
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def _time(text: str | None) -> str | None:
    """A feed's time in RFC 3339; as written if it cannot be parsed, for the service to report.

    RFC 822, which RSS refers to, has two-digit years.
    """
    text = " ".join((text or "").split())
    return (
        utc_time(_SHORT_YEAR.sub(lambda m: f"{m[1]} {_century(m[2])}{m[2]}", text)) or text or None
    )


def _century(year: str) -> str:
    return "19" if int(year) > 68 else "20"


def json_feed_items(feed: Json) -> Iterator[Gathered]:
    """One raw article per item of a JSON Feed, 1.0 or 1.1."""
    home = text_of(feed.get("home_page_url")) or text_of(feed.get("feed_url")) or ""
    for item in dictionaries(feed.get("items")):
        found = Gathered()
        updated = text_of(item.get("date_modified"))
        link, other = (_joined(home, text_of(item.get(n))) for n in ("url", "external_url"))
        markup, plain = text_of(item.get("content_html")), text_of(item.get("content_text"))
        identity = text_of(item.get("id")) or link or ""
        found.put("id", ("id" if item.get("id") else "url", bounded_id(identity)))
        found.put("version", ("date_modified", seconds(updated)))
        found.put("source", ("home_page_url", domain_of(home)), ("url", domain_of(link or "")))
        found.put("url", ("url", link), ("external_url", other))
        found.put("title", ("title", text_of(item.get("title"))))
        for place, owner in (("item", item), ("feed", feed)):
            authors = dictionaries(owner.get("authors")) or dictionaries(owner.get("author"))
            if "byline" not in found.values:
                said = names(text_of(author.get("name")) for author in authors)
                found.put("byline", (f"{place}'s authors", said))
        found.put(
            "text",
            ("content_html", fragment_text(markup or "")),
            ("content_text", plain_text(plain or "")),
            ("summary", plain_text(text_of(item.get("summary")) or "")),
        )
        found.put(
            "language",
            ("item's language", text_of(item.get("language"))),
            ("feed's language", text_of(feed.get("language"))),
        )
        published = text_of(item.get("date_published"))
        found.put_time("published_at", ("date_published", published), ("date_modified", updated))
        found.put_attributes(updated=_time(updated))
        yield found


def _joined(base: str, link: str | None) -> str | None:
    try:
        return urljoin(base, link) if link and base else link
    except ValueError:
        return link
