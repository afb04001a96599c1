"""A segment: all that deciding one chunk changes in a shard's state.

Live or read back from its topic, a segment goes through `ShardState.apply`, the only place where
state changes: a recovered shard is the shard that was.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from streams.detection.sketch import ALGORITHM, SKETCH, Sketches

HEADLINE_BYTES = 120
NO_SERIAL = -1

# Bits of a row's `flags`.
MATCHABLE, WITHDRAWN, WITHHELD, EMBARGOED = 1, 2, 4, 8

_SKETCH_FIELDS = [
    (name, SKETCH.fields[name][0]) for name in SKETCH.names or () if SKETCH.fields and name != "version"
]
ROW = np.dtype(
    [
        ("offset", "<i8"),  # of the normalised article's record
        ("time", "<i8"),  # record time, milliseconds since 1970
        ("clock", "<i8"),  # the shard's clock when this row had come, never falling
        ("previous", "<i8"),  # serial of the item's version before, or NO_SERIAL
        ("article_id", "u1", (16,)),
        ("digest", "u1", (16,)),
        ("story_id", "u1", (16,)),
        ("flags", "u1"),
        ("language", "S3"),
        ("source", "S64"),
        ("headline", f"S{HEADLINE_BYTES}"),
        *_SKETCH_FIELDS,
    ]
)
Rows = npt.NDArray[np.void]
SKETCH_FIELDS = tuple(name for name, _ in _SKETCH_FIELDS)

_MAGIC, _VERSION = b"EWSG", 1
_HEADER = struct.Struct("<4sBxHIIIqqqq")  # magic, version, algorithm's length, rows, json, crc, ...


class DamagedSegmentError(Exception):
    """Bytes that are no segment, or not one that this version can apply."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One decided chunk. `stories` are `StoryState` fields of each story that it touched."""

    first_offset: int
    last_offset: int
    base: int  # serial of the first row; the others follow
    clock: int  # of the shard after this chunk, milliseconds since 1970
    rows: Rows  # (n,) of ROW
    stories: list[dict[str, Any]]


def encode_segment(segment: Segment) -> bytes:
    """Columns one after the other, as they compress better than rows."""
    columns = b"".join(
        np.ascontiguousarray(segment.rows[name]).tobytes() for name in ROW.names or ()
    )
    algorithm, stories = ALGORITHM.encode(), orjson.dumps(segment.stories)
    body = algorithm + columns + stories
    header = _HEADER.pack(
        _MAGIC, _VERSION, len(algorithm), len(segment.rows), len(stories), zlib.crc32(body),
        segment.first_offset, segment.last_offset, segment.base, segment.clock,
    )  # fmt: skip
    return header + body


def decode_segment(data: bytes) -> Segment:
    """The inverse of `encode_segment`. Raises DamagedSegmentError, which says what is wrong."""
    if len(data) < _HEADER.size:
        raise DamagedSegmentError(f"a segment has {_HEADER.size} bytes at least, this {len(data)}")
    magic, version, name_bytes, count, json_bytes, crc, *place = _HEADER.unpack_from(data)
    if magic != _MAGIC or version != _VERSION:
        raise DamagedSegmentError(
            f"expected {_MAGIC!r} of version {_VERSION}, got {magic!r} of version {version}"
        )
    if zlib.crc32(data[_HEADER.size :]) != crc:
        raise DamagedSegmentError("the checksum does not fit the bytes")
    at = _HEADER.size + name_bytes
    algorithm = data[_HEADER.size : at].decode()
    if algorithm != ALGORITHM:
        raise DamagedSegmentError(f"made by algorithm {algorithm}, this is {ALGORITHM}")
    rows = np.zeros(count, ROW)
    for name in ROW.names or ():
        column = rows[name]
        size = column.nbytes
        rows[name] = np.frombuffer(data, column.dtype, column.size, at).reshape(column.shape)
        at += size
    stories = orjson.loads(data[at : at + json_bytes])
    return Segment(*place, rows, stories)


def put_sketches(rows: Rows, sketches: Sketches) -> None:
    """Copy the sketches' fields into rows of the same count."""
    for name in SKETCH_FIELDS:
        rows[name] = sketches[name]
