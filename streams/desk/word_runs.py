"""Runs of words that two texts share, in order, and passages that moved elsewhere in the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

# Shorter runs of words recur by chance.
MOVED_WORDS = 6
# This few equal words between two changes three times as long mean nothing.
CRUMB_WORDS = 2


class Run(NamedTuple):
    """Words from `left` up to `left_end` here, and `right` up to `right_end` there."""

    same: bool
    left: int
    left_end: int
    right: int
    right_end: int


def runs_of(left: Sequence[int], right: Sequence[int]) -> list[Run]:
    """Equal and unequal runs, alternating."""
    runs: list[Run] = []
    for block in Indel.opcodes(left, right):
        run = Run(
            block.tag == "equal", block.src_start, block.src_end, block.dest_start, block.dest_end
        )
        runs.append(run)
    return _joined(runs)


def _joined(runs: list[Run]) -> list[Run]:
    joined: list[Run] = []
    for run in runs:
        if joined and joined[-1].same == run.same:
            last = joined.pop()
            run = Run(run.same, last.left, run.left_end, last.right, run.right_end)  # noqa: PLW2901
        joined.append(run)
    return joined


def without_crumbs(runs: list[Run], breaks: Sequence[bool]) -> list[Run]:
    """A word or two that two long changes happen to share become part of the change.

    `breaks` says for each word here whether it ends a paragraph: those stay.
    """

    def size(run: Run) -> int:
        return run.left_end - run.left + run.right_end - run.right

    found: list[Run] = []
    for place, run in enumerate(runs):
        inside = run.same and 0 < place < len(runs) - 1
        length = run.left_end - run.left
        if (
            inside
            and length <= CRUMB_WORDS
            and not any(breaks[run.left : run.left_end])
            and min(size(runs[place - 1]), size(runs[place + 1])) >= CRUMB_WORDS * 3
        ):
            run = run._replace(same=False)  # noqa: PLW2901
        found.append(run)
    return _joined(found)


def moved(
    left: Sequence[int], cut: Sequence[bool], right: Sequence[int], added: Sequence[bool]
) -> tuple[list[int | None], list[int | None]]:
    """Number passages that were cut here and added there: for each word the number, or None."""
    ours: list[int | None] = [None] * len(left)
    theirs: list[int | None] = [None] * len(right)
    places: dict[tuple[int, ...], int] = {}
    for at in range(len(left) - MOVED_WORDS + 1):
        if all(cut[at : at + MOVED_WORDS]):
            places.setdefault(tuple(left[at : at + MOVED_WORDS]), at)
    number, at = 0, 0
    while at <= len(right) - MOVED_WORDS:
        begun = places.get(tuple(right[at : at + MOVED_WORDS]))
        if begun is None or not all(added[at : at + MOVED_WORDS]) or ours[begun] is not None:
            at += 1
            continue
        number, size = number + 1, 0
        while (
            begun + size < len(left) and at + size < len(right)
            and left[begun + size] == right[at + size]
            and cut[begun + size] and added[at + size] and ours[begun + size] is None
        ):  # fmt: skip
            ours[begun + size] = theirs[at + size] = number
            size += 1
        at += size
    return ours, theirs
