"""Raw events as `produce` and `process` read them: the record, its key and its time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import orjson

from schemas.topics import RAW
from streams.articles.address import publisher
from streams.articles.times import milliseconds, parse_time
from streams.errors import UserError
from streams.kafka.event_time import believable

# Twice the largest `record_bytes`. Anything longer between two line ends is not a line of JSON, and
# reading it whole could exhaust the memory.
_LONGEST_BYTES = 128 << 20


class InputError(UserError):
    """An input cannot be read; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One record for `articles.raw`.

    key: the publisher (`source`, else the host of `url`, else None): its events share a partition
    and keep their order.
    time: `fetched_at`, else `published_at`, in milliseconds since 1970; None if there is neither,
    or it is before March 1973.
    origin: where it was read, for messages.
    flaw: why the service will certainly reject it, if that is obvious.
    taken_from: by field, its place in a feed or wire item.
    """

    key: bytes | None
    value: bytes
    time: int | None
    origin: str = ""
    flaw: str | None = field(default=None, compare=False)
    taken_from: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Loss:
    """A piece of an input that could not be read: which, and why."""

    why: str


@dataclass(frozen=True, slots=True)
class FileRecord:
    """An event as the record that it would be on a topic of one partition."""

    offset: int
    timestamp: int  # milliseconds since 1970
    value: bytes
    topic: str = RAW
    partition: int = 0
    dropped: tuple[str, ...] = ()
    taken_from: Mapping[str, str] = field(default_factory=dict, compare=False)  # as of a RawEvent


def event_of(fields: Mapping[str, object], origin: str, value: bytes | None = None) -> RawEvent:
    """The event of a raw article's fields; `value` are its original bytes, if any."""
    value = encoded(fields) if value is None else value
    return RawEvent(_key(fields), value, _time(fields), origin, _flaw(fields))


def bounded(read: Callable[[int], bytes], name: str) -> bytes:
    """Read one piece. Raises InputError if it is longer than any record may be."""
    content = read(_LONGEST_BYTES + 1)
    if len(content) > _LONGEST_BYTES:
        mebibytes = _LONGEST_BYTES >> 20
        raise InputError(f"{name}: over {mebibytes} MiB in one piece; a .jsonl file has no limit")
    return content


def parsed(value: bytes) -> Any:
    """-> the JSON value, or None if there is none."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        with suppress(ValueError, RecursionError):
            return json.loads(value)  # with lone surrogates, which orjson rejects
    return None


def encoded(value: Any) -> bytes:
    """A JSON value as bytes. Raises InputError for one that can be read, but not be written."""
    try:
        return orjson.dumps(value)
    except TypeError:  # a lone surrogate, or nested deeper than orjson writes
        try:
            return json.dumps(value).encode()
        except RecursionError as error:
            raise InputError("nested too deeply") from error


def _key(fields: Mapping[str, object]) -> bytes | None:
    given = (fields.get(name) for name in ("source", "url"))
    name = publisher(*(text if isinstance(text, str) else None for text in given))
    return name.encode("utf-8", "replace") if name else None


def _flaw(fields: Mapping[str, object]) -> str | None:
    has_body = fields.get("text") is not None or fields.get("html") is not None
    if has_body or fields.get("status") == "canceled":
        return None
    return "without `text` and `html`"


def _time(fields: Mapping[str, object]) -> int | None:
    for name in ("fetched_at", "published_at"):
        value = fields.get(name)
        time = parse_time(str(value)) if isinstance(value, str | int | float) else None
        if time and believable(at := milliseconds(time)):
            return at
    return None
