"""Reading dead letters back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass
from datetime import datetime

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition
from pydantic import ValidationError

from schemas.dead_letter import DeadLetterHeaders, Reason
from streams.kafka.connection import admin_client, client_options
from streams.kafka.headers import DEAD_LETTER_HEADERS, Header
from streams.kafka.topics import DEAD_LETTERS, TopicsError, partitions_of, topic_name
from streams.settings import Settings

_POLL_MILLISECONDS = 500


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record of the dead-letter topic. `headers` are the producer's own."""

    offset: int
    partition: int
    why: DeadLetterHeaders
    key: bytes | None
    value: bytes | None
    headers: list[Header]

    @property
    def place(self) -> str:
        """Where it stands on the dead-letter topic, as it is asked for by."""
        return f"{self.partition}:{self.offset}"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which dead letters are meant: those that fit everything that is given."""

    reasons: Collection[Reason] = ()
    since: datetime | None = None  # by the time of the original record
    until: datetime | None = None
    place: str | None = None
    tried_at_most: int | None = None

    def takes(self, letter: DeadLetter) -> bool:
        """Whether this one is meant."""
        at = datetime.fromisoformat(letter.why.dlt_time)
        return (
            (not self.reasons or letter.why.dlt_reason in self.reasons)
            and (self.since is None or at >= self.since)
            and (self.until is None or at < self.until)
            and (self.place is None or letter.place == self.place)
            and (self.tried_at_most is None or int(letter.why.dlt_attempt) <= self.tried_at_most)
        )


async def read_letters(settings: Settings, choice: Choice) -> AsyncGenerator[DeadLetter]:
    """Yield the dead letters there are now, partition by partition, oldest first; then end.

    What comes while it reads is left out, so that replaying what fails again comes to an end.
    Raises TopicsError where the topic is missing or holds a record of someone else's.
    """
    topic = topic_name(settings, DEAD_LETTERS)
    async with admin_client(settings) as admin:
        partitions = [TopicPartition(topic, p) for p in await partitions_of(admin, topic)]
    async with AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False) as consumer:
        ends = await consumer.end_offsets(partitions)
        for tp in partitions:
            consumer.assign([tp])
            await consumer.seek_to_beginning(tp)
            while await consumer.position(tp) < ends[tp]:
                fetched = await consumer.getmany(tp, timeout_ms=_POLL_MILLISECONDS)
                for record in fetched.get(tp, []):
                    if record.offset >= ends[tp]:
                        break
                    if choice.takes(letter := _letter(record)):
                        yield letter


def _letter(record: ConsumerRecord) -> DeadLetter:
    headers = {name: value.decode(errors="replace") for name, value in record.headers}
    try:
        why = DeadLetterHeaders.model_validate(headers)
    except ValidationError as error:
        place = f"{record.topic} partition {record.partition} offset {record.offset}"
        first = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(map(str, first["loc"]))
        raise TopicsError(f"{place}: not a dead letter: {name}: {first['msg']}") from None
    kept = [(name, value) for name, value in record.headers if name not in DEAD_LETTER_HEADERS]
    return DeadLetter(record.offset, record.partition, why, record.key, record.value, kept)
