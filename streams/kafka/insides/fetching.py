"""How fetched batches become records, for every consumer of a process that imports this module (as
`connection` does): whatever they hold, in bounded memory, and without getting stuck.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from typing import Any, ClassVar

from aiokafka.consumer import fetcher
from aiokafka.structs import ConsumerRecord

from streams.kafka.read_epochs import ReadEpochs
from streams.kafka.unpack import LARGE_BYTES, UnpackError, may_be_large, most_unpacked_bytes
from streams.kafka.unreadable import (
    UNREADABLE_ERRORS,
    Batch,
    UnreadableRecord,
    is_control,
    last_offset,
    read_leniently,
)

log = logging.getLogger("echowire.consumer")

# The records returned at once for a partition end with the one that exceeds this.
TAKEN_BYTES = 4 << 20

_INT32 = struct.Struct(">i")
_LENGTH_AT, _EPOCH_AT, _MAGIC_AT, _ATTRIBUTES_AT, _FIRST_RECORD = 8, 12, 16, 22, 61
_LENGTH_ENDS = _EPOCH_AT


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
        self.leader_epoch = -1  # of the current batch; older formats lack it

    def next_batch(self) -> Any:
        self._start = self._end
        self._end += _LENGTH_ENDS + _INT32.unpack_from(self._data, self._start + _LENGTH_AT)[0]
        plain, data = super().next_batch(), self._data
        if data[self._start + _MAGIC_AT] == 2:
            (self.leader_epoch,) = _INT32.unpack_from(data, self._start + _EPOCH_AT)
            codec = data[self._start + _ATTRIBUTES_AT] & 7
            records = self._start + _FIRST_RECORD
            if may_be_large(codec, self._end - records) and (
                most_unpacked_bytes(codec, data[records : self._end]) > LARGE_BYTES
            ):
                return _LargeBatch(plain)
        return plain

    def current(self) -> Batch:
        """The batch that `next_batch` returned last."""
        follows = self._data[self._end : self._end + _LENGTH_AT]
        next_base = int.from_bytes(follows, "big") if len(follows) == _LENGTH_AT else None
        return Batch(bytes(self._data[self._start : self._end]), next_base)


class _PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc]
    """As in aiokafka, but does not raise on unreadable data."""

    next_fetch_offset: int
    _records: _Batches
    # A checksum may fail because of the network: such a batch is fetched twice.
    _fetched_once: ClassVar[set[tuple[str, int, int]]] = set()

    @property
    def leader_epoch(self) -> int:
        """That of the last batch read."""
        return self._records.leader_epoch

    def _unpack_records(self) -> Iterator[ConsumerRecord]:
        while True:
            try:
                yield from super()._unpack_records()  # starts at the next batch each time
            except UNREADABLE_ERRORS as error:
                batch = self._records.current()
                topic, partition = self._tp
                place = topic, partition, self.next_fetch_offset
                if "CRC" in str(error) and place not in self._fetched_once:
                    self._fetched_once.add(place)
                    return
                self._fetched_once.discard(place)
                begin = self.next_fetch_offset
                for record in read_leniently(topic, partition, batch, begin, error):
                    if isinstance(record, UnreadableRecord):
                        log.warning("%s", record)
                    self.next_fetch_offset = record.offset + 1
                    if not is_control(batch.data):
                        yield record
                # Records may claim any offset, and so may a header without a valid checksum.
                least = begin if "CRC" in str(error) else 0
                self.next_fetch_offset = max(least, last_offset(batch)) + 1
            else:
                return


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
