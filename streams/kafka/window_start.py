"""Where the window begins in a shard's segments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from streams.detection.index.segment import DamagedSegmentError, Segment, decode_segment
from streams.detection.parameters import Parameters
from streams.kafka.connection import reader
from streams.settings import Settings

_SILENCE_SECONDS = 30.0


async def window_start(
    settings: Settings,
    tp: TopicPartition,
    offsets: range,
    window: Parameters,
    decode: Callable[[ConsumerRecord], Segment],
) -> int:
    """Offset of the first segment that may hold articles of the window; `offsets.stop` if none.

    The window is a number of milliseconds and of articles. `decode` decodes the last segment, and
    raises if it is damaged. Kafka cannot look this up: records have the time of their writing,
    segments that of their articles. As neither their `latest` nor their serials ever fall, a binary
    search finds it, reading one segment at a time.
    """
    if not offsets:
        return offsets.stop
    async with reader(
        settings,
        auto_offset_reset="earliest",  # retention may delete what is being read
        fetch_max_wait_ms=10,
        max_partition_fetch_bytes=1,  # brokers return at least one batch
    ) as consumer:
        consumer.assign([tp])
        last = await _last(consumer, tp, offsets)
        if last is None:
            return offsets.stop
        low, high = offsets.start, int(last.offset)
        newest = decode(last)
        start = newest.clock - window.window_milliseconds
        tail = newest.base + len(newest.rows) - window.capacity
        while low < high:
            middle = (low + high) // 2
            consumer.seek(tp, middle)
            at, found = await _first_with_articles(consumer, tp, high)
            if found is None or (found.latest >= start and found.base + len(found.rows) > tail):
                high = middle
            else:
                low = at + 1
        return low


async def _last(
    consumer: AIOKafkaConsumer, tp: TopicPartition, offsets: range
) -> ConsumerRecord | None:
    """The last record of a log: if a transaction marker ends it, the one before."""
    back = 1
    while True:
        start, last = max(offsets.start, offsets.stop - back), None
        consumer.seek(tp, start)
        while await consumer.position(tp) < offsets.stop:
            fetched = await consumer.getmany(tp, timeout_ms=1000)
            found = [r for r in fetched.get(tp, []) if r.offset < offsets.stop]
            last = found[-1] if found else last
        if last is not None or start == offsets.start:
            return last
        back *= 2


async def _first_with_articles(
    consumer: AIOKafkaConsumer, tp: TopicPartition, end: int
) -> tuple[int, Segment | None]:
    """-> offset of the next segment with articles, and the segment; None if there is none below
    `end`.

    A segment without articles, which a worker writes when it takes over a shard, may say less than
    the one before it. A damaged one says nothing; it is an error only if it is needed.
    """
    while True:
        record = await _next(consumer, tp)
        if record.offset >= end:
            return end, None
        try:
            segment = decode_segment(record.value)
        except DamagedSegmentError:
            continue
        if len(segment.rows):
            return record.offset, segment


async def _next(consumer: AIOKafkaConsumer, tp: TopicPartition) -> ConsumerRecord:
    # Python 3.11's `wait_for` would swallow a cancellation that comes with the record.
    async with asyncio.timeout(_SILENCE_SECONDS):
        return await consumer.getone(tp)
