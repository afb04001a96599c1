"""Records that could not become articles: their own bytes, with the reason in headers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import NamedTuple

from aiokafka.structs import ConsumerRecord

from schemas.dead_letter import Reason
from schemas.topics import Stage
from streams.articles.rejection import Rejection, rejected
from streams.articles.times import format_milliseconds
from streams.kafka.event_time import own_time, raw_time
from streams.kafka.headers import DEAD_LETTER_HEADERS, Header, Headers, encode_headers
from streams.kafka.outgoing import Outgoing
from streams.kafka.poison_records import CrashNote
from streams.kafka.raw_record import RawRecord, raw_records
from streams.kafka.unreadable import UnreadableRecord

_VERSION = version("echowire")
# A count of attempts that echowire wrote itself. Anything else in that header is a producer's.
_ATTEMPT = re.compile(rb"[1-9][0-9]{0,8}")
_UNREADABLE_CHARACTERS = 500
# Room for the headers with the reason: nine short ones and a detail of 500 characters.
_OWN_BYTES = 4096


class _Kept(NamedTuple):
    """The part of a record that its dead letter holds."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    truncated: str | None


def dead_letters(
    topic: str,
    partitions: int,
    stage: str,
    given_up: Sequence[tuple[RawRecord | ConsumerRecord, Rejection]],
    largest_bytes: int,
) -> Outgoing:
    """The rejected records for a dead-letter topic of this many partitions: each goes to the number
    of its source partition, modulo that count.

    A record of more than `largest_bytes` is truncated, and its dead letter says so.
    """
    out = Outgoing(topic)
    for record, rejection in given_up:
        raw = record if isinstance(record, RawRecord) else _raw(record, stage)
        kept = _kept(raw, largest_bytes - _OWN_BYTES)
        own = _own_headers(record, raw.timestamp, rejection, stage, kept.truncated)
        headers = encode_headers(kept.headers + own)
        out.add(kept.key, kept.value, raw.written, headers, record.partition % partitions)
    return out


def _raw(record: ConsumerRecord, stage: str) -> RawRecord:
    (raw,) = raw_records([record], raw_time if stage == Stage.NORMALISE else own_time)
    return raw


def rejected_for_crashes(crashes: CrashNote) -> Rejection:
    """The reason for giving up a record that keeps crashing workers."""
    detail = f"value: ended {crashes.count} workers in a row, the last with {crashes.error}"
    return rejected(Reason.CRASHES_WORKER, detail)


def rejected_unreadable(record: UnreadableRecord) -> Rejection:
    """The reason for giving up a record of which only the raw bytes are available."""
    return rejected(Reason.NOT_JSON, f"value: expected a record that can be read: {record}")


def _own_headers(
    record: RawRecord | ConsumerRecord,
    time_milliseconds: int,
    rejection: Rejection,
    stage: str,
    truncated: str | None,
) -> Headers:
    own = {
        "dlt_reason": rejection.reason.value,
        "dlt_detail": rejection.detail,
        "dlt_topic": record.topic,
        "dlt_partition": str(record.partition),
        "dlt_offset": str(record.offset),
        "dlt_time": format_milliseconds(time_milliseconds),
        "dlt_stage": stage,
        "dlt_attempt": str(_attempts(record.headers) + 1),
        "dlt_version": _VERSION,
    }
    if isinstance(record, UnreadableRecord):
        own["dlt_offset"] = str(record.first_offset)
        own["dlt_unreadable"] = str(record)[:_UNREADABLE_CHARACTERS]
    if truncated is not None:
        own["dlt_truncated"] = truncated
    return [(name, value.encode()) for name, value in own.items()]


def _attempts(headers: Sequence[Header]) -> int:
    """How many attempts a replay has recorded; 0 if there is no valid count."""
    carried = dict(headers).get("dlt_attempt") or b""
    return int(carried) if _ATTEMPT.fullmatch(carried) else 0


def _kept(record: RawRecord, room_bytes: int) -> _Kept:
    """As much of a record as fits: headers and key up to a quarter of the room each, and the value
    in the rest."""
    headers = [(name, value) for name, value in record.headers if name not in DEAD_LETTER_HEADERS]
    key, value = record.key or b"", record.value or b""
    headers_bytes = len(encode_headers(headers))
    if len(key) + len(value) + headers_bytes <= room_bytes:
        return _Kept(record.key, record.value, headers, None)
    quarter, few, left = room_bytes // 4, Headers(), room_bytes // 4
    for header in headers:
        size = len(encode_headers([header]))
        if size <= left:
            few.append(header)
            left -= size
    kept_key = key[:quarter]
    kept_value = value[: room_bytes - len(kept_key) - (quarter - left)]
    truncated = (
        f"kept: value {len(kept_value)} of {len(value)} bytes, key {len(kept_key)} of {len(key)}"
        f" bytes, headers {len(few)} of {len(headers)}"
    )
    return _Kept(
        None if record.key is None else kept_key,
        None if record.value is None else kept_value,
        few,
        truncated,
    )
