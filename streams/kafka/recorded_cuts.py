"""What a shard's segments tell of cuts of the log of articles, though none can be applied."""

from __future__ import annotations

import asyncio

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from streams.detection.index.segment import DamagedSegmentError, last_offset_of
from streams.kafka.shard_note import note_of
from streams.kafka.stale_commits import UNKNOWN, Cut, StaleCommits
from streams.kafka.unreadable import UnreadableRecord

_SILENCE_SECONDS = 30.0
_POLL_MILLISECONDS = 500


class RecordedCuts:
    """Read one segment after the other; those that say nothing are left out."""

    def __init__(self) -> None:
        self._commits = StaleCommits()
        self._done = 0  # the segments so far have everything before this offset

    def read(self, record: ConsumerRecord) -> None:
        """The next segment."""
        if isinstance(record, UnreadableRecord):
            return
        try:
            note = note_of(record.headers)
            if note is not None and note.cut >= 0:
                decided = note.decided if note.decided >= 0 else self._done or UNKNOWN
                self._commits.add(Cut(note.cut, decided))
                self._done = min(self._done, note.cut)
            self._done = max(self._done, last_offset_of(record.value) + 1)
        except DamagedSegmentError:
            return

    def left_of(self, committed: int) -> int:
        """As much of a commit as holds for the records that are in the log now."""
        return self._commits.left_of(committed, self._done)


async def recorded_cuts(consumer: AIOKafkaConsumer, segments: TopicPartition) -> RecordedCuts:
    """Those that all segments of a shard tell of. Raises KafkaError and TimeoutError."""
    cuts = RecordedCuts()
    consumer.assign([segments])
    position = (await consumer.beginning_offsets([segments]))[segments]
    end = (await consumer.end_offsets([segments]))[segments]
    consumer.seek(segments, position)
    while position < end:
        fetching = consumer.getmany(segments, timeout_ms=_POLL_MILLISECONDS)
        for record in (await asyncio.wait_for(fetching, _SILENCE_SECONDS)).get(segments, []):
            cuts.read(record)
        position = await consumer.position(segments)
    return cuts
