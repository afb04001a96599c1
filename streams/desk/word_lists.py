"""An article's words as PostgreSQL's `tsvector`, packed here: the same words as in SQLite's index.

PostgreSQL's own parser takes `U.S.`, a compound with hyphens or an address for a single word:
a phrase would be found in one database and not in the other. It also takes more time than packing.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable

WORD = re.compile(r"\w+")
# PostgreSQL's limits: a word's bytes, the places kept of one word, the last place, a list's bytes.
LONGEST_BYTES = 2046
_MOST_PLACES, _LAST_PLACE, _MOST_BYTES = 255, 16_383, 1_000_000
_SURE_LETTERS, _SURE_WORD = 50_000, 500  # within the limits, whatever the characters

_PLACES = [struct.pack("!H", place) for place in range(1, _LAST_PLACE + 1)]
_ENDS = [struct.pack("!xH", places) for places in range(_MOST_PLACES + 1)]
_START = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
_END = b"\xff\xff"


def copied_rows(entries: Iterable[tuple[int, str, str]]) -> Iterable[bytes]:
    """(n, folded title, folded body) -> what `COPY search (n, words) FROM STDIN (FORMAT BINARY)`
    reads."""
    yield _START
    for n, title, body in entries:
        words = word_list(title, body)
        yield struct.pack("!hiii", 2, 4, n, len(words)) + words
    yield _END


def word_list(title: str, body: str) -> bytes:
    """The words with their places. Between title and body a place is left empty, so that no phrase
    goes across. Words after the last place that PostgreSQL knows are in no phrase."""
    words = [*WORD.findall(title), "", *WORD.findall(body)]
    places: dict[str, bytes] = {}
    for place, word in zip(_PLACES, words, strict=False):
        places[word] = places[word] + place if word in places else place
    for word in words[_LAST_PLACE:]:
        places.setdefault(word, _PLACES[-1])
    places.pop("", None)
    if len(body) > _SURE_LETTERS or max(map(len, places), default=0) > _SURE_WORD:
        places = _within_limits(places)
    packed = [
        word.encode() + _ENDS[len(some) // 2] + some
        for word, at in places.items()
        if (some := at[: 2 * _MOST_PLACES])
    ]
    return struct.pack("!i", len(packed)) + b"".join(packed)


def _within_limits(places: dict[str, bytes]) -> dict[str, bytes]:
    size, kept = 0, {}
    for word, at in places.items():
        length = len(word.encode())
        size += length + 4 + min(len(at), 2 * _MOST_PLACES)
        if size > _MOST_BYTES:
            break
        if length <= LONGEST_BYTES:
            kept[word] = at
    return kept
