"""Lenient reading of record batches: what is still unreadable becomes an `UnreadableRecord`.

aiokafka raises on a header name that is not UTF-8, a wrong checksum, an unknown compression,
or lengths that lead nowhere; and raises again at the same offset forever.
Kafka's brokers check little of that.
"""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import cramjam
import zstandard
from aiokafka.errors import CorruptRecordException, UnsupportedCodecError
from aiokafka.structs import ConsumerRecord

from streams.kafka.batch_bounds import FORMAT_AT, HEADER, last_offset
from streams.kafka.headers import Headers, decode_headers, read_bytes, read_varint
from streams.kafka.unpack import unpacking

log = logging.getLogger("echowire.consumer")

UNREADABLE_ERRORS = (
    CorruptRecordException, UnsupportedCodecError, cramjam.DecompressionError, zstandard.ZstdError,
    ValueError, IndexError, OverflowError, NotImplementedError, EOFError, OSError, struct.error,
    zlib.error,
)  # fmt: skip

_LOG_APPEND_TIME, _CONTROL = 0x08, 0x20
_CODEC = 0x07
_LATEST = 1 << 62  # milliseconds since 1970


@dataclass
class UnreadableRecord(ConsumerRecord):  # type: ignore[misc]
    """Unreadable offsets: `value` is what the broker sent for them, a whole batch or one
    record. `offset` is the last of them."""

    first_offset: int
    reason: str

    def __str__(self) -> str:
        offsets = f"offset {self.first_offset}"
        if self.offset > self.first_offset:
            offsets += f" to {self.offset}"
        return f"{self.topic} partition {self.partition} {offsets} cannot be read: {self.reason}"


def said_by(error: Exception) -> str:
    """The reason that an error gives."""
    return f"{type(error).__name__}: {error}"


def apart(
    records: Iterable[ConsumerRecord],
) -> tuple[list[ConsumerRecord], list[UnreadableRecord]]:
    """Readable and unreadable ones."""
    readable: list[ConsumerRecord] = []
    unreadable: list[UnreadableRecord] = []
    for record in records:
        (unreadable if isinstance(record, UnreadableRecord) else readable).append(record)
    return readable, unreadable


def unreadable(
    topic: str, partition: int, first: int, last: int, content: bytes, batch: bytes, reason: str
) -> UnreadableRecord:
    """These offsets, whose bytes are `content`, of a batch, or all of it."""
    return UnreadableRecord(
        topic, partition, max(last, first), _time(batch), 0, None, content, None, -1,
        len(content), (), first, reason,
    )  # fmt: skip


def read_leniently(
    topic: str, partition: int, batch: bytes, from_offset: int, error: Exception
) -> Iterator[ConsumerRecord]:
    """Yield the records from an offset on of a batch whose checksum is right, unreadable ones among
    them.

    `error` is why it cannot be read normally.
    """
    said, last = said_by(error), last_offset(batch)

    def given_up(first: int, end: int, content: bytes, why: str) -> UnreadableRecord:
        return unreadable(topic, partition, first, end, content, batch, why)

    if batch[FORMAT_AT] != 2:
        yield given_up(from_offset, last, batch, said)
        return
    base, *_, attributes, _last, first_time, latest, _pid, _epoch, _seq, count = HEADER.unpack_from(
        batch
    )
    appended, offset = bool(attributes & _LOG_APPEND_TIME), base - 1
    try:
        body = unpacking(attributes & _CODEC, batch[HEADER.size :])
    except UNREADABLE_ERRORS:
        yield given_up(from_offset, last, batch, said)
        return
    for _ in range(count):
        before = offset
        try:
            record = _next(body)
        except UNREADABLE_ERRORS as broken:
            first = max(before + 1, from_offset)
            if first <= last:
                yield given_up(first, last, batch, str(broken) or said)
            return
        try:
            delay, delta, key, value, headers = _record(record)
            offset = _between(before + 1, base + delta, last)
            time = _between(-1, latest if appended else first_time + delay, _LATEST)
        except (ValueError, IndexError) as broken:
            offset = before + 1
            if from_offset <= offset <= last:
                yield given_up(offset, offset, record, str(broken))
            continue
        if offset >= from_offset:
            yield ConsumerRecord(
                topic, partition, offset, time, int(appended), key, value, None,
                -1 if key is None else len(key), -1 if value is None else len(value),
                tuple(headers),
            )  # fmt: skip


def _next(body: BinaryIO) -> bytes:
    """The next record without its length. Raises what `unpacking` does, EOFError and ValueError."""
    number = shift = 0
    while True:
        octet = body.read(1)
        if not octet:
            raise EOFError("it ends before its last record")
        number |= (octet[0] & 0x7F) << shift
        shift += 7
        if octet[0] < 0x80:
            break
        if shift > 63:
            raise ValueError("a record's length of more than 64 bits")
    length = (number >> 1) ^ -(number & 1)
    if not 0 < length < 1 << 31:
        raise ValueError(f"a record of {length} bytes")
    record = body.read(length)
    if len(record) < length:
        raise EOFError(f"a record of {length} bytes where {len(record)} are left")
    return record


def _record(record: bytes) -> tuple[int, int, bytes | None, bytes | None, Headers]:
    """(milliseconds after the first, offset after the base, key, value, headers) of one record.

    Names that are not UTF-8 are escaped. Raises ValueError or IndexError if it is malformed.
    """
    delay, at = read_varint(record, 1)
    delta, at = read_varint(record, at)
    key, at = read_bytes(record, at)
    value, at = read_bytes(record, at)
    return delay, delta, key, value, decode_headers(record, at)


def _between(least: int, number: int, most: int) -> int:
    if not least <= number <= most:
        raise ValueError(f"{number} where {least} to {most} was expected")
    return number


def _time(data: bytes) -> int:
    """The first record's, in milliseconds; 0 if the batch has no credible one."""
    if len(data) < HEADER.size or data[FORMAT_AT] != 2:
        return 0
    time: int = HEADER.unpack_from(data)[7]
    return time if 0 <= time < 1 << 42 else 0


def is_control(data: bytes) -> bool:
    """Whether a batch is a transaction marker, which consumers do not see."""
    return len(data) >= HEADER.size and bool(HEADER.unpack_from(data)[5] & _CONTROL)
