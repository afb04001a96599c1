"""A feed's tree, before feedparser reads it: without the elements that it takes for others.

It reads `media:title` and `media:description`, which are those of a picture, as the item's own, and
`dc:date`, which is when an item of RSS was published, as the time of its last change.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from streams.sources.nitf import local

_ITEMS = ("item", "entry")
_MEDIA = ("http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss")
_DUBLIN_CORE = ("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/elements/1.0/")
_ISSUED = "{http://purl.org/dc/terms/}issued"
_OF_PICTURES = {
    "title": frozenset(("title",)),
    "description": frozenset(("description", "summary", "content", "encoded", "body")),
    "text": frozenset(("description", "summary", "content", "encoded", "body")),
}


def clearer(root: Any) -> bytes | None:
    """The feed with these elements removed or renamed, as UTF-8; None if it has none of them."""
    changed = False
    for item in root.iter():
        if local(item) in _ITEMS:
            changed |= _without_media(item)
            changed |= local(item) == "item" and _with_issued(item)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True) if changed else None


def _namespace(element: Any) -> str:
    return etree.QName(element).namespace or "" if isinstance(element.tag, str) else ""


def _without_media(item: Any) -> bool:
    """Texts of pictures go if the item has one of its own in their place."""
    own = {local(child) for child in item if _namespace(child) not in _MEDIA}
    found = [
        element
        for element in item.iter()
        if _namespace(element) in _MEDIA and _OF_PICTURES.get(local(element), frozenset()) & own
    ]
    for element in found:
        element.getparent().remove(element)
    return bool(found)


def _with_issued(item: Any) -> bool:
    dates = [e for e in item if local(e) == "date" and _namespace(e) in _DUBLIN_CORE]
    published = any(local(child) == "pubDate" for child in item)
    for element in dates:
        if published:
            item.remove(element)
        else:
            element.tag = _ISSUED
    return bool(dates)
