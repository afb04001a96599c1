"""Decides a chunk in as many parts as it takes to keep each segment below a size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from streams.detection.decide import Decision, decide
from streams.detection.index.arrivals import ArticleColumns
from streams.detection.index.segment import segment_bytes
from streams.detection.index.state import ShardState
from streams.detection.verdict import VerdictWriter


def decide_in_parts(
    state: ShardState, chunk: ArticleColumns, writer: VerdictWriter, most_bytes: int
) -> Iterator[tuple[slice, Decision]]:
    """Yield the decisions on a chunk in order, each with its part of the chunk.

    Usually there is one. A thousand articles that join a thousand large stories change more than
    one record of the segments' topic can hold; verdicts do not depend on where the log is cut.
    Apply each decision's segment before asking for the next. The segment of a single article is
    yielded whatever its size.
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


def _part(chunk: ArticleColumns, part: slice) -> ArticleColumns:
    if part == slice(0, len(chunk.values)):
        return chunk
    return ArticleColumns(
        **{field.name: getattr(chunk, field.name)[part] for field in fields(ArticleColumns)}
    )
