"""A header of a segment: how much of the shard's log is still needed.

The window follows the articles' times and Kafka's retention its own, so the beginning of a log may
be gone because nobody needs it, or be lost. Only the writer knew which.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import orjson

from streams.detection.index.segment import DamagedSegmentError
from streams.kafka.headers import Header

NOTE_HEADER = "echowire-shard"


class ShardNote(NamedTuple):
    """A shard after a segment.

    tail: its articles below this number are forgotten, all others are needed.
    written, before: when its newest article was written, and the newest before this segment, by
    the worker's clock in milliseconds since 1970; 0 if there is none.
    epoch: of the leader that wrote the last decided record, or an earlier one; -1 if unknown.
    cut: the log of articles had lost everything from this offset on, and what is there now was
    not decided before this segment; -1: it had not.
    decided: everything before this offset had been decided when the log was cut.
    """

    tail: int = 0
    written: int = 0
    before: int = 0
    epoch: int = -1
    cut: int = -1
    decided: int = -1

    def after(self, tail: int, now: int | None) -> ShardNote:
        """The next one; `now` if its segment brings articles."""
        return ShardNote(tail, self.written if now is None else now, self.written, self.epoch)

    def header(self) -> Header:
        """Encoded as a header."""
        return NOTE_HEADER, orjson.dumps(self._asdict())


def note_of(headers: Sequence[Header]) -> ShardNote | None:
    """The note of a segment; None for segments of older versions. Raises DamagedSegmentError."""
    for name, value in headers:
        if name == NOTE_HEADER and value is not None:
            return _decoded(value)
    return None


def _decoded(value: bytes) -> ShardNote:
    try:
        fields = dict(orjson.loads(value))
        known = [name for name in ShardNote._fields if name in fields]  # older versions wrote fewer
        return ShardNote(**{name: int(fields[name]) for name in known})
    except (ValueError, TypeError, OverflowError):
        raise DamagedSegmentError(f"its header {NOTE_HEADER} is not what was written") from None
