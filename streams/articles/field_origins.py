"""Where each field of an article was found, for `echowire show`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas import RawArticle
from streams.articles.address import domain_of

# A row of the table and the raw event's fields that it is made from, best first.
_FIELDS = {
    "title": ("title",),
    "source": ("source",),
    "address": ("canonical_url", "url"),
    "byline": ("byline",),
    "credit": ("credit",),
    "published": ("published_at",),
    "embargoed until": ("embargoed_until",),
    "status": ("status",),
    "version": ("version",),
    "attributes": ("attributes",),
    "text": ("html", "text"),
}
# The article's field that a row shows, if it has another name.
ARTICLE_KEYS = {
    "address": "canonical_url", "published": "published_at", "embargoed until": "embargoed_until",
}  # fmt: skip


def field_origins(
    raw: RawArticle, article: Mapping[str, Any], taken_from: Mapping[str, str], *, paged: bool
) -> dict[str, str]:
    """By row: the place in the feed, item or archive, else the event's field, else the page.

    `taken_from` has the places in an item, by field; `paged` is whether a page was read.
    """
    rest = "the page" if paged else ""
    origins = {}
    for row, names in _FIELDS.items():
        name = next((name for name in names if getattr(raw, name) not in (None, {}, "")), None)
        origins[row] = _of_event(name, taken_from) if name else rest
    if raw.source is None:
        origins["source"] = "the address" if _is_of_address(article) else rest
    elif _is_of_address(article) and domain_of(raw.source) not in (None, article["source"]):
        origins["source"] = "the address that an archive holds"
    origins["dateline"] = "the text's first lines"
    origins["language"] = _language(raw, article, taken_from)
    return origins


def _of_event(name: str, taken_from: Mapping[str, str]) -> str:
    return f"item: {taken_from[name]}" if name in taken_from else f"event: {name}"


def _is_of_address(article: Mapping[str, Any]) -> bool:
    address, source = article["canonical_url"], article["source"]
    return address is not None and source is not None and domain_of(address) == source


def _language(raw: RawArticle, article: Mapping[str, Any], taken_from: Mapping[str, str]) -> str:
    claimed = (raw.language or "").replace("_", "-").split("-")[0].lower()
    if claimed and claimed == article["language"]:
        return f"{_of_event('language', taken_from)}, and the text"
    return (
        f"the text; {_of_event('language', taken_from)} says {claimed}" if claimed else "the text"
    )
