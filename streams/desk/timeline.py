"""The spread of a story as SVG: a row per publisher, a mark per article, time on a growing scale.

Drawn with classes only: the pages' security policy forbids style attributes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from markupsafe import Markup, escape

from streams.desk.queries.story import Mark
from streams.desk.shown import delay_text

MOST_ROWS = 18
_WIDTH, _LEFT, _RIGHT = 900, 190, 20
_ROW, _TOP = 26, 16
_LABEL_LETTERS = 26
# Marks of a row that would cover each other stand above and below its middle.
_APART, _LIFTS = 8, (0, -6, 6)
_MINUTE = 60_000
_TICKS = (
    (60_000, "1 min"), (600_000, "10 min"), (3_600_000, "1 h"), (6 * 3_600_000, "6 h"),
    (24 * 3_600_000, "1 day"), (3 * 24 * 3_600_000, "3 days"), (7 * 24 * 3_600_000, "1 week"),
    (30 * 24 * 3_600_000, "1 month"),
)  # fmt: skip
_OTHERS = "other publishers"


def timeline(marks: Sequence[Mark], original_id: str | None) -> Markup:
    """-> an <svg>; its marks are links to their articles. Empty if there is nothing to draw."""
    if not marks:
        return Markup()
    rows = _rows(marks)
    first = min(mark["time"] for mark in marks)
    last = max(mark["time"] for mark in marks)
    span = max(math.log1p((last - first) / _MINUTE), math.log1p(10))

    def across(milliseconds: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * math.log1p(milliseconds / _MINUTE) / span

    bottom = _TOP + _ROW * len(rows)
    parts = [_grid(across, last - first, bottom)]
    for name, row in rows.items():
        y = _TOP + _ROW * row + _ROW // 2
        label = name if len(name) <= _LABEL_LETTERS else name[: _LABEL_LETTERS - 1] + "\u2026"
        parts.append(
            Markup(
                '<line class="row" x1="{}" x2="{}" y1="{}" y2="{}"/>'
                '<text class="who" x="{}" y="{}">{}</text>'
            ).format(_LEFT, _WIDTH - _RIGHT, y, y, _LEFT - 14, y + 4, label)
        )
    # The original keeps its row's middle and is drawn last, above the others.
    drawn: list[Markup] = []
    placed: dict[int, list[float]] = {}
    for mark in sorted(marks, key=lambda mark: mark["article_id"] != original_id):
        row = rows.get(mark["source"] or "unknown", rows.get(_OTHERS, 0))
        x, others = across(mark["time"] - first), placed.setdefault(row, [])
        lift = _LIFTS[sum(abs(x - other) < _APART for other in others[-8:]) % len(_LIFTS)]
        others.append(x)
        y = _TOP + _ROW * row + _ROW // 2 + lift
        drawn.append(_mark(mark, x, y, first, original_id))
    parts += reversed(drawn)
    label = f"{len(marks)} articles over {delay_text(last - first)}"
    return Markup(
        '<svg class="timeline" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>'
    ).format(_WIDTH, bottom + 28, label, Markup().join(parts))


def _rows(marks: Sequence[Mark]) -> dict[str, int]:
    """Publisher -> its row: in order of first article; if too many, those with most articles."""
    counts = Counter(mark["source"] or "unknown" for mark in marks)
    if len(counts) <= MOST_ROWS:
        shown = set(counts)
    else:
        early = {mark["source"] or "unknown" for mark in marks[:3]}
        shown = early | {name for name, _ in counts.most_common(MOST_ROWS - 1 - len(early))}
    rows: dict[str, int] = {}
    for mark in marks:
        name = mark["source"] or "unknown"
        if name in shown:
            rows.setdefault(name, len(rows))
    if len(counts) > len(rows):
        rows[_OTHERS] = len(rows)
    return rows


def _grid(across: Callable[[float], float], span: int, bottom: int) -> Markup:
    parts = [_tick(across(0), "first", bottom)]
    parts += [
        _tick(across(milliseconds), label, bottom)
        for milliseconds, label in _TICKS
        if milliseconds <= max(span, 10 * _MINUTE)
    ]
    return Markup().join(parts)


def _tick(x: float, label: str, bottom: int) -> Markup:
    return Markup(
        '<line class="tick" x1="{0:.1f}" x2="{0:.1f}" y1="8" y2="{1}"/>'
        '<text class="when" x="{0:.1f}" y="{2}">{3}</text>'
    ).format(x, bottom + 4, bottom + 20, label)


def _mark(mark: Mark, x: float, y: int, first: int, original_id: str | None) -> Markup:
    original = mark["article_id"] == original_id
    relation = "original" if original else mark["relation"]
    words = f"{mark['source'] or 'unknown'}: {relation}, +{delay_text(mark['time'] - first)}"
    if mark["credited"] == "none" and not original:
        words += ", credit missing"
    if original:
        shape = Markup('<path d="M{:.1f} {}l8 8-8 8-8-8z"/>').format(x, y - 8)
    else:
        shape = Markup('<circle cx="{:.1f}" cy="{}" r="5.5"/>').format(x, y)
    missing = " nocredit" if mark["credited"] == "none" and not original else ""
    return Markup('<a href="/articles/{}" class="mark r-{}{}"><title>{}</title>{}</a>').format(
        mark["article_id"], escape(relation), missing, words, shape
    )
