"""Headers of Kafka records, including CloudEvents 1.0 attributes (binary content mode)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import repeat

from schemas.dead_letter import DeadLetterHeaders
from schemas.topics import EVENT_TYPE_PREFIX, Topic
from streams.articles.times import format_milliseconds

Header = tuple[str, bytes | None]
Headers = list[Header]

# What detection needs of the article, in a fixed-size record: `streams.detection.sketch.entry`.
ENTRY_HEADER = "echowire-entry"
# A kill goes to every shard, since it has no text to determine its language: one of them
# publishes its verdict, the others only take note.
NOTICE_HEADER = "echowire-notice"

# The producer's headers are kept; those of a replayed dead letter are replaced.
DEAD_LETTER_HEADERS = frozenset(DeadLetterHeaders.model_fields)

# W3C Trace Context: carried along from the raw event to the enriched one, as the last headers.
_TRACE = ("traceparent", "tracestate")
_KNOWN_CHARACTERS = 64
# Maximum bytes of headers in our records: CloudEvents, an entry, a trace.
HEADERS_BYTES = 4096
_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
# As much as the standard requires carrying; a longer or non-ASCII one is left out.
_TRACESTATE = re.compile(rb"[\t\x20-\x7e]{1,512}")

_JSON = ("content-type", b"application/json")


class EventHeaders:
    """Headers of a topic's events. `ce_source` is the topic's name, as a relative URI."""

    def __init__(self, topic: Topic) -> None:
        constant: Headers = [
            ("ce_specversion", b"1.0"),
            ("ce_type", f"{EVENT_TYPE_PREFIX}{topic.event_type}".encode()),
            ("ce_source", f"/{topic.name}".encode()),
            _JSON,
        ]
        self._count = len(constant) + 2
        self._constant = b"".join(_encoded(name, value) for name, value in constant)

    def of(self, event_id: str, time_milliseconds: int, *others: Header) -> bytes:
        """Encoded as by `encode_headers`. `ce_id` and `ce_time` come from the event, so a
        replay writes the same."""
        name = event_id.encode()
        start = _start(self._constant, self._count + len(others), len(name))
        rest = [_encoded(other, value) for other, value in others]
        return b"".join((start, name, _timed(time_milliseconds), *rest))

    def of_each(self, event_ids: Sequence[str], times: Sequence[int]) -> list[bytes]:
        """The headers of n events without others, in a third of the time."""
        return self._of_each(event_ids, times, self._count, repeat(b""))

    def of_each_with(
        self, event_ids: Sequence[str], times: Sequence[int], name: str, values: Sequence[bytes]
    ) -> list[bytes]:
        """The headers of n events with one other each."""
        starts = {size: begun(name, size) for size in {*map(len, values)}}
        others = [starts[len(value)] + value for value in values]
        return self._of_each(event_ids, times, self._count + 1, others)

    def _of_each(
        self, event_ids: Sequence[str], times: Sequence[int], count: int, others: Iterable[bytes]
    ) -> list[bytes]:
        names = [name.encode() for name in event_ids]
        sizes = {len(name) for name in names}
        starts = {size: _start(self._constant, count, size) for size in sizes}
        ends = {time: _timed(time) for time in {*times}}
        return [
            b"".join((starts[len(name)], name, ends[time], other))
            for name, time, other in zip(names, times, others, strict=False)
        ]


def _timed(time_milliseconds: int) -> bytes:
    """The header with an event's time."""
    time = format_milliseconds(time_milliseconds).encode()
    return begun("ce_time", len(time)) + time


@lru_cache(maxsize=256)
def _start(constant: bytes, headers: int, id_bytes: int) -> bytes:
    """Everything before an event id of this length."""
    return varint(headers) + constant + begun("ce_id", id_bytes)


def encode_headers(headers: Sequence[Header]) -> bytes:
    """A record's headers as in a record batch: their count, then each."""
    return b"".join([varint(len(headers)), *(_encoded(name, value) for name, value in headers)])


def _encoded(name: str, value: bytes | None) -> bytes:
    if value is None:  # other producers may send null
        return begun(name, -1)
    return begun(name, len(value)) + value


def begun(name: str, value_bytes: int) -> bytes:
    """A header up to its value of this length; -1: null."""
    # Producers may send names of any length and number, which must not fill memory.
    return _known(name, value_bytes) if len(name) <= _KNOWN_CHARACTERS else _new(name, value_bytes)


def _new(name: str, value_bytes: int) -> bytes:
    encoded = name.encode()
    return varint(len(encoded)) + encoded + varint(value_bytes)


_known = lru_cache(maxsize=4096)(_new)


def _plain_varint(number: int) -> bytes:
    """Zigzag and base 128, as Kafka's protocol has it."""
    rest, out = (number << 1) ^ (number >> 63), bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


varint = lru_cache(maxsize=16_384)(_plain_varint)


def decode_headers(record: bytes, at: int = 0) -> Headers:
    """The inverse of `encode_headers`, for the end of a record from a place on. Names that are not
    UTF-8 are escaped. Raises ValueError or IndexError if it is malformed."""
    count, at = read_varint(record, at)
    headers: Headers = []
    for _ in range(count):
        name, at = read_bytes(record, at)
        if name is None:
            raise ValueError("a header without a name")
        content, at = read_bytes(record, at)
        headers.append((name.decode("utf-8", "backslashreplace"), content))
    if count < 0 or at != len(record):
        raise ValueError(f"{count} headers end at byte {at} of {len(record)}")
    return headers


def read_bytes(record: bytes, at: int) -> tuple[bytes | None, int]:
    """-> (bytes behind their length, end position)."""
    length, at = read_varint(record, at)
    if length < 0:
        return None, at
    if length > len(record) - at:
        raise ValueError(f"{length} bytes at byte {at} of a record of {len(record)}")
    return record[at : at + length], at + length


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """-> (number, end position)."""
    number = shift = 0
    while True:
        octet = data[at]
        number |= (octet & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if octet < 0x80:
            return (number >> 1) ^ -(number & 1), at
        if shift > 63:
            raise ValueError(f"a number of more than 64 bits at byte {at}")


def trace_context(headers: Sequence[Header]) -> list[tuple[str, bytes]]:
    """The trace headers among a producer's; none if `traceparent` is missing or malformed.
    At most 600 bytes."""
    if not headers:
        return []
    found = dict(headers)
    parent, state = found.get("traceparent"), found.get("tracestate")
    if parent is None or not _TRACEPARENT.fullmatch(parent):
        return []
    if state is None or not _TRACESTATE.fullmatch(state):
        return [("traceparent", parent)]
    return [("traceparent", parent), ("tracestate", state)]


def carried_trace(headers: Sequence[Header]) -> Headers:
    """The trace headers of one of our records, where they are last."""
    if not headers or headers[-1][0] not in _TRACE:
        return []
    return [header for header in headers[-len(_TRACE) :] if header[0] in _TRACE]


def carried_entry(headers: Sequence[Header]) -> bytes:
    """The entry of a record on `articles.normalised`. Raises KeyError if there is none."""
    # It is last, except for a notice and a trace.
    name, value = headers[-1] if headers else ("", b"")
    entry = value if name == ENTRY_HEADER else dict(headers)[ENTRY_HEADER]
    if entry is None:
        raise KeyError(ENTRY_HEADER)
    return entry


def is_notice(headers: Sequence[Header]) -> bool:
    """Whether a record of `articles.normalised` only notifies another shard of a kill."""
    return bool(headers) and headers[-1][0] == NOTICE_HEADER
