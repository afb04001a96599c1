"""Whether a text is an article or a whole page. Every text is checked, so this must be fast."""

from __future__ import annotations

import re

from streams.articles.pages.vocabulary import page_marks

_LEAST_ROWS, _FEW_ROWS = 4, 30
_SHORT_CHARACTERS = 60
_EDGES = " \t\xa0.:•*#-–|>»…()[]"
# Lists and tables have short lines, too: this many, in these shares, are a page.
_MANY_SHORT, _MOSTLY_SHORT, _FEW_FIGURES = 15, 0.6, 0.3
_MANY_LINKS = 8  # of Markdown
_FIGURE = re.compile(r"\d", re.ASCII)
_TERMINAL = frozenset('.!?…。！？؟।”"’»)')


def is_page(text: str) -> bool:
    """True if lines show that a text is a page: buttons, headings of other blocks, repetition.

    Wrapped wire copy, tables and paragraphs are not. Linear, and done at once if a text has few
    lines.
    """
    if text.count("\n") < _LEAST_ROWS - 1:
        return False
    if text.count("](") >= _MANY_LINKS:
        return True
    rows = [row for row in text.split("\n") if row and not row.isspace()]
    if len(rows) < _LEAST_ROWS:
        return False
    bare = [row.strip(_EDGES).lower() for row in rows if len(row) <= _SHORT_CHARACTERS]
    marks = page_marks()
    found = sum(row in marks for row in bare)
    if found >= 2 or (("# " in text or "**" in text) and _has_headings(rows)):
        return True
    return _has_loose_rows(rows, bare, found)


def _has_headings(rows: list[str]) -> bool:
    """Of Markdown."""
    return sum(row.startswith(("# ", "## ", "### ", "**")) for row in rows) >= 2


def _has_loose_rows(rows: list[str], bare: list[str], found: int) -> bool:
    """Short rows that end no sentence: repeated, beside a mark, or most of the text."""
    loose = [row for row in bare if row and row[-1] not in _TERMINAL]
    if found and len(loose) * 4 >= len(rows):
        return True
    wrapped = _is_wrapped(rows)
    if wrapped and not found:  # most texts of several lines
        return False
    wordy = [row for row in loose if row.count(" ") >= 2 and not _has_figure(row)]
    repeated = len(wordy) - len(set(wordy))
    if found and repeated:
        return True
    if wrapped:
        return False
    if repeated >= 2 or (repeated and len(rows) < _FEW_ROWS):
        return True
    figures = sum(map(_has_figure, loose))
    return (
        len(loose) >= _MANY_SHORT
        and len(loose) >= len(rows) * _MOSTLY_SHORT
        and figures <= len(loose) * _FEW_FIGURES
    )


def _has_figure(row: str) -> bool:
    if row.isascii():
        return _FIGURE.search(row) is not None
    return any(map(str.isdigit, row))


def _is_wrapped(rows: list[str]) -> bool:
    """Rows of one width, as wires send them."""
    lengths = [*map(len, rows)]
    longest = max(lengths)
    if longest > 100:
        return False
    return sum([length >= longest * 0.8 for length in lengths]) * 3 >= len(rows)
