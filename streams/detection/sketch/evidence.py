"""Where an article comes from, by its own fields: an agency, another publisher, when published."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from streams.articles.agencies import agencies, agency_of_site
from streams.articles.times import milliseconds, parse_time

AGENCY_BYTES = 12
# The part of a slug that identifies the item: the same for all takes of it.
_SLUG_WORD = re.compile(r"[^\W\d_]{3,}")
_TAKES = frozenset(["update", "wrapup", "lead", "urgent", "writethru", "correction", "corrected"])
# "4 hours ago" has a precision of 3,600.
_EXACT_SECONDS = 300
_MIDNIGHT = "T00:00:00Z"  # as `format_time` writes it, in UTC


def provider_of(article: Mapping[str, Any]) -> bytes:
    """The agency that the text comes from, as stored in entries; empty if none is named."""
    for agency in article.get("agencies", ()):
        if agency["role"] == "provider":
            return cut_name(agency["name"])
    site = article.get("syndicated_from")
    named = agency_of_site(site) if site else None
    return cut_name(named) if named else b""


def agency_named(cut: bytes) -> str:
    """The agency whose name entries truncate to this."""
    return _cut_names().get(cut) or cut.decode()


@lru_cache(maxsize=1)
def _cut_names() -> dict[bytes, str]:
    return {cut_name(name): name for name in agencies()}


@lru_cache(maxsize=1024)
def cut_name(name: str) -> bytes:
    """An agency's name as stored in entries: UTF-8, cut between two characters."""
    return name.encode()[:AGENCY_BYTES].decode(errors="ignore").encode()


def link_of(article: Mapping[str, Any]) -> int:
    """`key_of_source` of another publisher that the article names as its source, else 0.

    Named by `syndicated_from`, or by a canonical address on another site.
    """
    source, named = article["source"], article.get("syndicated_from")
    if named:
        return key_of_source(named.encode()) if named != source else 0
    canonical = article.get("canonical_url")
    if not canonical or not source or "." not in source:
        return 0
    if canonical.startswith(f"https://{source}/"):  # of most articles
        return 0
    host = canonical.split("/", 3)[2].split(":")[0]
    if host == source or host.endswith("." + source) or source.endswith("." + host):
        return 0
    return key_of_source(host.encode())


def key_of_source(source: bytes) -> int:
    """Four bytes that identify a publisher; never 0 for one with a name."""
    return zlib.crc32(source) or 1


def slug_key(article: Mapping[str, Any]) -> int:
    """Four bytes that identify a wire's slug, without its numbers and marks of a new take; 0 if
    there is none."""
    slug = article.get("attributes", {}).get("slugline")
    if not slug:
        return 0
    words = [w for w in _SLUG_WORD.findall(slug.casefold()) if w not in _TAKES]
    return zlib.crc32("-".join(words).encode()) or 1 if words else 0


def published_seconds(article: Mapping[str, Any]) -> int:
    """`published_at` as seconds since 1970; 0 unless exact to about a minute. Midnight
    is usually a date without a time, and would make its article the earliest of the day."""
    text, precision = article.get("published_at"), article.get("published_precision_seconds")
    if not text or (precision or 0) > _EXACT_SECONDS or _MIDNIGHT in text:
        return 0
    time = parse_time(text)
    if time is None or (time.hour, time.minute, time.second) == (0, 0, 0):
        return 0
    return min(max(0, milliseconds(time) // 1000), 0xFFFFFFFF)
