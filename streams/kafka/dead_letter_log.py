"""Reading dead letters back."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition
from pydantic import ValidationError

from schemas.dead_letter import DeadLetterHeaders, Reason
from schemas.topics import DEAD_LETTERS
from streams.kafka.connection import admin_client, reader
from streams.kafka.headers import DEAD_LETTER_HEADERS, Header
from streams.kafka.topics import partitions_of, topic_name
from streams.kafka.unreadable import UnreadableRecord
from streams.settings import Settings

log = logging.getLogger("echowire.dead_letters")

_POLL_MILLISECONDS = 500


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record of the dead-letter topic. `headers` are the producer's own."""

    offset: int
    partition: int
    why: DeadLetterHeaders
    key: bytes | None
    value: bytes | None
    headers: list[Header]

    @property
    def place(self) -> str:
        """Its position in the dead-letter topic, in the form that commands take."""
        return f"{self.partition}:{self.offset}"

    @property
    def attempt(self) -> int:
        """How often the record has been tried, from 1."""
        return int(self.why.dlt_attempt)

    @property
    def whole(self) -> bool:
        """Whether it holds the whole record, so that it can be sent again."""
        return self.why.dlt_truncated is None and self.why.dlt_unreadable is None


@dataclass(frozen=True, slots=True)
class Choice:
    """Selects dead letters: those that match every criterion given."""

    reasons: Collection[Reason] = ()
    since: datetime | None = None  # by the time of the original record
    until: datetime | None = None
    place: str | None = None
    tried_at_most: int | None = None

    def takes(self, letter: DeadLetter) -> bool:
        """Whether it selects this one."""
        at = datetime.fromisoformat(letter.why.dlt_time)
        return (
            (not self.reasons or letter.why.dlt_reason in self.reasons)
            and (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
            and (self.place is None or letter.place == self.place)
            and (self.tried_at_most is None or letter.attempt <= self.tried_at_most)
        )


class LetterLog:
    """The dead letters that there were when it was opened; may be read more than once.

    Dead letters that arrive meanwhile are left out, so replaying records that fail again
    terminates.
    """

    def __init__(self, consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> None:
        self._consumer, self._ends = consumer, ends

    async def read(self, choice: Choice) -> AsyncGenerator[DeadLetter]:
        """Yield them partition by partition, oldest first. Foreign records are skipped, with a
        warning."""
        for tp, end in self._ends.items():
            self._consumer.assign([tp])
            await self._consumer.seek_to_beginning(tp)
            while await self._consumer.position(tp) < end:
                fetched = await self._consumer.getmany(tp, timeout_ms=_POLL_MILLISECONDS)
                for record in fetched.get(tp, []):
                    if record.offset >= end:
                        break
                    if isinstance(record, UnreadableRecord):
                        continue  # already warned
                    letter = _letter(record)
                    if letter is not None and choice.takes(letter):
                        yield letter


@asynccontextmanager
async def letter_log(settings: Settings) -> AsyncGenerator[LetterLog]:
    """The dead letters there are now. Raises TopicsError if the topic is missing."""
    topic = topic_name(settings, DEAD_LETTERS)
    async with admin_client(settings) as admin:
        partitions = [TopicPartition(topic, p) for p in await partitions_of(admin, topic)]
    async with reader(settings) as consumer:
        yield LetterLog(consumer, await consumer.end_offsets(partitions))


def _letter(record: ConsumerRecord) -> DeadLetter | None:
    headers = {name: value.decode(errors="replace") for name, value in record.headers if value}
    try:
        why = DeadLetterHeaders.model_validate(headers)
        _ = datetime.fromisoformat(why.dlt_time), int(why.dlt_partition), int(why.dlt_attempt)
    except ValueError as error:
        place = f"{record.topic} partition {record.partition} offset {record.offset}"
        log.warning("%s is left out, as it is not a dead letter: %s", place, _first(error))
        return None
    kept = [(name, value) for name, value in record.headers if name not in DEAD_LETTER_HEADERS]
    return DeadLetter(record.offset, record.partition, why, record.key, record.value, kept)


def _first(error: ValueError) -> str:
    """The error in a few words."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
