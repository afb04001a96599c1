"""A segment: everything that deciding one chunk changes in a shard's state.

Live or recovered, a segment goes through `ShardState.apply`, the only place where
state changes: a recovered shard is identical to the one before.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

import numpy as np
import numpy.typing as npt
import orjson

from schemas.records import StoryRecord
from streams.compiled import kernel
from streams.detection.sketch.entry import ENTRY
from streams.detection.sketch.sketches import ALGORITHM

NO_SERIAL = -1

# Bits of a row's `flags`. PARTIAL: it joined its story as an excerpt, say, not as a copy.
# STRANGE_HEADLINE: it says nothing about the text. STANDING: the text belongs to no story.
# TRUNCATED: the text says that it continues elsewhere.
(
    MATCHABLE, WITHDRAWN, WITHHELD, EMBARGOED, COMPILATION, OWN_AGENCY, PART, PARTIAL,
    STRANGE_HEADLINE, STANDING, TRUNCATED,
) = (1 << bit for bit in range(11))  # fmt: skip

_ENTRY_FIELDS = [
    (name, ENTRY.fields[name][0])
    for name in ENTRY.names or ()
    if ENTRY.fields and name not in ("version", "status")
]
ROW = np.dtype(
    [
        ("offset", "<i8"),  # of the normalised article's record
        ("time", "<i8"),  # record time, milliseconds since 1970
        ("latest", "<i8"),  # the latest record time so far, this row's included
        ("clock", "<i8"),  # the shard's clock after this row arrived, never falling
        ("previous", "<i8"),  # serial of the item's previous version, or NO_SERIAL
        ("story_id", "u1", (16,)),
        ("flags", "<u2"),
        *_ENTRY_FIELDS,
    ]
)
Rows = npt.NDArray[np.void]
ENTRY_FIELDS = tuple(name for name, _ in _ENTRY_FIELDS)
Octets = npt.NDArray[np.uint8]
_Fields = npt.NDArray[np.int64]
# (fields, 2): where each begins in a row, and its bytes.
_FIELDS: _Fields = np.array(
    [(offset, dtype.itemsize) for dtype, offset, *_ in (ROW.fields or {}).values()], np.int64
)

_MAGIC, _VERSION = b"EWSG", 5
_START = struct.Struct("<4sBI")  # magic, version, checksum of everything that follows
_HEADER = struct.Struct("<HIIqqqqq")  # lengths of algorithm, rows and stories; `Segment`'s numbers
_STORY = np.dtype([("story_id", "u1", (16,)), ("last", "<i8"), ("bytes", "<i8")])


class DamagedSegmentError(Exception):
    """Bytes that are not a segment, or not one that this version can apply."""


# [start of a minute or an hour in milliseconds since 1970, articles], in order of time.
ArrivalCounts = list[list[int]]


class StoredStory(TypedDict):
    """The fields of a `StoryState`; `standing` is its `original_rank`."""

    record: StoryRecord
    original: int
    standing: list[int] | None
    first: int
    last: int
    arrivals: ArrivalCounts
    links: list[int]
    agencies_seen: list[str]
    absorbed: list[str]


class PackedStory(NamedTuple):
    """A story as stored in a segment: most are never asked for after recovery."""

    story_id: bytes
    last: int
    packed: bytes  # JSON of a `StoredStory`
    known: StoredStory | None = None  # the same, unless the segment was read

    @classmethod
    def of(cls, story_id: bytes, story: StoredStory, record: bytes) -> PackedStory:
        """`record` is the JSON of the story's own."""
        rest = {name: value for name, value in story.items() if name != "record"}  # the first
        packed = b"".join((b'{"record":', record, b",", orjson.dumps(rest)[1:]))
        return cls(story_id, story["last"], packed, story)

    def fields(self) -> StoredStory:
        """Unpacked."""
        unpacked: StoredStory = orjson.loads(self.packed)
        return unpacked


@dataclass(frozen=True, slots=True)
class Segment:
    """One decided chunk. `stories` are those that it changed."""

    first_offset: int
    last_offset: int
    base: int  # serial of the first row; the others follow
    clock: int  # of the shard after this chunk, milliseconds since 1970
    latest: int  # newest record time that the shard has seen
    rows: Rows  # (n,) of ROW
    stories: Sequence[PackedStory]


def encode_segment(segment: Segment) -> bytes:
    """Column by column, as columns compress better than rows."""
    columns = _columns(octets_of(segment.rows).reshape(-1), _FIELDS).tobytes()
    algorithm, stories = ALGORITHM.encode(), segment.stories
    table = np.zeros(len(stories), _STORY)
    for place, story in enumerate(stories):
        table[place] = np.frombuffer(story.story_id, np.uint8), story.last, len(story.packed)
    header = _HEADER.pack(
        len(algorithm), len(segment.rows), len(stories),
        segment.first_offset, segment.last_offset, segment.base, segment.clock, segment.latest,
    )  # fmt: skip
    packed = b"".join(story.packed for story in stories)
    body = header + algorithm + columns + table.tobytes() + packed
    return _START.pack(_MAGIC, _VERSION, zlib.crc32(body)) + body


def octets_of(rows: Rows) -> Octets:
    """(n,) contiguous rows -> their bytes, (n, bytes of one)."""
    return rows.view(np.uint8).reshape(len(rows), rows.itemsize)


def taken(rows: Rows, places: npt.NDArray[np.int64]) -> Rows:
    """(n,) contiguous rows, those at some places copied: as bytes, which takes a tenth of the time
    that numpy takes field by field."""
    return octets_of(rows)[places].reshape(-1).view(rows.dtype)


@kernel
def _columns(rows: Octets, fields: _Fields) -> Octets:
    """Bytes row by row -> field by field."""
    row_bytes = fields[-1, 0] + fields[-1, 1]
    columns, at = np.empty_like(rows), 0
    for field in range(len(fields)):
        offset, size = fields[field]
        for start in range(offset, len(rows), row_bytes):
            read, written = rows[start : start + size], columns[at : at + size]
            for place in range(size):
                written[place] = read[place]
            at += size
    return columns


@kernel
def _rows(columns: Octets, fields: _Fields, count: int) -> Octets:
    """The inverse of `_columns`, for this many rows."""
    row_bytes = fields[-1, 0] + fields[-1, 1]
    rows, at = np.empty_like(columns), 0
    for field in range(len(fields)):
        offset, size = fields[field]
        for row in range(count):
            start = row * row_bytes + offset
            read, written = columns[at : at + size], rows[start : start + size]
            for place in range(size):
                written[place] = read[place]
            at += size
    return rows


def segment_bytes(segment: Segment) -> int:
    """The size of `encode_segment`'s result."""
    packed = sum(len(story.packed) for story in segment.stories)
    tables = len(segment.rows) * ROW.itemsize + len(segment.stories) * _STORY.itemsize
    return _START.size + _HEADER.size + len(ALGORITHM.encode()) + tables + packed


def last_offset_of(data: bytes | None) -> int:
    """A segment's `last_offset`, whatever its algorithm. Raises DamagedSegmentError."""
    last: int = _HEADER.unpack_from(_intact(data), _START.size)[4]
    return last


def _intact(data: bytes | None) -> bytes:
    """The same, if they are the bytes of a segment. Raises DamagedSegmentError."""
    least = _START.size + _HEADER.size
    if data is None or len(data) < least:
        found = "a record without a value" if data is None else len(data)
        raise DamagedSegmentError(f"expected a segment of at least {least} bytes, got {found}")
    magic, version, crc = _START.unpack_from(data)
    if magic != _MAGIC or version != _VERSION:
        raise DamagedSegmentError(
            f"expected {_MAGIC!r} of version {_VERSION}, got {magic!r} of version {version}"
        )
    if zlib.crc32(memoryview(data)[_START.size :]) != crc:
        raise DamagedSegmentError("the checksum does not match the bytes")
    return data


def decode_segment(value: bytes | None) -> Segment:
    """Undo `encode_segment`. Raises DamagedSegmentError, which says what is wrong."""
    data, at = _intact(value), _START.size + _HEADER.size
    name_bytes, count, story_count, first, last, base, clock, latest = _HEADER.unpack_from(
        data, _START.size
    )
    algorithm = data[at : at + name_bytes].decode()
    if algorithm != ALGORITHM:
        raise DamagedSegmentError(f"made by algorithm {algorithm}, this is {ALGORITHM}")
    at += name_bytes
    stories_at = at + count * ROW.itemsize
    packed_at = stories_at + story_count * _STORY.itemsize
    whole = len(data) >= packed_at
    table = np.frombuffer(data, _STORY, story_count if whole else 0, stories_at if whole else 0)
    ends = packed_at + np.cumsum(table["bytes"])
    if not whole or len(data) != (ends[-1] if story_count else packed_at):
        raise DamagedSegmentError(
            f"{count} rows of {ROW.itemsize} bytes and {story_count} stories do not fill it"
        )
    columns = np.frombuffer(data, np.uint8, count * ROW.itemsize, at)
    rows = _rows(columns, _FIELDS, count).view(ROW)
    story_ids = table["story_id"].tobytes()
    starts = [packed_at, *ends.tolist()]
    stories = [
        PackedStory(story_ids[16 * i : 16 * i + 16], last, data[starts[i] : starts[i + 1]])
        for i, last in enumerate(table["last"].tolist())
    ]
    return Segment(first, last, base, clock, latest, rows, stories)
