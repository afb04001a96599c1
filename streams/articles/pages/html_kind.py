"""What an HTML page is: an article, a live blog, a gallery, a forum's thread, a shop's product."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from schemas.normalised_article import Kind
from streams.articles.pages.head import Head, attributes, nodes_of
from streams.articles.pages.linked_objects import linked_objects
from streams.articles.pages.markup import Markup
from streams.articles.pages.own_object import like, plain, types_of
from streams.json_object import Json

_THREAD_TYPES = frozenset(("discussionforumposting", "qapage"))
_PRODUCT_TYPES = frozenset(("product", "productgroup", "individualproduct"))
_PRODUCT_META = frozenset(("product", "og:product", "product.item", "product.group"))
_ARTICLE_TYPES = frozenset(
    "newsarticle article blogposting reportagenewsarticle liveblogposting analysisnewsarticle "
    "opinionnewsarticle backgroundnewsarticle reviewnewsarticle report techarticle recipe".split()
)
# A thread's address: the host is a forum's, the path a thread's; or the body names the software.
_FORUM_HOST = re.compile(
    r"(?:^|\.)(?:forums?|community|discuss|discussions?|boards?|bbs|answers|foro|forum\w{0,12})\."
    r"|(?:^|\.)(?:stackexchange|stackoverflow)\.com$"
)
_THREAD_PATH = re.compile(
    r"/(?:t|threads?|topics?|questions|discussions?|forums?|community|boards?|posts?)(?:[/.-]|$)"
    r"|viewtopic|showthread|showtopic|/thread-\d|-t\d+\.html?$"
)
_FORUM_WORDS = re.compile(
    r"\b(?:discourse|phpbb|vbulletin|xenforo|vanilla|ipsapp|ips|mybb|flarum|nodebb|smf|question-page"
    r"|section-viewtopic|template-thread|single-topic)\b"
)
_LIKENESS = 0.6


def html_kind(
    markup: Markup, head: Head, linked: Mapping[str, object], address: str | None
) -> Kind | None:
    """`live_blog`, `gallery`, `thread`, `product`, or None: an article, or unknown.
    `linked`: the JSON-LD object of the page's own article, `address` the page's."""
    own = types_of(linked)
    og_type = head.meta.get("og:type", "").lower()
    if "liveblogposting" in own:
        return "live_blog"
    if "imagegallery" in own or og_type in ("gallery", "photo_gallery"):
        return "gallery"
    objects = _first_objects(head)
    types = frozenset(kind for item in objects for kind in types_of(item))
    if types & _THREAD_TYPES or (
        not types & _ARTICLE_TYPES and _is_thread(markup, head, (address or "").lower())
    ):
        return "thread"
    if types & _ARTICLE_TYPES:
        return None
    priced = any(name.startswith(("product:price", "og:price")) for name in head.meta)
    offered = any(
        types_of(item) & _PRODUCT_TYPES and ("offers" in item or "hasVariant" in item)
        for item in objects
    )
    return "product" if priced or offered or og_type in _PRODUCT_META else None


def is_told_as_article(head: Head) -> bool:
    """Whether the head says that the page is one article: JSON-LD has one with its title, or there
    is a time of publication."""
    titles = [text for text in (head.title, head.meta.get("og:title")) if text]
    return "article:published_time" in head.meta or any(
        types_of(item) & _ARTICLE_TYPES
        and (name := plain(item.get("headline")))
        and any(like(name, title) >= _LIKENESS for title in titles)
        for item, _ in linked_objects(head.linked)
    )


def _first_objects(head: Head) -> list[Json]:
    """The objects of JSON-LD about the page itself: not those within others."""
    found: list[Json] = []
    for value in head.linked:
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                graph = item.get("@graph")
                found += [item, *(graph if isinstance(graph, list) else ())]
    return [item for item in found if isinstance(item, dict)]


def _is_thread(markup: Markup, head: Head, address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if not _THREAD_PATH.search(parts.path):
        return False
    if _FORUM_HOST.search(parts.netloc):
        return True
    named = attributes(markup, body[0]) if (body := nodes_of(markup, "body")[:1]) else {}
    said = f"{named.get('class', '')} {named.get('id', '')} {head.meta.get('generator', '')}"
    return _FORUM_WORDS.search(said.lower()) is not None
