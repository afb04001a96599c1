"""What the detector needs to know of an article, in one fixed-size record beside its JSON.

It travels in a header of the normalised record, so that detection reads no JSON: a whole chunk of
headers becomes one array without a look at any single article.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from streams.articles.address import SOURCE_BYTES
from streams.articles.agencies import agency_of_site
from streams.detection.sketch.evidence import (
    AGENCY_BYTES,
    link_of,
    provider_of,
    published_seconds,
)
from streams.detection.sketch.sketches import SKETCH, Sketches

HEADLINE_BYTES = 120
ENTRY_VERSION = 3

# Bits of `status`.
CANCELED, STATUS_WITHHELD, STATUS_EMBARGOED, STATUS_OWN_AGENCY, STATUS_PART = 1, 2, 4, 8, 16

_STATUSES = {"usable": 0, "canceled": CANCELED, "withheld": STATUS_WITHHELD}

SKETCH_FIELDS: list[tuple[str, np.dtype[np.generic]]] = [
    (name, SKETCH.fields[name][0]) for name in SKETCH.names or () if SKETCH.fields
]
ENTRY = np.dtype(
    [
        ("version", "u1"),
        ("status", "u1"),
        ("article_id", "u1", (16,)),
        ("digest", "u1", (16,)),
        ("language", "S3"),
        ("source", f"S{SOURCE_BYTES}"),
        ("headline", f"S{HEADLINE_BYTES}"),
        ("provider", f"S{AGENCY_BYTES}"),  # the agency that the text comes from
        ("link", "<u4"),  # `key_of_source` of the publisher that it is said to come from, or 0
        ("published", "<u4"),  # seconds since 1970, or 0
        *SKETCH_FIELDS,
    ]
)
Entries = npt.NDArray[np.void]


class ForeignEntryError(Exception):
    """Bytes that are no entry of this version."""


def entries_of(articles: Sequence[Mapping[str, Any]], sketches: Sketches) -> Entries:
    """N articles, as `NormalisedArticle` fields, and their sketches -> (n,) of `ENTRY`."""
    entries = np.zeros(len(articles), ENTRY)
    entries["version"] = ENTRY_VERSION
    if not articles:
        return entries
    entries["status"] = [_status(article) for article in articles]
    for name, field in (("article_id", "article_id"), ("digest", "content_digest")):
        packed = bytes.fromhex("".join([article[field] for article in articles]))
        entries[name] = np.frombuffer(packed, np.uint8).reshape(-1, 16)
    entries["language"] = [article["language"] for article in articles]
    entries["source"] = [(article["source"] or "").encode() for article in articles]
    entries["headline"] = [headline(article["title"]) for article in articles]
    entries["provider"] = [provider_of(article) for article in articles]
    entries["link"] = [link_of(article) for article in articles]
    entries["published"] = [published_seconds(article) for article in articles]
    for name, _ in SKETCH_FIELDS:
        entries[name] = sketches[name]
    return entries


def _status(article: Mapping[str, Any]) -> int:
    status = _STATUSES[article["status"]]
    if article["embargoed_until"] is not None:
        status |= STATUS_EMBARGOED
    if article.get("parent_id") is not None:
        status |= STATUS_PART
    if agency_of_site(article["source"]):
        status |= STATUS_OWN_AGENCY
    return status


def headline(title: str | None) -> bytes:
    """A title as entries keep it: UTF-8, cut between two characters."""
    encoded = (title or "").encode()
    if len(encoded) > HEADLINE_BYTES:
        encoded = encoded[:HEADLINE_BYTES].decode(errors="ignore").encode()
    return encoded


def encode_entries(entries: Entries) -> list[bytes]:
    """Each entry as the bytes that travel in a record's header."""
    size, data = ENTRY.itemsize, entries.tobytes()
    return [data[i : i + size] for i in range(0, len(data), size)]


def decode_entries(headers: Sequence[bytes]) -> Entries:
    """The inverse of `encode_entries`. Raises ForeignEntryError."""
    if any(len(header) != ENTRY.itemsize for header in headers):
        raise ForeignEntryError(f"an entry is not {ENTRY.itemsize} bytes long")
    entries = np.frombuffer(b"".join(headers), ENTRY)
    if len(entries) and not (entries["version"] == ENTRY_VERSION).all():
        raise ForeignEntryError(f"an entry is not of version {ENTRY_VERSION}")
    return entries


def hex_ids(ids: npt.NDArray[np.uint8]) -> list[str]:
    """(n, 16) bytes -> n ids of 32 hexadecimal digits."""
    digits = np.ascontiguousarray(ids).tobytes().hex()
    return [digits[i : i + 32] for i in range(0, len(digits), 32)]
