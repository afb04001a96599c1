"""What the detector needs to know about an article, in one fixed-size record beside its JSON.

It travels in a header of the normalised record, so detection parses no JSON: a whole chunk of
headers becomes one array without touching any single article.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from streams.articles.address import SOURCE_BYTES
from streams.articles.agencies import agency_of_site
from streams.articles.day_parts import MARKS
from streams.detection.sketch.evidence import (
    AGENCY_BYTES,
    link_of,
    provider_of,
    published_seconds,
    slug_key,
)
from streams.detection.sketch.sketches import SKETCH, Sketches
from streams.detection.sketch.version_order import version_order

HEADLINE_BYTES = 120
ENTRY_VERSION = 5

# Bits of `status`.
(
    CANCELED, STATUS_WITHHELD, STATUS_EMBARGOED, STATUS_OWN_AGENCY, STATUS_PART,
    STATUS_STRANGE_HEADLINE, STATUS_TRUNCATED,
) = (1 << bit for bit in range(7))  # fmt: skip

# How much of a word must be in the text: all but an ending of three letters, at least four.
_STEM, _ENDING = 4, 3
# A wall may contain a word or two of a title by chance.
_STRANGE = 0.3
# Most texts begin with words of their title; each that is missing costs a search through all of it.
_BEGINNING = 800
# Scripts without spaces: two adjacent characters of these say as much as a word, of Thai, Lao,
# Burmese and Khmer, which have fewer letters, three.
_IN_TWOS, _IN_THREES = r"\u3040-\u30ff\u3400-\u9fff", r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_LETTER = rf"[^\W_{_IN_TWOS}{_IN_THREES}]"
_TITLE_WORD = re.compile(rf"{_LETTER}++(?:[{MARKS}]++{_LETTER}*+)*+|[{_IN_TWOS}]+|[{_IN_THREES}]+")
_ASCII_TITLE_WORD = re.compile(rf"[a-z0-9]{{{_STEM},}}")
_FIRST_OF_TWOS, _FIRST_OF_THREES = "\u3040", "\u0e00"
_OF_THREES = re.compile(f"[{_IN_THREES}]")

# A truncated text says so near its end: a line added by its feed may follow.
_END = 240
_CUT_MARKS = ("[\u2026]", "[...]", "[&#8230;]", "[&hellip;]")
_CUT_ENDS = ("\u2026", "...")

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
        ("link", "<u4"),  # `key_of_source` of the publisher named as its source, or 0
        ("slug", "<u4"),  # `slug_key` of the wire's slug, or 0
        ("published", "<u4"),  # seconds since 1970, or 0
        ("order", "<u8"),  # `version_order` of its version
        *SKETCH_FIELDS,
    ]
)
# The fields of `ENTRY` before the sketch's.
_FIELDS = struct.Struct(f"<BB32s3s{SOURCE_BYTES}s{HEADLINE_BYTES}s{AGENCY_BYTES}sIIIQ")
Entries = npt.NDArray[np.void]


class ForeignEntryError(Exception):
    """Bytes that are not an entry of this version."""


def entries_of(articles: Sequence[Mapping[str, Any]], sketches: Sketches) -> Entries:
    """N articles, as `NormalisedArticle` fields, and their sketches -> (n,) of `ENTRY`."""
    sketched, size = sketches.tobytes(), SKETCH.itemsize
    parts: list[bytes] = []
    for place, article in enumerate(articles):
        parts += (_fields(article), sketched[place * size : (place + 1) * size])
    return np.frombuffer(bytearray(b"".join(parts)), ENTRY)


def _fields(article: Mapping[str, Any]) -> bytes:
    """An entry's beginning, up to the sketch."""
    return _FIELDS.pack(
        ENTRY_VERSION,
        _status(article),
        bytes.fromhex(article["article_id"] + article["content_digest"]),
        article["language"].encode(),
        (article["source"] or "").encode(),
        headline(article["title"]),
        provider_of(article),
        link_of(article),
        slug_key(article),
        published_seconds(article),
        0 if article["version"] is None else version_order(article["version"]),
    )


def _status(article: Mapping[str, Any]) -> int:
    status = _STATUSES[article["status"]]
    until = article["embargoed_until"]
    if until is not None and is_before(article["raw"]["timestamp"], until):  # wires name old ones
        status |= STATUS_EMBARGOED
    if article.get("parent_id") is not None:
        status |= STATUS_PART
    if agency_of_site(article["source"]):
        status |= STATUS_OWN_AGENCY
    if is_strange(article["title"], article["text"]):
        status |= STATUS_STRANGE_HEADLINE
    if article.get("truncated") or is_cut(article["text"]):
        status |= STATUS_TRUNCATED
    return status


def is_before(one: str, other: str) -> bool:
    """Whether an RFC 3339 time in UTC is before another."""
    return one[:-1] < other[:-1]  # "...:00Z" is before "...:00.500Z"


def is_cut(text: str) -> bool:
    """Whether a text's end says that it continues elsewhere, like a feed's summary."""
    end = text[-_END:]
    if "[" in end and any(mark in end for mark in _CUT_MARKS):
        return True
    return end.rstrip().endswith(_CUT_ENDS)


def is_strange(title: str | None, text: str) -> bool:
    """Whether the text contains next to no word of a title, not even its beginning: it is another
    text's title, as if the page is a wall. A title without words fits any text."""
    words = title_words(title)
    least = _STRANGE * len(words)
    if _hold(text[:_BEGINNING].casefold(), words, least):
        return False
    stems = (word[: max(_STEM, len(word) - _ENDING)] for word in words)
    return not _hold(text.casefold(), stems, least)


def _hold(text: str, words: Iterable[str], least: float) -> bool:
    """Whether a text contains this many of these; the search stops there."""
    found = 0
    for word in words:
        if found >= least:
            return True
        if word in text:
            found += 1
    return found >= least


def title_words(title: str | None) -> set[str]:
    """The significant words of a title, in lower case: those of four letters or more; in
    scripts without spaces, every two or three adjacent characters. Vowel signs are letters."""
    if title is not None and title.isascii():
        return set(_ASCII_TITLE_WORD.findall(title.lower()))
    words: set[str] = set()
    for word in _TITLE_WORD.findall((title or "").casefold()):
        if word[0] >= _FIRST_OF_TWOS:
            words.update(word[at : at + 2] for at in range(len(word) - 1))
        elif word[0] >= _FIRST_OF_THREES and _OF_THREES.match(word):
            words.update(word[at : at + 3] for at in range(len(word) - 2))
        elif len(word) >= _STEM:
            words.add(word)
    return words


def headline(title: str | None) -> bytes:
    """A title as stored in entries: UTF-8, cut between two characters."""
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
