"""A row as plain Python values, for the few rows that are inspected individually."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from schemas.raw_article import Status
from streams.detection.index.ring import STORED
from streams.detection.index.segment import ROW, WITHDRAWN, WITHHELD
from streams.detection.sketch.evidence import agency_named


class RowView(NamedTuple):
    """A row without its sketch and its position in the log.

    Taking two fields out of an array's record takes longer than building all of this.
    """

    story_id: bytes  # as when the row was read
    article_id: str  # 32 hexadecimal digits, as the digest
    digest: str
    language: str
    source: str  # empty if unknown, like the next two
    headline: str
    provider: str
    time: int  # milliseconds since 1970, like the next two
    latest: int
    clock: int
    published: int  # seconds since 1970
    link: int
    flags: int
    words: int

    @property
    def status(self) -> Status:
        """The article's status according to its source."""
        if self.flags & WITHDRAWN:
            return "canceled"
        return "withheld" if self.flags & WITHHELD else "usable"


_NUMBERS = {"<i8": "q", "<u4": "I", "<u2": "H", "|u1": "B"}


def _format(row: np.dtype[Any], names: tuple[str, ...]) -> str:
    """A `struct` format for these fields of a row, which are in this order."""
    fields: Mapping[str, tuple[Any, ...]] = row.fields or {}
    format_, end = "<", 0
    for name in names:
        dtype, offset = fields[name][:2]
        whole_number = dtype.kind in "iu" and not dtype.subdtype
        code = _NUMBERS[dtype.str] if whole_number else f"{dtype.itemsize}s"
        format_ += f"{offset - end}x{code}"
        end = offset + dtype.itemsize
    return format_


_BEFORE_TEXTS = ("time", "latest", "clock", "story_id", "flags", "article_id", "digest", "language")
_AFTER_TEXTS = ("link", "published", "words")
_FIELDS = struct.Struct(
    _format(ROW, (*_BEFORE_TEXTS, "source", "headline", "provider", *_AFTER_TEXTS))
)
_STORED_FIELDS = struct.Struct(
    _format(STORED, (*_BEFORE_TEXTS, "text_at", "text_bytes", *_AFTER_TEXTS))
)


@lru_cache(maxsize=4096)
def _name(padded: bytes) -> str:
    """Of a language or a publisher: there are few."""
    return padded.rstrip(b"\0").decode()


@lru_cache(maxsize=1024)
def _agency(padded: bytes) -> str:
    return agency_named(padded.rstrip(b"\0"))


def row_view_of(octets: memoryview, place: int) -> RowView:
    """One of some rows, given as their memory, as Python values. Asking an array of records for its
    memory takes longer than reading a row."""
    return _view(*_FIELDS.unpack_from(octets, place * ROW.itemsize))


def stored_row_view_of(octets: memoryview, texts: memoryview, place: int) -> RowView:
    """The same for one of a ring's rows, given as the memory of its `octets` and `texts`."""
    own = place * STORED.itemsize
    time, latest, clock, story_id, flags, article, digest, language, at, sizes, \
        link, published, words = _STORED_FIELDS.unpack_from(octets, own)  # fmt: skip
    at %= len(texts)
    headline, provider = at + sizes[0], at + sizes[0] + sizes[1]
    return _view(
        time, latest, clock, story_id, flags, article, digest, language,
        bytes(texts[at:headline]), bytes(texts[headline:provider]),
        bytes(texts[provider : provider + sizes[2]]), link, published, words,
    )  # fmt: skip


def _view(
    time: int,
    latest: int,
    clock: int,
    story_id: bytes,
    flags: int,
    article_id: bytes,
    digest: bytes,
    language: bytes,
    source: bytes,
    headline: bytes,
    provider: bytes,
    link: int,
    published: int,
    words: int,
) -> RowView:
    """Of the fields as they are stored; texts may have zeros behind them."""
    return RowView(
        story_id,
        article_id.hex(),
        digest.hex(),
        _name(language),
        _name(source),
        headline.rstrip(b"\0").decode(),
        _agency(provider),
        time,
        latest,
        clock,
        published,
        link,
        flags,
        words,
    )
