"""A row as plain Python values, for the few rows that are looked at one by one."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from streams.detection.segment import ROW, WITHDRAWN, WITHHELD, Rows

_NAMES = [
    "article_id", "digest", "language", "source", "headline", "provider", "time", "latest",
    "clock", "published", "link", "flags", "words",
]  # fmt: skip
# Ids as raw bytes: as arrays, each would be an array of its own.
_IDS = ("article_id", "digest")
_FIELDS: dict[str, Any] = dict(ROW.fields or {})
_DTYPE = np.dtype(
    {
        "names": _NAMES,
        "formats": ["V16" if name in _IDS else _FIELDS[name][0] for name in _NAMES],
        "offsets": [_FIELDS[name][1] for name in _NAMES],
        "itemsize": ROW.itemsize,
    }
)


class Brief(NamedTuple):
    """What stands in a row besides its sketch, its story and its place in the log.

    Taking one field out of a record of an array takes as long as making all of this.
    """

    article_id: bytes
    digest: bytes
    language: bytes
    source: bytes
    headline: bytes
    provider: bytes
    time: int  # milliseconds since 1970, as the next two
    latest: int
    clock: int
    published: int  # seconds since 1970
    link: int
    flags: int
    words: int

    @property
    def status(self) -> str:
        """The article's status as its source says it."""
        if self.flags & WITHDRAWN:
            return "canceled"
        return "withheld" if self.flags & WITHHELD else "usable"


def briefs(rows: Rows) -> Rows:
    """(n,) rows -> the same memory, of which `Brief(*array.item(i))` is row i in brief."""
    return rows.view(_DTYPE)
