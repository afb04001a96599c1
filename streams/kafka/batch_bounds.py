"""Where batches begin and end in what a broker sent, and which of their offsets can be believed.

A checksum does not cover a batch's offset, length and leader epoch. If it fails, or if these are
impossible, nothing that the header says is certain.
"""

from __future__ import annotations

import struct
import zlib

from aiokafka.errors import CorruptRecordException
from aiokafka.record.util import calc_crc32c

# Offset, length (of what follows it), leader epoch, format, checksum; and what it covers:
# attributes, last offset, first and last time, producer id and epoch, first sequence number, count.
HEADER = struct.Struct(">qiibIhiqqqhii")
FORMAT_AT = 16
_INT32, _INT64 = struct.Struct(">i"), struct.Struct(">q")
_LENGTH_AT, _LENGTH_ENDS, _CHECKSUM_AT, _COVERED_AT, _DELTA_AT = 8, 12, 17, 21, 23
_OLD_CHECKSUM_AT, _OLD_COVERED_AT = 12, 16
_OLD_LEAST_BYTES = 26  # of format 0
MOST_RECORDS = 1 << 20  # of a batch that is damaged


def _is_old(data: bytes, start: int) -> bool:
    """Of format 0 or 1, or what aiokafka takes for it."""
    return not 2 <= data[start + FORMAT_AT] < 0x80


def first_offset(data: bytes, start: int = 0) -> int:
    """The one that a batch begins with (in the old formats: ends with), as its header says."""
    offset: int = _INT64.unpack_from(data, start)[0]
    return offset


def last_offset(data: bytes, start: int = 0) -> int:
    """The last one that a batch covers, as its header says."""
    if _is_old(data, start):
        return first_offset(data, start)
    delta: int = _INT32.unpack_from(data, start + _DELTA_AT)[0]
    return first_offset(data, start) + delta


def end_of_batch(data: bytes, start: int) -> int:
    """Where the batch ends that begins at `start`, by its length, which may be more than there is.

    Raises CorruptRecordException if that is too short for a batch.
    """
    length: int = _LENGTH_ENDS + _INT32.unpack_from(data, start + _LENGTH_AT)[0]
    if length < _OLD_LEAST_BYTES or (length < HEADER.size and not _is_old(data, start)):
        raise CorruptRecordException(f"a batch of {length} bytes")
    return start + length


def check_offsets(data: bytes, start: int, offsets: range) -> None:
    """Raises CorruptRecordException for a batch that ends at none of these offsets: those that were
    asked for and that the log may have."""
    if (last := last_offset(data, start)) not in offsets:
        expected = f"{offsets.start} to {offsets.stop - 1} was expected"
        raise CorruptRecordException(f"a batch that ends at offset {last} where {expected}")


def is_sound(batch: bytes) -> bool:
    """Whether its checksum is right."""
    octets = memoryview(batch)
    if _is_old(batch, 0):
        checksum = int.from_bytes(octets[_OLD_CHECKSUM_AT:_OLD_COVERED_AT])
        return checksum == zlib.crc32(octets[_OLD_COVERED_AT:])
    checksum = int.from_bytes(octets[_CHECKSUM_AT:_COVERED_AT])
    return bool(checksum == calc_crc32c(octets[_COVERED_AT:]))


def next_sound(data: bytes, start: int, end: int, offsets: range) -> int | None:
    """Where the next batch begins, behind the one from `start` to `end`, that ends at one of these
    offsets and has a right checksum. None if there is none, or not all of it."""
    if start < end and _is_sound_at(data, end, offsets):
        return end
    # Its length may be wrong. Every batch of format 2 has this byte, and texts lack it.
    at = start + FORMAT_AT
    while (at := data.find(b"\x02", at + 1)) >= 0:
        if _is_sound_at(data, at - FORMAT_AT, offsets):
            return at - FORMAT_AT
    return None


def _is_sound_at(data: bytes, start: int, offsets: range) -> bool:
    if len(data) < start + HEADER.size:
        return False
    try:
        end = end_of_batch(data, start)
        check_offsets(data, start, offsets)
    except CorruptRecordException:
        return False
    return end <= len(data) and is_sound(data[start:end])


def last_damaged_offset(batch: bytes, next_first: int | None, offsets: range) -> int:
    """The last offset of a damaged batch, of those that remain to be read.

    Three things say it, and each may be wrong: the last record's place, the number of records, and
    the first offset of the next sound batch, which is behind it at least. The middle one of those
    that are possible counts. Of two it is the lower: what is behind it is asked for again, but what
    is before it is given up.
    """
    said = []
    if next_first is not None and next_first - 1 in offsets:
        offsets, said = range(offsets.start, next_first), [next_first - 1]
    if len(batch) >= HEADER.size:
        first, *_, delta, _first_time, _time, _pid, _epoch, _seq, many = HEADER.unpack_from(batch)
        said += [first + far for far in (delta, many - 1) if 0 <= far < MOST_RECORDS]
    possible = sorted(last for last in said if last in offsets)
    return possible[(len(possible) - 1) // 2] if possible else offsets.start
