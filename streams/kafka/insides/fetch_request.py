"""Fetch requests and their answers as bytes, in version 11; what speaks another one is left to
aiokafka, whose classes write and read field by field.
"""

from __future__ import annotations

import struct
from io import BytesIO
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.protocol.fetch import FetchRequest

from streams.kafka.insides.request_bytes import header, read_topic_front, string, topic_front

_KEY, _VERSION = 1, 11
_INT32 = struct.Struct(">i")
# Replica, milliseconds, least and most bytes, isolation, session and its epoch, topics.
_FRONT = struct.Struct(">iiiibiii")
_PARTITION = struct.Struct(">iiqqi")  # with leader epoch, offset, log start, most bytes
_NONE, _NO_SESSION = -1, (0, -1)
_ANSWER_FRONT = struct.Struct(">ihii")  # throttled milliseconds, error code, session, topics
_PARTITION_FRONT = struct.Struct(">ihqqqi")  # error, high water, stable, start, aborted
_ABORTED = struct.Struct(">qq")  # producer id, first offset
_PARTITION_END = struct.Struct(">ii")  # replica to read from, length of the records


class EncodedFetch(FetchRequest):  # type: ignore[misc]
    """aiokafka's request, which writes itself."""

    API_VERSION = _VERSION

    def prepare(self, versions: dict[int, tuple[int, int]]) -> Any:
        """What its connection writes: this one, if the broker knows its version."""
        least, most = versions.get(_KEY, (0, 0))
        return self if least <= _VERSION <= most else super().prepare(versions)

    def build_request_header(self, correlation_id: int, client_id: str) -> _Header:
        """What comes first."""
        return _Header(correlation_id, client_id)

    def encode(self) -> bytes:
        """The body."""
        parts = [
            _FRONT.pack(
                _NONE, self._max_wait_ms, self._min_bytes, self._max_bytes, self._isolation_level,
                *_NO_SESSION, len(self._topics),
            )
        ]  # fmt: skip
        for topic, partitions in self._topics:
            parts.append(topic_front(topic, len(partitions)))
            parts += [
                _PARTITION.pack(partition, _NONE, offset, _NONE, most)
                for partition, offset, most in partitions
            ]
        parts += (_INT32.pack(0), string(self._rack_id))
        return b"".join(parts)

    def parse_response_header(self, answer: BytesIO) -> _Header:
        """Reads the correlation id."""
        return _Header(int.from_bytes(answer.read(4), "big"), "")

    class RESPONSE_TYPE:  # noqa: N801 - aiokafka's name
        """The answer: (topic, partitions) of which each is what aiokafka's has, in order."""

        API_VERSION = _VERSION

        def __init__(self, topics: list[tuple[str, list[tuple[Any, ...]]]]) -> None:
            self.topics = topics

        @classmethod
        def decode(cls, answer: BytesIO) -> EncodedFetch.RESPONSE_TYPE:
            """Raises struct.error if it is no such answer."""
            return cls(_topics(answer.read()))


class _Header:
    def __init__(self, correlation_id: int, client_id: str) -> None:
        self.correlation_id, self._client_id = correlation_id, client_id

    def encode(self) -> bytes:
        return header(_KEY, _VERSION, self.correlation_id, self._client_id)


def _topics(body: bytes) -> list[tuple[str, list[tuple[Any, ...]]]]:
    *_, topics = _ANSWER_FRONT.unpack_from(body)
    at = _ANSWER_FRONT.size
    found = []
    for _ in range(topics):
        topic, count, at = read_topic_front(body, at)
        partitions = []
        for _ in range(count):
            partition, error, high_water, stable, start, pairs = _PARTITION_FRONT.unpack_from(
                body, at
            )
            at += _PARTITION_FRONT.size
            aborted = [_ABORTED.unpack_from(body, at + i * _ABORTED.size) for i in range(pairs)]
            at += len(aborted) * _ABORTED.size
            replica, size = _PARTITION_END.unpack_from(body, at)
            at += _PARTITION_END.size
            octets = None if size < 0 else body[at : at + size]
            at += max(size, 0)
            partitions.append(
                (
                    partition, error, high_water, stable, start,
                    None if pairs < 0 else aborted, replica, octets,
                )
            )  # fmt: skip
        if at > len(body):
            raise struct.error("it is shorter than it says")
        found.append((topic, partitions))
    return found


fetcher.FetchRequest = EncodedFetch
