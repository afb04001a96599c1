"""Records that could not become articles: their own bytes, with the reason in headers."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from aiokafka.structs import ConsumerRecord

from schemas.dead_letter import Reason
from streams.articles.rejection import Rejection, rejected
from streams.articles.times import format_milliseconds
from streams.kafka.crashes import Crashes
from streams.kafka.event_time import own_time, raw_time
from streams.kafka.headers import DEAD_LETTER_HEADERS, Headers, encode_headers
from streams.kafka.outgoing import Outgoing
from streams.kafka.publish import BatchPublisher
from streams.kafka.raw_record import RawRecord, raw_records

_VERSION = version("echowire")
_FIRST_STAGE = "normalise"


def dead_letters(
    topic: str, stage: str, given_up: Sequence[tuple[RawRecord, Rejection]]
) -> Outgoing:
    """The rejected records as they go to the dead-letter topic, to the partition they came from."""
    out = Outgoing(topic)
    for record, rejection in given_up:
        headers = encode_headers(_headers(record, rejection, stage))
        out.add(record.key, record.value, record.written, headers, record.partition)
    return out


async def give_up(
    publisher: BatchPublisher, topic: str, stage: str, record: ConsumerRecord, crashes: Crashes
) -> None:
    """Publish a record that keeps ending workers as a dead letter, and await its confirmation."""
    detail = f"value: ended {crashes.count} workers in a row, the last with {crashes.error}"
    time_of = raw_time if stage == _FIRST_STAGE else own_time
    (given_up,) = raw_records([record], time_of)
    letter = dead_letters(topic, stage, [(given_up, rejected(Reason.CRASHES_WORKER, detail))])
    # The topic of the second stage may have more partitions than that of the first.
    letter.partitions = [record.partition % await publisher.partition_count(topic)]
    await publisher.publish([letter])


def _headers(record: RawRecord, rejection: Rejection, stage: str) -> Headers:
    carried = dict(record.headers)
    attempts = carried.get("dlt_attempt", b"0")
    attempt = int(attempts) + 1 if attempts.isdigit() else 1
    own = {
        "dlt_reason": rejection.reason.value,
        "dlt_detail": rejection.detail,
        "dlt_topic": record.topic,
        "dlt_partition": str(record.partition),
        "dlt_offset": str(record.offset),
        "dlt_time": format_milliseconds(record.timestamp),
        "dlt_stage": stage,
        "dlt_attempt": str(attempt),
        "dlt_version": _VERSION,
    }
    kept = [(name, value) for name, value in record.headers if name not in DEAD_LETTER_HEADERS]
    return kept + [(name, value.encode()) for name, value in own.items()]
