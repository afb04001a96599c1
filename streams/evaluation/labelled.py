"""Labelled articles: documents with clusters, and pairs of them with labels."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import orjson

from streams.evaluation.labelled_lines import LabelledDocument, LabelledPair
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

    A document has `idx`, `text`, `cluster` (-1: in none) and fields of a raw event; a pair `a`,
    `b` (each an `idx`) and `label`.
    """
    by_idx = {
        int(d["idx"]): cast("LabelledDocument", {**d, "text": _PARAGRAPH.sub("\n\n", d["text"])})
        for d in _lines(documents, ("idx", "text"))
    }
    labels = {
        (min(p["a"], p["b"]), max(p["a"], p["b"])): str(p["label"])
        for p in cast("list[LabelledPair]", _lines(pairs, ("a", "b", "label")))
    }
    if strange := next((i for pair in labels for i in pair if i not in by_idx), None):
        raise InputError(f"{pairs}: names document {strange}, which {documents} does not have")
    # Ids need not be unique in a corpus; the number of the document is.
    events = {
        idx: raw_event(orjson.dumps({**document, "id": str(idx)}), f"{documents}: {idx}")
        for idx, document in by_idx.items()
    }
    return Labelled(by_idx, labels, events)


def _lines(path: Path, needed: tuple[str, ...]) -> list[Json]:
    found: list[Json] = []
    try:
        with opened(path) as (_, file):
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                value = orjson.loads(line)
                if missing := [name for name in needed if name not in value]:
                    raise InputError(f"{path} line {number}: expected {missing[0]!r}, got none")
                found.append(value)
    except orjson.JSONDecodeError as error:
        raise InputError(f"{path}: {error}") from error
    return found
