"""Addresses of embedded articles, as links and elements of an HTML page state them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from streams.articles.pages.head import attributes
from streams.articles.pages.markup import Markup

_ADDRESSES = (
    "data-url", "data-href", "data-permalink", "data-canonical-url", "itemid", "cite", "href",
)  # fmt: skip
_SHARING = frozenset(
    ("share", "sharer", "sharer.php", "intent", "submit", "login", "signup", "tag", "tags",
     "author", "authors", "category", "topic", "topics", "search", "comments", "print")
)  # fmt: skip
_LEAST_PATH = 8  # characters: shorter ones are sections


def story_address(stated: str | None, own: str | None) -> str | None:
    """An absolute address of another page that may be a story; `own` is that of this page."""
    if not stated or stated[0] == "#":
        return None
    try:
        found = urljoin(own or "", stated)
        parts, page = urlsplit(found), urlsplit(own or "")
    except ValueError:
        return None
    path = parts.path.strip("/")
    if parts.scheme not in ("http", "https", "") or (not parts.netloc and own):
        return None
    if len(path) < _LEAST_PATH or not _SHARING.isdisjoint(path.lower().split("/")):
        return None
    if (parts.netloc, path) == (page.netloc, page.path.strip("/")):
        return None
    return found if parts.scheme else None


def stated_address(
    markup: Markup, stated: Sequence[int], node: int, start: int, own: str | None
) -> str | None:
    """The first address among the attributes of the elements `stated` that are `itemprop=url`, then
    of `node` and those around it, innermost first, that begin at line `start` or below."""
    for named in _stating(markup, stated, node, start):
        for name in _ADDRESSES:
            if name in named and (found := story_address(named[name], own)):
                return found
    return None


def _stating(
    markup: Markup, stated: Sequence[int], node: int, start: int
) -> Iterator[dict[str, str]]:
    for one in stated:
        named = attributes(markup, one)
        if named.get("itemprop", "").lower() == "url":
            yield named
    while node >= 0 and markup.nodes[5, node] >= start:
        yield attributes(markup, node)
        node = int(markup.nodes[1, node])
