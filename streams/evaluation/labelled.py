"""Labelled articles: documents with clusters, and pairs of them with labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import orjson

from streams.evaluation.labelled_lines import LabelledDocument
from streams.json_object import Json
from streams.sources.compression import opened
from streams.sources.json_files import raw_event
from streams.sources.raw_events import InputError, RawEvent

# Labels of pairs: near-duplicates, and what is left out of scores. All others are negative.
POSITIVE, IGNORED = "POS", "GREY"

Pair = tuple[int, int]

# How some corpora mark paragraphs.
_PARAGRAPH = re.compile(r"\s*###\s*")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A set of documents, by `idx`, and its labelled pairs, the lower `idx` first."""

    documents: dict[int, LabelledDocument]
    labels: dict[Pair, str]
    events: dict[int, RawEvent]

    def ordered(self, by_time: bool) -> list[RawEvent]:
        """The documents as raw events: by time, the undated last; or as in the file, untimed."""
        if not by_time:
            return [
                RawEvent(event.key, event.value, None, event.origin)
                for _, event in sorted(self.events.items())
            ]
        end = 1 << 62
        order = sorted(self.events, key=lambda i: (self.events[i].time or end, i))
        return [self.events[i] for i in order]


def read_labelled(documents: Path, pairs: Path) -> Labelled:
    """Read JSON lines (also .gz, .xz, .zst). Raises InputError, which names the file and the line.

    A document has `idx`, `text`, `cluster` (-1, null: in none) and fields of a raw event; a pair
    `a`, `b` (each an `idx`) and `label`.
    """
    by_idx: dict[int, LabelledDocument] = {}
    for place, line in _lines(documents, ("idx", "text")):
        idx, text = _number(line, "idx", place), line["text"]
        if not isinstance(text, str):
            raise InputError(f"{place}: expected a text as 'text', got {_kind(text)}")
        if idx in by_idx:
            raise InputError(f"{place}: the idx {idx} is that of a document above it")
        if "cluster" in line:
            known = line["cluster"] is not None
            line["cluster"] = _number(line, "cluster", place) if known else -1
        by_idx[idx] = cast("LabelledDocument", {**line, "text": _PARAGRAPH.sub("\n\n", text)})
    labels: dict[Pair, str] = {}
    for place, line in _lines(pairs, ("a", "b", "label")):
        a, b = _number(line, "a", place), _number(line, "b", place)
        if strange := {a, b} - by_idx.keys():
            raise InputError(
                f"{place}: names document {min(strange)}, which {documents} does not have"
            )
        labels[min(a, b), max(a, b)] = str(line["label"])
    for path, found, what in ((documents, by_idx, "documents"), (pairs, labels, "pairs")):
        if not found:
            raise InputError(f"{path}: no {what}, so there is nothing to measure")
    # Ids need not be unique in a corpus; the number of the document is.
    events = {
        idx: raw_event(orjson.dumps({**document, "id": str(idx)}), f"{documents}: {idx}")
        for idx, document in by_idx.items()
    }
    return Labelled(by_idx, labels, events)


def _lines(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[str, Json]]:
    """(its place, for messages; the object) of each line."""
    with opened(path) as (_, file):
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            place = f"{path} line {number}"
            try:
                value = orjson.loads(line)
            except orjson.JSONDecodeError as error:
                raise InputError(f"{place}: {error}") from error
            if not isinstance(value, dict):
                raise InputError(f"{place}: expected an object, got {_kind(value)}")
            if missing := [name for name in needed if name not in value]:
                raise InputError(f"{place}: expected {missing[0]!r}, got none")
            yield place, value


def _number(line: Json, name: str, place: str) -> int:
    value = line[name]
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{place}: expected a number as {name!r}, got {_kind(value)}") from None


def _kind(value: object) -> str:
    return "null" if value is None else type(value).__name__
