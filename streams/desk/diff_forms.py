"""A comparison's rows in the forms that pages show: inline, changes only, facts marked."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from streams.desk.word_diff import Comparison, Piece, Row

# In `changes_only`, a longer unchanged stretch shows this much at each end.
_CONTEXT_WORDS = 15


def marked(piece: Piece) -> list[tuple[str, str | None]]:
    """A piece as (text, number or name or None), to be marked individually."""
    found: list[tuple[str, str | None]] = []
    at = 0
    for start, end, kind in piece.facts:
        found += [(piece.text[at:start], None), (piece.text[start:end], kind)]
        at = end
    found.append((piece.text[at:], None))
    return [(letters, kind) for letters, kind in found if letters]


def inline(row: Row) -> list[tuple[Piece, bool]]:
    """Both sides of a row as one text: what is only on the right follows what it replaces.

    -> pieces, and whether each is on the left alone.
    """
    found: list[tuple[Piece, bool]] = []
    right = deque(row.right)
    for piece in row.left:
        if piece.kind == "same":
            while right and right[0].kind != "same":
                found.append((right.popleft(), False))
            if right:
                right.popleft()
        found.append((piece, piece.kind != "same"))
    return found + [(piece, False) for piece in right]


def changes_only(comparison: Comparison) -> list[tuple[int, Row | None]]:
    """(0, a changed row, its long unchanged stretches cut), or (number of equal rows, None)."""
    found: list[tuple[int, Row | None]] = []
    same = 0
    for row in comparison.rows:
        if row.changed:
            if same:
                found.append((same, None))
            found.append((0, _shortened(row)))
            same = 0
        else:
            same += 1
    return [*found, (same, None)] if same else found


def _shortened(row: Row) -> Row:
    """A changed row with only the words next to its changes; both sides are cut alike."""
    sides = (row.left, row.right)
    begins = all(side and side[0].kind == "same" for side in sides)
    ends = all(side and side[-1].kind == "same" for side in sides)

    def cut(side: list[Piece]) -> list[Piece]:
        last = len(side) - 1
        return [
            _ends_of(piece, begins=begins and place == 0, ends=ends and place == last)
            if piece.kind == "same"
            else piece
            for place, piece in enumerate(side)
        ]

    return Row(cut(row.left), cut(row.right))


def _ends_of(piece: Piece, *, begins: bool, ends: bool) -> Piece:
    """The words next to a change, of a piece that begins or ends its row or stands between two."""
    words = piece.text.split(" ")
    if len(words) <= 2 * _CONTEXT_WORDS + 2:
        return piece
    before = [] if begins else words[:_CONTEXT_WORDS]
    after = [] if ends else words[-_CONTEXT_WORDS:]
    return replace(piece, text=" ".join([*before, "\u2026", *after]))
