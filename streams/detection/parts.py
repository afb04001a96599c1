"""A chunk decided in as many parts as its segments need to stay below a size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from streams.detection.chunk import Chunk
from streams.detection.decide import Decision, decide
from streams.detection.segment import segment_bytes
from streams.detection.state import ShardState
from streams.detection.verdict import VerdictWriter


def decide_in_parts(
    state: ShardState, chunk: Chunk, writer: VerdictWriter, most_bytes: int
) -> Iterator[tuple[slice, Decision]]:
    """Yield the decisions on a chunk in order, each with its part of the chunk.

    Mostly that is one. A thousand articles that join a thousand large stories change more than one
    record of the segments' topic can hold; verdicts do not depend on where the log is cut. Apply
    each decision's segment before asking for the next. The segment of a single article is yielded
    whatever its size.
    """
    waiting = [(0, len(chunk.values))]
    while waiting:
        first, end = waiting.pop()
        decision = decide(state, _part(chunk, slice(first, end)), writer)
        if end - first > 1 and segment_bytes(decision.segment) > most_bytes:
            middle = (first + end) // 2
            waiting += [(middle, end), (first, middle)]
        else:
            yield slice(first, end), decision


def _part(chunk: Chunk, part: slice) -> Chunk:
    if part == slice(0, len(chunk.values)):
        return chunk
    return Chunk(**{field.name: getattr(chunk, field.name)[part] for field in fields(Chunk)})
