"""How fetched batches become records, for every consumer of a process that imports this module (as
`connection` does): whatever they hold, in bounded memory, and without getting stuck.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from typing import Any, ClassVar

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.structs import ConsumerRecord

from streams.kafka.batch_bounds import (
    FORMAT_AT,
    HEADER,
    MOST_RECORDS,
    check_offsets,
    end_of_batch,
    first_offset,
    is_sound,
    last_damaged_offset,
    last_offset,
    next_sound,
)
from streams.kafka.read_epochs import ReadEpochs
from streams.kafka.unpack import LARGE_BYTES, UnpackError, may_be_large, most_unpacked_bytes
from streams.kafka.unreadable import (
    UNREADABLE_ERRORS,
    UnreadableRecord,
    is_control,
    read_leniently,
    said_by,
    unreadable,
)

log = logging.getLogger("echowire.consumer")

# The records returned at once for a partition end with the one that exceeds this.
TAKEN_BYTES = 4 << 20

_INT32 = struct.Struct(">i")
_EPOCH_AT, _ATTRIBUTES_AT = 12, 22
_ANY_OFFSET = 1 << 63  # they are below
# Damage that was not there when it was fetched again is never asked about.
_MOST_PLACES = 1000
_UNKNOWN_EPOCH = -1


class _LargeBatch:
    """A batch that aiokafka must not decompress; otherwise like its own."""

    def __init__(self, plain: Any) -> None:
        self._plain = plain

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)

    def __iter__(self) -> Iterator[Any]:
        raise UnpackError("it cannot be unpacked piece by piece")


class _Batches(fetcher.MemoryRecords):  # type: ignore[misc]
    """One fetch's data of a partition; remembers the bytes of the current batch."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._data, self._start, self._end = data, 0, 0
        self.leader_epoch = _UNKNOWN_EPOCH  # of the current batch; older formats lack it
        self.offsets = range(_ANY_OFFSET)  # that batches may end with

    def next_batch(self) -> Any:
        data, start = self._data, self._end
        self._start = start
        self._end = end = end_of_batch(data, start)
        check_offsets(data, start, self.offsets)
        try:
            plain = super().next_batch()
        except SystemError as error:  # from Python, for a negative length in an old format
            raise CorruptRecordException(str(error)) from error
        if data[start + FORMAT_AT] == 2:
            (self.leader_epoch,) = _INT32.unpack_from(data, start + _EPOCH_AT)
            codec = data[start + _ATTRIBUTES_AT] & 7
            records = start + HEADER.size
            if may_be_large(codec, end - records) and (
                most_unpacked_bytes(codec, data[records:end]) > LARGE_BYTES
            ):
                return _LargeBatch(plain)
        return plain

    def sound(self) -> bytes | None:
        """The current batch, if it can be believed."""
        batch = self._current()
        return batch if batch and last_offset(batch) in self.offsets and is_sound(batch) else None

    def ends_before(self, offset: int) -> bool:
        """Whether the current batch says so, true or not."""
        batch = self._current()
        return bool(batch) and last_offset(batch) < offset

    def damaged(self) -> bytes:
        """The current batch, or all that may belong to it."""
        return self._current() or self._data[self._start :]

    def behind(self, offsets: range) -> _Batches | None:
        """What begins with the next sound batch that ends at one of these offsets."""
        start = next_sound(self._data, self._start, self._end, offsets)
        return None if start is None else _Batches(self._data[start:])

    def first_offset(self) -> int:
        """That of the first batch."""
        return first_offset(self._data)

    def _current(self) -> bytes:
        """As long as it says; nothing if that is impossible."""
        return self._data[self._start : self._end]


class _PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc]
    """As in aiokafka, but does not raise on unreadable data."""

    next_fetch_offset: int
    high_watermark: int | None = None  # when this was fetched
    _records: _Batches
    # A checksum may fail because of the network: such a batch is fetched twice.
    _fetched_once: ClassVar[set[tuple[str, int, int]]] = set()

    @property
    def leader_epoch(self) -> int:
        """That of the last batch read."""
        return self._records.leader_epoch

    def _unpack_records(self) -> Iterator[ConsumerRecord]:
        # Brokers look at the high watermark before they read: if there is a batch behind it, it is
        # fetched again, too, and lies before it then.
        asked, end = self.next_fetch_offset, self.high_watermark or 0
        offsets = range(asked, end if end > asked else _ANY_OFFSET)
        while True:
            self._records.offsets = offsets
            try:
                yield from super()._unpack_records()  # starts at the next batch each time
            except UNREADABLE_ERRORS as error:
                if (batch := self._records.sound()) is not None:
                    yield from self._leniently(batch, error)
                    continue
                self._records.leader_epoch = _UNKNOWN_EPOCH
                begin = self.next_fetch_offset
                remaining = range(begin, end if end > begin else begin + MOST_RECORDS)
                sound = self._records.behind(remaining)
                if begin == asked and sound and sound.first_offset() <= begin:
                    # Its header made the broker look there for this offset.
                    self._records = sound
                    continue
                # What says that it ends before this offset is not sent again.
                if self._records.ends_before(begin) or self._is_fetched_again():
                    yield self._given_up(sound, remaining, error)
                # The rest is fetched again: behind a damaged end of a transaction, its producer's
                # next records would count as aborted.
            else:
                self._fetched_once.discard((*self._tp, asked))
            return

    def _leniently(self, batch: bytes, error: Exception) -> Iterator[ConsumerRecord]:
        begin, (topic, partition) = self.next_fetch_offset, self._tp
        for record in read_leniently(topic, partition, batch, begin, error):
            if isinstance(record, UnreadableRecord):
                log.warning("%s", record)
            self.next_fetch_offset = record.offset + 1
            if not is_control(batch):
                yield record
        self.next_fetch_offset = last_offset(batch) + 1  # records may claim any offset

    def _is_fetched_again(self) -> bool:
        place = *self._tp, self.next_fetch_offset
        if place in self._fetched_once:
            self._fetched_once.remove(place)
            return True
        if len(self._fetched_once) >= _MOST_PLACES:
            self._fetched_once.clear()
        self._fetched_once.add(place)
        return False

    def _given_up(
        self, follows: _Batches | None, remaining: range, error: Exception
    ) -> UnreadableRecord:
        """The damaged batch, which reading goes on behind."""
        batch, (topic, partition) = self._records.damaged(), self._tp
        next_first = None if follows is None else follows.first_offset()
        last = last_damaged_offset(batch, next_first, remaining)
        begin, why = remaining.start, said_by(error)
        record = unreadable(topic, partition, begin, last, batch, batch, why)
        log.warning("%s", record)
        self.next_fetch_offset = last + 1
        return record


def read_epochs_of(state: Any) -> ReadEpochs:
    """The epochs read of a partition, stored with its aiokafka state in an assignment."""
    if not hasattr(state, "read_epochs"):
        state.read_epochs = ReadEpochs()
    known: ReadEpochs = state.read_epochs
    return known


class _FetchResult(fetcher.FetchResult):  # type: ignore[misc]
    """As in aiokafka, but returns at most this many bytes, and at least one record; and remembers
    the leader epochs it has read."""

    _partition_records: _PartitionRecords | None

    def __init__(
        self, tp: Any, *, assignment: Any, partition_records: _PartitionRecords, backoff: float
    ) -> None:
        super().__init__(
            tp, assignment=assignment, partition_records=partition_records, backoff=backoff
        )
        partition_records.high_watermark = assignment.state_value(tp).highwater

    def _update_position(self) -> None:
        state = self._assignment.state_value(self._topic_partition)
        records = self._partition_records
        assert records is not None
        before = state.position
        super()._update_position()
        read_epochs_of(state).read(records.leader_epoch, before, records.next_fetch_offset)

    def getall(self, max_records: int | None = None) -> list[ConsumerRecord]:
        if not self.check_assignment(self._topic_partition) or not self.has_more():
            return []
        taken: list[ConsumerRecord] = []
        taken_bytes = 0
        for record in self._partition_records or ():
            taken.append(record)
            taken_bytes += record.serialized_key_size + record.serialized_value_size
            if taken_bytes >= TAKEN_BYTES or len(taken) == max_records:
                self._update_position()
                return taken
        self._update_position()
        self._partition_records = None
        return taken


fetcher.MemoryRecords, fetcher.PartitionRecords = _Batches, _PartitionRecords
fetcher.FetchResult = _FetchResult
