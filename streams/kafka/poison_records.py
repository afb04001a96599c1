"""Which record keeps crashing workers: counted in the metadata of committed offsets.

A worker that ends because of an unexpected error leaves a note with the offset where the next one
begins: how many workers in a row have ended in the records from there to another offset. The next
reader there, on whatever machine, handles those records in a few parts, so that the next error
concerns far fewer; once a single record is left and three or more workers have ended in a row, it
is given up. Every ordinary commit erases the note.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord, OffsetAndMetadata, TopicPartition

from streams.kafka.connection import admin_client
from streams.kafka.patience import answered
from streams.settings import Settings

if TYPE_CHECKING:  # importing Faust takes a second, which `dead-letters` can do without
    import faust
    from faust.types import TP

log = logging.getLogger("echowire.crashes")

CRASHES_TOLERATED = 3
# Records that crashed a worker are split into this many parts. Innocent ones, as after a kill of
# a normalising process from outside, are done in 8 steps; the guilty one of 64 is isolated after
# two errors, of 1,000 after four. Halves would take ten, and supervisors back off at each restart.
_PARTS = 8
_PATIENCE_SECONDS = 60.0
_ERROR_CHARACTERS = 200  # brokers take 4,096 bytes of metadata


@dataclass(frozen=True, slots=True)
class CrashNote:
    """As many workers in a row as `count` ended while handling the records `first` to `last`, the
    last of them while handling so many `records` of all partitions."""

    count: int
    first: int
    last: int
    records: int
    error: str

    def encode(self) -> str:
        """As stored with the committed offset, which is `first`."""
        fields = {
            "crashes": self.count,
            "through": self.last,
            "records": self.records,
            "error": self.error,
        }
        return orjson.dumps(fields).decode()


def decode_note(at: OffsetAndMetadata) -> CrashNote | None:
    """A commit's note of crashes; None if there is none, or its metadata is someone else's."""
    try:
        fields = orjson.loads(at.metadata)
        records = int(fields.get("records", 2))  # older ones do not say that it was alone
        crashes, last = int(fields["crashes"]), int(fields["through"])
        return CrashNote(crashes, at.offset, last, records, fields["error"])
    except (ValueError, TypeError, LookupError, AttributeError):
        return None


class CrashLedger:
    """The notes on this worker's partitions."""

    def __init__(self, app: faust.App, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._crashes: dict[tuple[str, int], CrashNote] = {}
        self._reading: asyncio.Task[None] | None = None

    def assigned(self, partitions: set[TP]) -> None:
        """Begin to read the notes that earlier workers left on these partitions."""
        if self._reading is not None:
            self._reading.cancel()
        self._reading = asyncio.create_task(self._read(partitions))

    async def suspects(self, records: Sequence[ConsumerRecord]) -> bool:
        """Whether one of these crashed a worker: then they are to be handled in `parts`.

        Raises KafkaError if the notes could not be read.
        """
        # A rebalance meanwhile ends it and begins another one.
        while (reading := self._reading) is not None and not reading.done():
            await asyncio.wait([reading])
        if reading is not None and not reading.cancelled():
            reading.result()
        return bool(self._crashes) and any(self._suspect(record) for record in records)

    def parts(self, records: Sequence[ConsumerRecord]) -> list[list[ConsumerRecord]]:
        """The records in order, those in which a worker has ended in about eight parts, and
        apart from the others if possible: a part with any is a fourth of them at most."""
        suspected = [self._suspect(record) is not None for record in records]
        left = sum(suspected)
        most = max(1, -(-left // _PARTS))
        parts: list[list[ConsumerRecord]] = [[]]
        held = 0  # suspects in the last part
        for record, suspect in zip(records, suspected, strict=True):
            if (
                held == most
                or (held and not left)
                or (held and len(parts[-1]) == 2 * most)
                or (suspect and not held and parts[-1])
            ):
                parts.append([])
                held = 0
            parts[-1].append(record)
            held, left = held + suspect, left - suspect
        return parts

    def condemned(self, record: ConsumerRecord) -> CrashNote | None:
        """The crashes of a record that has ended as many workers as are tolerated."""
        crashes = self._suspect(record)
        if crashes and crashes.count >= CRASHES_TOLERATED and crashes.records == 1:
            return crashes
        return None

    async def note(
        self,
        records: Sequence[ConsumerRecord],
        done: Mapping[tuple[str, int], int],
        error: Exception,
        generation: int,
    ) -> None:
        """Leave a note that these records, none of which is acknowledged, are ending this worker.

        Commits their first offset in each partition, as a member of the group's `generation` in
        which they were read. If that is no longer possible, because the partition was lost
        or the broker is unreachable, the crash is not counted.

        `done` is how far everything is done in each partition of their chunk. What an earlier
        worker ended in there is no longer suspected: or neighbours would stay together with the
        guilty one for ever.
        """
        # From any error: text that JSON can hold, and few enough bytes.
        text = f"{type(error).__name__}: {error}".encode("ascii", "backslashreplace").decode()
        said = text[:_ERROR_CHARACTERS]
        spans: dict[tuple[str, int], tuple[int, int]] = {}
        for record in records:
            place = record.topic, record.partition
            first, _ = spans.get(place, (record.offset, 0))
            spans[place] = first, record.offset
        notes = {TopicPartition(*place): OffsetAndMetadata(at, "") for place, at in done.items()}
        for place, (first, last) in spans.items():
            known = self._crashes.get(place)
            count = 1 + (known.count if known and known.first <= first <= known.last else 0)
            crashes = CrashNote(count, first, last, len(records), said)
            notes[TopicPartition(*place)] = OffsetAndMetadata(first, crashes.encode())
        commit = self._app.consumer.commit_notes(generation, notes)
        try:
            if not await asyncio.wait_for(commit, self._settings.session_timeout_seconds):
                log.warning("this crash is not counted: the group has rebalanced")
        except (KafkaError, TimeoutError) as failed:
            log.warning("this crash is not counted: %s", failed or type(failed).__name__)

    def _suspect(self, record: ConsumerRecord) -> CrashNote | None:
        crashes = self._crashes.get((record.topic, record.partition))
        return crashes if crashes and crashes.first <= record.offset <= crashes.last else None

    async def _read(self, partitions: set[TP]) -> None:
        found: dict[tuple[str, int], CrashNote] = {}
        self._crashes = found
        committed = await answered(self._committed, _PATIENCE_SECONDS)
        for tp, at in committed.items():
            crashes = decode_note(at)
            if crashes and tp in partitions:
                found[tp.topic, tp.partition] = crashes
                log.warning(
                    "%s[%d]: %d workers in a row ended at offset %d to %d (%s)",
                    tp.topic, tp.partition, crashes.count, crashes.first, crashes.last,
                    crashes.error,
                )  # fmt: skip

    async def _committed(self) -> Mapping[TopicPartition, OffsetAndMetadata]:
        """The group's offsets. A new client may be told of no broker, while leaders are elected."""
        async with admin_client(self._settings) as admin:
            found: Mapping[TopicPartition, OffsetAndMetadata]
            found = await admin.list_consumer_group_offsets(self._settings.group)
            return found
