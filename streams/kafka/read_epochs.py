"""How far a partition was read in each leader epoch: the memory that reveals a cut.

It is stored in the metadata of committed offsets, so that the next reader notices a cut, too.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import orjson
from aiokafka.structs import OffsetAndMetadata

from streams.json_object import Json
from streams.kafka.insides.epochs import EpochEnd

# Brokers take 4,096 bytes of metadata. An epoch is dropped once a later one is confirmed, so
# there are seldom more than two.
MOST_SPANS = 16
_FIELD = "read"


class Span(NamedTuple):
    """Offsets `first` to `end` (exclusive) were read from batches of this epoch."""

    epoch: int
    first: int
    end: int


class Divergence(NamedTuple):
    """From `offset` on, a log may hold other records than those that were read. `certain`: it was
    cut there. If not, the records from there on were handed over without being fetched, so
    their epoch is unknown: the leader may simply have changed."""

    offset: int
    certain: bool


class ReadEpochs:
    """The parts of a partition that were read, by rising epoch."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self._handed_over_to = -1  # behind the spans: records of an unknown epoch
        self.has_committed = False  # whether the committed spans are included
        self._confirmed_by = -1

    def read(self, epoch: int, first: int, end: int) -> None:
        """One fetch brought these offsets; `epoch` is its last batch's. -1: unknown."""
        last = self.spans[-1] if self.spans else Span(-1, first, first)
        if epoch < 0 or epoch < last.epoch or end <= first:
            return
        if epoch == last.epoch:
            self.spans[-1] = last._replace(end=max(last.end, end))
        else:
            self.spans = [*self.spans, Span(epoch, first, end)][-MOST_SPANS:]

    def hand_over(self, end: int) -> None:
        """The records before this offset were handed over without being fetched: their epoch is the
        newest span's, or a later one."""
        self._handed_over_to = max(self._handed_over_to, end)

    def add_committed(self, at: OffsetAndMetadata | None) -> None:
        """Put what an earlier worker has read before what this one has."""
        self.has_committed = True
        earliest = self.spans[0].epoch if self.spans else None
        before = decode_spans(at) if at else []
        if at and before:  # what it committed behind its spans was handed over
            self.hand_over(at.offset)
        older = [s for s in before if earliest is None or s.epoch < earliest]
        same = next((s for s in before if s.epoch == earliest), None)
        if same:
            own = self.spans[0]
            own = Span(own.epoch, min(own.first, same.first), max(own.end, same.end))
            self.spans[0] = own
        self.spans = [*older, *self.spans][-MOST_SPANS:]

    def epoch_at_end(self) -> int:
        """That of the newest batch that was fetched; -1 if unknown."""
        return self.spans[-1].epoch if self.spans else -1

    def due(self, leader_epoch: int) -> list[Span]:
        """Spans that the present leader has not yet been asked about."""
        if self._confirmed_by == leader_epoch and len(self.spans) < 2:
            return []
        return [span for span in self.spans if span.epoch < leader_epoch]

    def answered(self, leader_epoch: int, span: Span, answer: EpochEnd) -> Divergence | None:
        """The leader has reported where a span's epoch ends: -> where its log may be another.

        Spans must be answered in order. A confirmed one is dropped if there is a
        later one: whatever cuts it also cuts the later one.
        """
        if answer.epoch < span.epoch:
            return Divergence(min(answer.end, span.first), certain=True)
        if answer.end < span.end:
            return Divergence(answer.end, certain=True)
        later = [s for s in self.spans if s.epoch > span.epoch]
        if later:
            self.spans = later
        elif answer.end < self._handed_over_to:
            return Divergence(answer.end, certain=False)
        else:
            self._confirmed_by = leader_epoch
        return None

    def cut(self, offset: int) -> None:
        """Forget everything read from this offset on."""
        self._handed_over_to = min(self._handed_over_to, offset)
        self.spans = [
            span._replace(end=min(span.end, offset)) for span in self.spans if span.first < offset
        ]

    def metadata(self, offset: int, more: str = "") -> str:
        """The metadata for a commit of this offset, with `more`: a JSON object, or empty."""
        fields: Json = orjson.loads(more) if more else {}
        if spans := [s._replace(end=min(s.end, offset)) for s in self.spans if s.first < offset]:
            fields[_FIELD] = spans
        return orjson.dumps(fields, default=list).decode() if fields else ""


def decode_spans(at: OffsetAndMetadata) -> list[Span]:
    """A commit's spans; empty if there are none, or its metadata is someone else's."""
    try:
        spans = [Span(*map(int, span)) for span in orjson.loads(at.metadata)[_FIELD]]
    except (ValueError, TypeError, LookupError):
        return []
    rising = all(a.epoch < b.epoch for a, b in pairwise(spans))
    return spans[:MOST_SPANS] if rising else []
