"""Records that this process has encoded itself, read from their batch without aiokafka.

A record of `articles.normalised` has seven headers, and detection needs two of them. aiokafka makes
a tuple of each; here headers are decoded when somebody asks for them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from aiokafka.structs import ConsumerRecord

from streams.compiled import kernel
from streams.detection.sketch.entry import ENTRY
from streams.kafka.batch import RecordBatch, records_in
from streams.kafka.event_time import CE_TIME, own_time, parsed_time
from streams.kafka.headers import (
    ENTRY_HEADER,
    Header,
    Headers,
    begun,
    carried_entry,
    carried_trace,
    decode_headers,
    is_notice,
    varint,
)

_CREATE_TIME, _LOG_APPEND_TIME = 0, 1
# How the headers of most end: with the event's time and the entry.
_TIME_BYTES = len("2026-03-02T05:04:00.000Z")
_TIME_BEGINS, _ENTRY_BEGINS = begun(CE_TIME, _TIME_BYTES), begun(ENTRY_HEADER, ENTRY.itemsize)
_ENTRY_AT = -ENTRY.itemsize
_TIME_ENDS = _ENTRY_AT - len(_ENTRY_BEGINS)
_TIME_AT = _TIME_ENDS - _TIME_BYTES
_COUNT = varint(7)  # of the headers of a record without a notice and a trace

Carried = tuple[bytes, int, bool, Headers]


class OwnRecord(ConsumerRecord):  # type: ignore[misc]
    """As a fetch would return it."""

    checksum = None

    def __init__(
        self,
        topic: str,
        partition: int,
        offset: int,
        timestamp: int,
        timestamp_type: int,
        key: bytes | None,
        value: bytes | None,
        encoded_headers: bytes,
    ) -> None:
        self.topic, self.partition, self.offset = topic, partition, offset
        self.timestamp, self.timestamp_type = timestamp, timestamp_type
        self.key, self.value, self.encoded_headers = key, value, encoded_headers

    @property
    def serialized_key_size(self) -> int:
        """Bytes of the key; -1 for null."""
        return -1 if self.key is None else len(self.key)

    @property
    def serialized_value_size(self) -> int:
        """Bytes of the value; -1 for null."""
        return -1 if self.value is None else len(self.value)

    @property
    def headers(self) -> tuple[Header, ...]:
        """Decoded each time."""
        return tuple(decode_headers(self.encoded_headers))


def carried(record: ConsumerRecord) -> Carried:
    """What a record of `articles.normalised` carries beside its value: the article's entry, the
    time of its event in milliseconds since 1970, whether it is a notice, and its trace. Raises
    KeyError if there is no entry."""
    if type(record) is OwnRecord:
        octets = record.encoded_headers
        if (
            octets.startswith(_COUNT)
            and octets.startswith(_ENTRY_BEGINS, _TIME_ENDS)
            and octets.startswith(_TIME_BEGINS, _TIME_AT - len(_TIME_BEGINS))
            and (time := parsed_time(octets[_TIME_AT:_TIME_ENDS])) is not None
        ):
            return octets[_ENTRY_AT:], time, False, []
    headers = record.headers
    return carried_entry(headers), own_time(record), is_notice(headers), carried_trace(headers)


def own_records(
    batch: RecordBatch, topic: str, partition: int, position: int = -1
) -> list[ConsumerRecord]:
    """The records of a batch, or those from an offset on."""
    octets = records_in(batch)
    appended, first, begin = batch.append_time, batch.offset, batch.first_time
    kind = _CREATE_TIME if appended is None else _LOG_APPEND_TIME
    found = np.empty((batch.count, 7), np.int64)
    _find_places(np.frombuffer(octets, np.uint8), found)
    places: list[list[int]] = found.tolist()
    return [
        OwnRecord(
            topic, partition, first + i, begin + delay if appended is None else appended, kind,
            octets[key : key + key_bytes] if key_bytes >= 0 else None,
            octets[value : value + value_bytes] if value_bytes >= 0 else None,
            octets[headers:end],
        )
        for i, (delay, key, key_bytes, value, value_bytes, headers, end) in enumerate(places)
        if first + i >= position
    ]  # fmt: skip


@kernel
def _find_places(octets: npt.NDArray[np.uint8], places: npt.NDArray[np.int64]) -> None:
    """Per record: its delay against the first; where its key begins, and its length or -1; the
    same of its value; where its headers begin, and the record ends."""
    at = 0
    for i in range(len(places)):
        size, at = _read_varint(octets, at)
        end = at + size
        places[i, 0], at = _read_varint(octets, at + 1)  # behind the attributes
        _, at = _read_varint(octets, at)
        places[i, 2], places[i, 1] = _read_varint(octets, at)
        places[i, 4], places[i, 3] = _read_varint(octets, places[i, 1] + max(places[i, 2], 0))
        places[i, 5], places[i, 6] = places[i, 3] + max(places[i, 4], 0), end
        at = end


@kernel
def _read_varint(octets: npt.NDArray[np.uint8], at: int) -> tuple[int, int]:
    rest = shift = 0
    while True:
        octet = int(octets[at])
        rest |= (octet & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if octet <= 0x7F:
            return (rest >> 1) ^ -(rest & 1), at
