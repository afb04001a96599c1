"""Produce requests and their answers as bytes (versions 3 to 7, which aiokafka speaks, too).

aiokafka describes each request in classes, writes and reads it field by field, and copies the batch
at each level.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import NamedTuple

from aiokafka.structs import TopicPartition

from streams.kafka.insides.request_bytes import header, read_topic_front, topic_front

API_KEY = 0
# From 8 on, answers name records; from 9 on, lengths are written differently.
VERSIONS = range(3, 8)
_BODY = struct.Struct(">hhii")  # no transactional id, all in-sync replicas, timeout, topics
_INT32, _TWO_INT32 = struct.Struct(">i"), struct.Struct(">ii")
_NONE, _ALL = -1, -1
NO_TIME = -1
_ANSWER = struct.Struct(">ihqq")  # partition, error code, offset, time
_LOG_START_BYTES, _LOG_START_FROM = 8, 5


class Answer(NamedTuple):
    """What a broker says of one batch. `offset` and `time` (milliseconds) are -1 if it does not
    say."""

    error_code: int
    offset: int
    time: int


def encode_request(
    version: int,
    correlation_id: int,
    client_id: str,
    timeout_milliseconds: int,
    batches: Mapping[TopicPartition, bytes | bytearray],
) -> bytes:
    """The whole request, its length included."""
    by_topic: dict[str, list[TopicPartition]] = {}
    for tp in batches:
        by_topic.setdefault(tp.topic, []).append(tp)
    parts: list[bytes | bytearray] = [
        header(API_KEY, version, correlation_id, client_id),
        _BODY.pack(_NONE, _ALL, timeout_milliseconds, len(by_topic)),
    ]
    for topic, tps in by_topic.items():
        parts.append(topic_front(topic, len(tps)))
        for tp in tps:
            batch = batches[tp]
            parts += (_TWO_INT32.pack(tp.partition, len(batch)), batch)
    size = sum(map(len, parts))
    return b"".join([_INT32.pack(size), *parts])


def decode_answer(version: int, body: bytes) -> dict[TopicPartition, Answer]:
    """By partition. Raises struct.error and UnicodeDecodeError if it is no such answer."""
    found: dict[TopicPartition, Answer] = {}
    (topics,), at = _INT32.unpack_from(body), _INT32.size
    for _ in range(topics):
        topic, partitions, at = read_topic_front(body, at)
        for _ in range(partitions):
            partition, *answer = _ANSWER.unpack_from(body, at)
            found[TopicPartition(topic, partition)] = Answer(*answer)
            at += _ANSWER.size + (_LOG_START_BYTES if version >= _LOG_START_FROM else 0)
    return found
