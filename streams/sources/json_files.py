"""JSON files of any layout: lines, documents, arrays, JSON Feeds, ninjs."""

from __future__ import annotations

import io
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import IO, Any

from streams.sources.corpora import from_corpus, is_corpus_line
from streams.sources.feeds import json_feed_items
from streams.sources.fields import Gathered
from streams.sources.json_values import json_values
from streams.sources.ninjs import is_ninjs, ninjs_item
from streams.sources.raw_events import (
    InputError,
    Loss,
    RawEvent,
    bounded,
    encoded,
    event_of,
    parsed,
)


def raw_event(value: bytes, origin: str) -> RawEvent:
    """One line or document -> its event; a labelled corpus's line is converted to the raw form."""
    return _event(parsed(value), value, origin)


def _event(fields: Any, value: bytes, origin: str) -> RawEvent:
    if not isinstance(fields, dict):
        return RawEvent(None, value, None, origin, "no JSON object")
    if is_corpus_line(fields):
        return event_of(from_corpus(fields), origin)
    if is_ninjs(fields):
        return gathered_event(ninjs_item(fields), origin)
    event = event_of(fields, origin, value)
    return event if _is_utf8(value) else replace(event, flaw="not in UTF-8")


def _is_utf8(value: bytes) -> bool:
    """Python reads JSON in UTF-16 and UTF-32, too; the service does not."""
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def json_lines(
    file: IO[bytes], name: str, before: Iterable[bytes] = ()
) -> Iterator[RawEvent | Loss]:
    """Events of a file of lines; `before` are those already read from it."""
    lines = chain(before, _split(file, name))
    first = next(lines, b"").removeprefix(BOM_UTF8)
    one_a_line = False
    for number, value, found in json_values(chain([first], lines), name):
        origin = f"{name} line {number}"
        # Among lines of one event each, an array on a line is an event, and an invalid one.
        laid_out = not one_a_line or b"\n" in value
        one_a_line = one_a_line or b"\n" not in value
        if laid_out and isinstance(found, list) and any(isinstance(e, dict) for e in found):
            yield from _elements(found, origin)
        else:
            yield from _events(found, value, origin)


def json_document(file: IO[bytes], name: str) -> Iterator[RawEvent | Loss]:
    """JSON lines if the first line is an object by itself, else one document."""
    head = [next(_split(file, name), b"")]
    while head[-1].isspace():
        head.append(next(_split(file, name), b""))
    first = parsed(head[-1].removeprefix(BOM_UTF8))
    if isinstance(first, dict) and not _is_json_feed(first):
        yield from json_lines(file, name, before=head)
        return
    whole = (b"".join(head) + bounded(file.read, name)).removeprefix(BOM_UTF8)
    document = parsed(whole)
    if isinstance(document, dict):
        yield from _events(document, whole.strip(), name)
    elif isinstance(document, list):
        yield from _elements(document, name)
    else:
        yield from json_lines(io.BytesIO(whole), name)


def _elements(elements: Iterable[Any], origin: str) -> Iterator[RawEvent | Loss]:
    """The events of an array."""
    for place, element in enumerate(elements, 1):
        where = f"{origin} item {place}"
        try:
            yield from _events(element, encoded(element), where)
        except InputError as error:
            yield Loss(f"{where}: {error}")


def _events(document: Any, value: bytes, origin: str) -> Iterator[RawEvent]:
    """The events of one JSON value: the items of a JSON Feed, else one."""
    if _is_json_feed(document):
        items = enumerate(json_feed_items(document), 1)
        yield from (gathered_event(item, f"{origin} item {number}") for number, item in items)
    else:
        yield _event(document, value, origin)


def _is_json_feed(document: Any) -> bool:
    return isinstance(document, dict) and "jsonfeed.org/version" in str(document.get("version"))


def gathered_event(item: Gathered, origin: str) -> RawEvent:
    """The event of an item of a feed, a wire or an archive, with its fields' origins."""
    return replace(event_of(item.values, origin), taken_from=item.taken_from)


def _split(file: IO[bytes], name: str) -> Iterator[bytes]:
    return iter(partial(bounded, file.readline, name), b"")
