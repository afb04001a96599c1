"""Records that a broker rejects for their size: each is given up alone, and the others go on.

What we write is within the max.message.bytes that `topics create` sets. If somebody has lowered
it, a rejected batch is sent again record by record, and a record that is rejected alone becomes a
dead letter; a rejected dead letter is truncated until it passes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import orjson
from aiokafka.structs import ConsumerRecord

from schemas.dead_letter import Reason
from streams.articles.rejection import Rejection, rejected
from streams.errors import UserError
from streams.kafka.dead_letters import dead_letters
from streams.kafka.outgoing import Encoded
from streams.kafka.publish import BatchPublisher, RecordsRefusedError
from streams.kafka.raw_record import RawRecord

Source: TypeAlias = RawRecord | ConsumerRecord

log = logging.getLogger("echowire")

# No dead letter is smaller: the headers with the reason take most of it.
_LEAST_LETTER_BYTES = 8192


class TopicTooNarrowError(UserError):
    """A topic rejects even echowire's smallest records; the message names it."""

    def __init__(self, topic: str, size: int) -> None:
        super().__init__(
            f"{topic} refuses a record of {size} bytes: raise its max.message.bytes, which"
            " `echowire topics create` sets"
        )


class Refusals:
    """Makes dead letters of one stage's rejected records."""

    def __init__(self, stage: str, letters_topic: str, count: Callable[[Rejection], None]) -> None:
        self._stage, self._topic, self._count = stage, letters_topic, count

    async def send(
        self,
        publisher: BatchPublisher,
        batches: Sequence[Encoded],
        sources: Sequence[Source],
    ) -> int:
        """As `BatchPublisher.send`, but a record rejected for its size becomes a dead letter of the
        record that it was made from, which is one of `sources`.

        Raises TopicTooNarrowError if that is not possible.
        """
        try:
            return await publisher.send(batches)
        except RecordsRefusedError as refused:
            sent, first = refused.sent_bytes, refused.batches
        for encoded in first:
            sent += await self._give_up(publisher, encoded, sources)
        return sent

    async def _give_up(
        self, publisher: BatchPublisher, refused: Encoded, sources: Sequence[Source]
    ) -> int:
        (record,) = publisher.encoder.decode(refused)
        source = self._source(refused.topic, record, sources)
        if source is None:
            raise TopicTooNarrowError(refused.topic, refused.batch.size())
        if refused.topic == self._topic:
            said = _headers(record)
            why = Rejection(Reason(said["dlt_reason"].decode()), said["dlt_detail"].decode())
            most = _bytes_of(record) // 2
        else:
            why = rejected(
                Reason.TOO_LARGE,
                f"value: expected at most the max.message.bytes of {refused.topic}, got a batch of"
                f" {refused.batch.size()} bytes",
            )
            most = publisher.encoder.largest_bytes
            self._count(why)
            log.warning(
                "%s partition %d offset %d is given up: %s",
                source.topic, source.partition, source.offset, why.detail,
            )  # fmt: skip
        return await send_letter(publisher, self._topic, self._stage, source, why, most)

    def _source(
        self, topic: str, record: ConsumerRecord, sources: Sequence[Source]
    ) -> Source | None:
        """The record that a rejected one was made from."""
        said, place = _headers(record), (-1, -1)
        if topic == self._topic:
            place = int(said["dlt_partition"]), int(said["dlt_offset"])
        elif event := said.get("ce_id"):
            raw = orjson.loads(record.value).get("raw", {})
            made_of_same = [r for r in sources if _headers(r).get("ce_id") == event]
            if made_of_same:  # several, if the article was delivered again
                own = (r for r in made_of_same if orjson.loads(r.value or b"").get("raw") == raw)
                return next(own, made_of_same[0])
            place = raw.get("partition", -1), raw.get("offset", -1)
        return next((r for r in sources if (r.partition, r.offset) == place), None)


async def give_up(
    publisher: BatchPublisher,
    topic: str,
    stage: str,
    count: Callable[[Rejection], None],
    record: ConsumerRecord,
    why: Rejection,
) -> None:
    """Publish a record as a dead letter, await its confirmation, then `count` it."""
    await send_letter(publisher, topic, stage, record, why, publisher.encoder.largest_bytes)
    count(why)


async def send_letter(
    publisher: BatchPublisher,
    topic: str,
    stage: str,
    record: Source,
    why: Rejection,
    most_bytes: int,
) -> int:
    """Send a record's dead letter, truncated until the broker takes it; -> bytes sent.

    Raises TopicTooNarrowError if it rejects even the reason.
    """
    partitions = await publisher.partition_count(topic)
    while True:
        size = max(most_bytes, _LEAST_LETTER_BYTES)
        letter = dead_letters(topic, partitions, stage, [(record, why)], size)
        try:
            return await publisher.publish([letter])
        except RecordsRefusedError as refused:
            if most_bytes <= _LEAST_LETTER_BYTES:
                raise TopicTooNarrowError(topic, refused.batches[0].batch.size()) from None
        most_bytes //= 2


def _headers(record: Source) -> Mapping[str, bytes]:
    return {name: value for name, value in record.headers if value is not None}


def _bytes_of(record: ConsumerRecord) -> int:
    headers = sum(len(name) + len(value or b"") for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers
