"""A record of `articles.raw`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from streams.kafka.headers import Header


class RawRecord(NamedTuple):
    """What is needed of a consumed record, and quick to hand to another process."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header]


class RawRecords(list[RawRecord]):
    """Records of a chunk that go to another process together."""
