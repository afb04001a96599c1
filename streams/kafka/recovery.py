"""Recovering a shard from its segments: the window's articles, and how far the log is decided."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from schemas.topics import NORMALISED, SEGMENTS
from streams.detection.index.segment import DamagedSegmentError, Segment, decode_segment
from streams.detection.index.state import ShardState
from streams.kafka.connection import reader
from streams.kafka.decided_log import DecidedLog, OtherLogError
from streams.kafka.shard_note import ShardNote, note_of
from streams.kafka.stale_commits import Cut
from streams.kafka.topics import topic_name
from streams.kafka.unreadable import UnreadableRecord
from streams.kafka.window_start import window_start
from streams.settings import Settings

log = logging.getLogger("echowire.recovery")

BEGINNING = -1
_FETCH_BYTES = 16 << 20
_LOG_SECONDS = 5.0


class ShardUnrecoverableError(Exception):
    """A shard's segments cannot be applied; the message says why and what to do."""


class Recovery:
    """Brings one shard's state up to date with its segments.

    `position` is the next segment to read: BEGINNING for an empty state, else where the previous
    recovery ended. While it runs, `left` and `total` are numbers of segments; `segments` is
    their partition.
    """

    def __init__(self, settings: Settings, partition: int, state: ShardState) -> None:
        self.partition, self.state = partition, state
        self.position = BEGINNING
        self.left = self.total = 0
        self.note = ShardNote()  # with the newest segment, read or written
        self._first: Segment | None = None  # the one that was read into an empty state
        self._first_note: ShardNote | None = None
        self._settings = settings
        self.segments = TopicPartition(topic_name(settings, SEGMENTS), partition)
        self.log = DecidedLog(TopicPartition(topic_name(settings, NORMALISED), partition), state)

    def __str__(self) -> str:
        done = self.total - self.left
        return f"shard {self.partition} is being read back: {done} of {self.total} segments"

    async def run(self, shut_out: Callable[[], Awaitable[object]] | None = None) -> None:
        """Read to the end; `left` and `total` show progress, in segments.

        `shut_out` is awaited at the end, and what arrives until it returns is read, too: the
        shard's previous writer must not write after it.

        Raises ShardUnrecoverableError if the segments are damaged, not as expected,
        or from another log than `articles.normalised`.
        """
        started, known = time.monotonic(), self.state.count
        consumer = reader(
            self._settings,
            group_id=self._settings.group,  # to ask what is committed; it does not join
            auto_offset_reset="earliest",
            # Requests on one connection queue behind its fetch, which waits at the broker.
            fetch_max_wait_ms=10,
            fetch_max_bytes=4 * _FETCH_BYTES,
            max_partition_fetch_bytes=_FETCH_BYTES,
        )
        await consumer.start()
        try:
            articles = self.log.articles
            consumer.assign([self.segments, articles])
            consumer.pause(articles)
            committed = await consumer.committed(articles) or 0
            beginning = (await consumer.beginning_offsets([self.segments]))[self.segments]
            end = await self._end(consumer)
            if self.position == BEGINNING:
                window, written = self.state.parameters, range(beginning, end)
                self.position = await window_start(
                    self._settings, self.segments, written, window, _decoded
                )
            elif self.position > end:
                raise self._lost(f"ends at {end}, but was read up to {self.position} before")
            start = self.position
            self.total = self.left = end - start
            await self._read(consumer, end)
            await self._check_end(consumer, committed)
            if start <= beginning:
                self._check_beginning(beginning)
            if shut_out is not None:
                await shut_out()
                await self._read(consumer, await self._end(consumer))
            await self._check_log(consumer)
        finally:
            await consumer.stop()
        seconds, articles = time.monotonic() - started, self.state.count - known
        log.info(
            "shard %d: %d articles of the window, %d of them read back in %.2f s (%.0f/s),"
            " decided up to offset %d",
            self.partition, self.state.count - self.state.tail, articles, seconds,
            articles / seconds, self.state.last_offset,
        )  # fmt: skip

    async def _end(self, consumer: AIOKafkaConsumer) -> int:
        ends: dict[TopicPartition, int] = await consumer.end_offsets([self.segments])
        return ends[self.segments]

    async def _read(self, consumer: AIOKafkaConsumer, end: int) -> None:
        tp, logged = self.segments, time.monotonic()
        consumer.seek(tp, self.position)
        while self.position < end:
            for segments in (await consumer.getmany(tp, timeout_ms=1000)).values():
                for record in segments:
                    self._apply(record)
                    self.position = record.offset + 1
                    await asyncio.sleep(0)  # heartbeats and other shards go on meanwhile
            # Ahead of the last segment if something else follows it.
            self.position = await consumer.position(tp)
            self.left = max(0, end - self.position)
            if time.monotonic() - logged > _LOG_SECONDS:
                logged = time.monotonic()
                log.info("%s", self)

    async def _check_end(self, consumer: AIOKafkaConsumer, committed: int) -> None:
        """Whether everything committed is in the segments: they are written first.

        The commit may also be behind transaction markers, and behind records that retention deleted
        or that are unreadable: none of these was ever decided. Nor was what is in the log since it
        was cut, if the commit is from before.
        """
        source, done = self.log.articles, self.state.last_offset + 1
        committed = self.log.commits.left_of(committed, done)
        # `_check_log` handles a log that ends before the commit.
        committed = min(committed, (await consumer.end_offsets([source]))[source])
        if committed <= done:
            return
        consumer.pause(self.segments)
        consumer.resume(source)
        consumer.seek(source, done)
        while await consumer.position(source) < committed:
            fetched = await consumer.getmany(source, timeout_ms=1000, max_records=1)
            for record in fetched.get(source, []):
                if record.offset < committed and not isinstance(record, UnreadableRecord):
                    raise self._lost(
                        f"covers {source.topic} up to offset {done - 1}, but group"
                        f" {self._settings.group} has handled it up to {committed - 1}: its end,"
                        " or all of it, is gone"
                    )
        consumer.pause(source)
        consumer.resume(self.segments)

    def _check_beginning(self, beginning: int) -> None:
        """Whether everything before the first remaining segment may be forgotten."""
        first, state, needed = self._first, self.state, self.note.tail
        if first is None or first.base <= max(needed, state.count - len(state.rows)):
            return
        if self.note == ShardNote():  # from a version that wrote no notes
            if state.tail <= first.base:
                log.warning(
                    "%s begins at offset %d with article %d of its shard; whether articles before"
                    " it are still needed, segments of this version do not say",
                    self._place, beginning, first.base,
                )  # fmt: skip
            return
        written = self._first_note.before if self._first_note else self.note.written
        seconds = time.time() - written / 1000
        if seconds < state.parameters.window_seconds or not written:
            raise self._lost(
                f"begins at offset {beginning} with article {first.base} of its shard, but the"
                f" window begins at article {needed}: records before were deleted"
            )
        log.warning(
            "%s begins at offset %d with article %d of its shard: those from %d on are older than"
            " the window by the clock, though no later article has moved it on yet",
            self._place, beginning, first.base, needed,
        )  # fmt: skip

    def _lost(self, what: str) -> ShardUnrecoverableError:
        return ShardUnrecoverableError(f"{self._place} {what}. {_REBUILD}")

    @property
    def _place(self) -> str:
        return f"{self.segments.topic} partition {self.segments.partition}"

    def _apply(self, record: ConsumerRecord) -> None:
        (segment, note), state = _noted(record), self.state
        if note is not None and note.tail >= self.note.tail:
            self.note = note
        if self._first is None and state.last_offset < 0:
            self._first, self._first_note = segment, note
        # A shard that was kept over a rebalance knows the cuts of its own segments.
        if note is not None and note.cut >= 0 and segment.base >= state.count:
            self.log.cut_as_recorded(Cut(note.cut, note.decided))
        new = int((segment.rows["offset"] > state.last_offset).sum())
        first = segment.base + len(segment.rows) - new
        # If nothing is remembered yet, an older worker's empty segment may have come first.
        follows = state.count in (state.tail, first)
        if segment.last_offset > state.last_offset and new and not follows:
            raise ShardUnrecoverableError(
                f"{_place(record)}: its first new article is number {first} of the shard, expected"
                f" {state.count}: segments before it are missing. {_REBUILD}"
            )
        state.apply(segment)

    async def _check_log(self, consumer: AIOKafkaConsumer) -> None:
        try:
            await self.log.check(consumer, self.note.epoch)
        except OtherLogError as error:
            topic = self.segments.topic
            raise ShardUnrecoverableError(
                f"{self._place} {error}. {_OTHER_LOG.format(topic)}"
            ) from None


_REBUILD = "`echowire rebuild` recreates the segments from articles.normalised."
_OTHER_LOG = "Delete {} too, or take another --topic-prefix."


def _decoded(record: ConsumerRecord) -> Segment:
    return _noted(record)[0]


def _noted(record: ConsumerRecord) -> tuple[Segment, ShardNote | None]:
    if isinstance(record, UnreadableRecord):
        raise ShardUnrecoverableError(f"{record}. {_REBUILD}")
    try:
        return decode_segment(record.value), note_of(record.headers)
    except DamagedSegmentError as error:
        raise ShardUnrecoverableError(f"{_place(record)}: {error}. {_REBUILD}") from None


def _place(record: ConsumerRecord) -> str:
    return f"{record.topic} partition {record.partition} offset {record.offset}"
