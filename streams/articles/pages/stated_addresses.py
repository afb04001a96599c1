"""Addresses of embedded articles, as links and elements of an HTML page state them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urljoin, urlsplit

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


def stated_address(elements: Iterable[Mapping[str, str]], own: str | None) -> str | None:
    """The first address of a story among the attributes of these elements."""
    for named in elements:
        for name in _ADDRESSES:
            if name in named and (found := story_address(named[name], own)):
                return found
    return None
