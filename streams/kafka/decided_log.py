"""Whether the log of articles is still the one that a shard was decided from.

It may have been recreated, which a worker cannot repair. Or it has lost its end, and other,
undecided records are there now: then the shard goes back, and its earlier decisions stay.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

import numpy as np
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IncompatibleBrokerVersion
from aiokafka.structs import ConsumerRecord, TopicPartition

from streams.detection.index.state import ShardState
from streams.kafka.insides.epochs import ends_of_epochs
from streams.kafka.insides.metadata import client_of
from streams.kafka.stale_commits import UNKNOWN, Cut, StaleCommits
from streams.kafka.unreadable import UnreadableRecord

log = logging.getLogger("echowire.recovery")

_SILENCE_SECONDS = 30.0
_LEADER_SECONDS = 10.0
_RETRY_SECONDS = 0.2


class OtherLogError(Exception):
    """It is a different log; the message says what differs."""


class _Gone(NamedTuple):
    """Rows before the serial `until` with this offset or a later one are gone from the log."""

    until: int
    offset: int


class DecidedLog:
    """A partition of articles, and the shard that was decided from it."""

    def __init__(self, articles: TopicPartition, state: ShardState) -> None:
        self.articles = articles
        self._state = state
        self._cuts: list[_Gone] = []
        self.commits = StaleCommits()
        self.unrecorded = Cut()  # since the last segment: the next one records it

    def cut(self, offset: int) -> None:
        """Records from this offset on are not decided yet."""
        decided = self._state.last_offset + 1
        if offset < decided:
            self.unrecorded = Cut(offset, max(decided, self.unrecorded.decided))
            self.cut_as_recorded(self.unrecorded)

    def cut_as_recorded(self, cut: Cut) -> None:
        """The same, as a segment tells it; those before it need not be there any more."""
        state = self._state
        if cut.decided < 0:  # from a version that did not write it
            cut = cut._replace(decided=state.last_offset + 1 or UNKNOWN)
        self.commits.add(cut)
        if cut.offset > state.last_offset:
            return
        state.rewind(cut.offset)
        kept = [gone for gone in self._cuts if gone.offset < cut.offset and gone.until > state.tail]
        self._cuts = [*kept, _Gone(state.count, cut.offset)]

    def recorded(self, cut: Cut) -> None:
        """The segments tell of it. Until that is confirmed, the next one has to."""
        if self.unrecorded == cut:  # and of no other since
            self.unrecorded = Cut()

    def cut_in(self, records: Sequence[ConsumerRecord]) -> int | None:
        """Where these records of the log, in order, stop being the ones that were decided; None
        if they never do. Only this finds a cut between `check` and the reading.

        The offset is that after the last matching record: records in between have no row to compare
        with, and deciding them again changes nothing.
        """
        decided = [record for record in records if record.offset <= self._state.last_offset]
        if not decided:
            return None
        cut: int = decided[0].offset
        ids = self._ids_from(cut)
        for record in decided:
            if (key := ids.get(record.offset)) is None:
                continue
            if record.key != key:
                log.warning(
                    "%s[%d]: the log was cut after offset %d while its shard was read back;"
                    " earlier decisions stand, and the records that are there now are decided",
                    *self.articles, cut - 1,
                )  # fmt: skip
                return cut
            cut = record.offset + 1
        return None

    def _ids_from(self, first: int) -> dict[int, bytes]:
        """Offset -> key of the articles decided there, as far as rows know."""
        rows = takewhile(lambda row: int(row["offset"]) >= first, self._standing_rows())
        return {int(row["offset"]): _key(row).encode() for row in rows}

    async def check(self, consumer: AIOKafkaConsumer, epoch: int) -> None:
        """Compare the log with the shard, whose last record was decided in this leader `epoch` or a
        later one (-1: unknown). Raises OtherLogError and KafkaError."""
        tp, state = self.articles, self._state
        beginning = (await consumer.beginning_offsets([tp]))[tp]
        decided, cut = state.last_offset, await self._cut_at(consumer, epoch)
        if cut is not None and await self._holds_row_from(consumer, cut):
            return  # a later leader has written what was decided last
        if cut is not None and await self._holds_row_before(consumer, beginning, cut):
            log.warning(
                "%s[%d]: the log was cut at offset %d, although it had been decided up to %d: %d"
                " records are gone from it, after an unclean leader election or with a disk; their"
                " verdicts stand, and the records that are there now are decided",
                tp.topic, tp.partition, cut, decided, decided - cut + 1,
            )  # fmt: skip
            self.cut(cut)
            return
        end = (await consumer.end_offsets([tp]))[tp]
        if state.last_offset >= end:
            raise OtherLogError(
                f"is decided up to offset {decided}, but {tp.topic} ends at {end}: it was deleted"
                " or recreated"
            )
        if cut is not None:
            raise OtherLogError(
                f"is decided up to offset {decided}, but {tp.topic} has lost everything from {cut}"
                " on: it was recreated, or cut further back than the window reaches"
            )
        await self._holds_row_before(consumer, beginning, end)

    async def _cut_at(self, consumer: AIOKafkaConsumer, epoch: int) -> int | None:
        """Where that epoch now ends in the log, if that is before the last decided record."""
        if epoch < 0 or self._state.last_offset < 0:
            return None
        tp, client = self.articles, client_of(consumer)
        deadline = asyncio.get_running_loop().time() + _LEADER_SECONDS
        try:
            while not (answers := await ends_of_epochs(client, {tp: epoch})):
                if asyncio.get_running_loop().time() > deadline:
                    return None  # the leader knows no such epoch: compare the records instead
                await asyncio.sleep(_RETRY_SECONDS)
                await client.force_metadata_update()
        except (NotImplementedError, IncompatibleBrokerVersion):
            return None
        answer = answers[tp]
        if answer.end > self._state.last_offset and answer.epoch == epoch:
            return None
        return min(answer.end, self._state.last_offset + 1)

    async def _holds_row_before(
        self, consumer: AIOKafkaConsumer, beginning: int, offset: int
    ) -> bool:
        """Whether the shard's newest article before this offset is where it should be. False if
        there is none to compare. Raises OtherLogError if another record is there."""
        for row in self._standing_rows():
            if int(row["offset"]) >= offset:
                continue
            if int(row["offset"]) < beginning:  # too old
                return False
            record = await self._record(consumer, int(row["offset"]))
            if isinstance(record, UnreadableRecord):  # it may be any: an older one tells
                continue
            if record.offset != row["offset"]:
                return False
            if record.key != _key(row).encode():
                raise OtherLogError(
                    f"says that {self.articles.topic} holds article {_key(row)} at offset"
                    f" {row['offset']}, and there is another: it was recreated"
                )
            return True
        return False

    async def _holds_row_from(self, consumer: AIOKafkaConsumer, offset: int) -> bool:
        """Whether the shard's newest article is where it should be, and not before this offset."""
        tp, row = self.articles, next(self._standing_rows(), None)
        if row is None or not offset <= int(row["offset"]) < (await consumer.end_offsets([tp]))[tp]:
            return False
        record = await self._record(consumer, int(row["offset"]))
        return bool(record.offset == row["offset"] and record.key == _key(row).encode())

    def _standing_rows(self) -> Iterator[np.void]:
        """Rows whose records no cut has removed from the log, the newest first."""
        state, cuts, end = self._state, list(self._cuts), self._state.last_offset + 1
        for serial in range(state.count - 1, state.tail - 1, -1):
            while cuts and serial < cuts[-1].until:
                end = min(end, cuts.pop().offset)
            row = state.row(serial)
            if int(row["offset"]) < end:
                yield row

    async def _record(self, consumer: AIOKafkaConsumer, offset: int) -> ConsumerRecord:
        tp, others = self.articles, consumer.assignment() - {self.articles}
        consumer.pause(*others)
        consumer.resume(tp)
        consumer.seek(tp, offset)
        try:
            async with asyncio.timeout(_SILENCE_SECONDS):
                return await consumer.getone(tp)
        finally:
            consumer.pause(tp)
            consumer.resume(*others)


def _key(row: np.void) -> str:
    """The key of the row's record."""
    return str(row["article_id"].tobytes().hex())
