"""What requests and answers of different kinds have in common, as bytes."""

from __future__ import annotations

import struct

_HEADER = struct.Struct(">hhih")  # api key and version, correlation id, length of the client id
_INT16, _INT32 = struct.Struct(">h"), struct.Struct(">i")


def header(key: int, version: int, correlation_id: int, client_id: str) -> bytes:
    """A request's, of versions without tagged fields."""
    name = client_id.encode()
    return _HEADER.pack(key, version, correlation_id, len(name)) + name


def string(text: str) -> bytes:
    """With its length."""
    octets = text.encode()
    return _INT16.pack(len(octets)) + octets


def topic_front(topic: str, partitions: int) -> bytes:
    """What precedes a topic's partitions."""
    return string(topic) + _INT32.pack(partitions)


def read_topic_front(body: bytes, at: int) -> tuple[str, int, int]:
    """-> the topic, how many partitions follow, and where. Raises struct.error and
    UnicodeDecodeError."""
    (length,) = _INT16.unpack_from(body, at)
    at += _INT16.size + length
    (partitions,) = _INT32.unpack_from(body, at)
    return body[at - length : at].decode(), partitions, at + _INT32.size
