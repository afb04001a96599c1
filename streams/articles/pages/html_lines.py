"""The lines of an HTML page as the text reader has them, with the elements that each stands in."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.elements import inside_of, table_rows
from streams.articles.pages.lines import Line
from streams.articles.pages.markup import Markup
from streams.articles.pages.tags import NAMES, NUMBER
from streams.articles.text import INVISIBLE
from streams.compiled import kernel

Ints = NDArray[np.int32]
Marks = NDArray[np.bool_]

_HEADINGS = np.array([name in ("h1", "h2", "h3", "h4", "h5", "h6") for name in NAMES])
_ITEM = NUMBER["li"]
_STRONG_SHARE = 0.9
_SELECT, _ROW = NUMBER["select"], NUMBER["tr"]
_CELL_CHARACTERS, _ROW_CHARACTERS = 80, 300
_FIGURES = "0123456789"
_SPACES, _WIDE, _INVISIBLE = 1, 2, 4
# As `Line._make`, without a call of Python for each.
_line: Callable[[Iterable[object]], Line] = partial(tuple.__new__, Line)


@dataclass(frozen=True, slots=True)
class HtmlLines:
    """`lines` are the page's, none empty; `columns` those of `Markup.lines` for each; `marks`, of
    shape (lines, 5), the fields of a `Line` after its text."""

    lines: list[Line]
    columns: Ints
    marks: Marks


def html_lines(markup: Markup) -> HtmlLines:
    """The lines of a page with entities resolved and without invisible characters; the cells of a
    table's row are one line, unless they hold paragraphs. The options of a form are not."""
    texts, columns, nodes = _texts(markup.text), markup.lines, markup.nodes
    if not markup.text or not nodes.shape[1]:  # plain text is not a page
        return HtmlLines([], columns[:, :0], np.empty((0, 5), dtype=np.bool_))
    chosen = np.zeros(nodes.shape[1], dtype=np.bool_)
    inside_of(nodes, _SELECT, chosen)
    rows, cells = np.empty((2, len(texts)), dtype=np.int32)
    table_rows(nodes, columns[0], _ROW, NUMBER["td"], NUMBER["th"], rows, cells)
    dropped = chosen[columns[0]]
    if rows.max(initial=-1) >= 0 or dropped.any() or not all(texts):
        kept = _joined_rows(texts, columns, rows.tolist(), cells.tolist(), dropped.tolist())
        texts = [texts[at] for at in kept]
        # Elements count the lines that they contain: removed ones no longer count.
        moved = np.zeros(columns.shape[1] + 1, dtype=np.int32)
        moved[np.array(kept, dtype=np.int64) + 1] = 1
        nodes[5:7] = np.cumsum(moved, dtype=np.int32)[nodes[5:7]]
        columns = columns[:, kept]
    tags = nodes[0, columns[0]]
    marks = np.empty((len(texts), len(Line._fields) - 1), dtype=np.bool_)
    marks[:, 0] = columns[5] > 0
    marks[:, 1] = tags == _ITEM
    marks[:, 2] = _HEADINGS[tags]
    marks[:, 3] = [text[0] in _FIGURES and _numbered(text) for text in texts]
    marks[:, 4] = columns[3] >= columns[1] * _STRONG_SHARE
    return HtmlLines([*map(_line, zip(texts, *marks.T.tolist(), strict=True))], columns, marks)


def _joined_rows(
    texts: list[str], columns: Ints, rows: list[int], cells: list[int], dropped: list[bool]
) -> list[int]:
    """Join the cells of each row into the first of them, unless it has paragraphs; the lines of one
    cell stay apart. -> which lines are left."""
    kept: list[int] = []
    told = {
        row
        for row, text in zip(rows, texts, strict=True)
        if row >= 0 and len(text) > _ROW_CHARACTERS
    }
    for at, text in enumerate(texts):
        if not text or dropped[at]:
            continue
        row = rows[at]
        beside = row >= 0 and kept and rows[kept[-1]] == row and cells[kept[-1]] != cells[at]
        if beside and row not in told:
            before = texts[kept[-1]]
            if len(text) <= _CELL_CHARACTERS and len(before) <= _ROW_CHARACTERS:
                texts[kept[-1]] = f"{before} {text}"
                columns[1:4, kept[-1]] += columns[1:4, at]
                columns[0, kept[-1]] = row
                continue
        kept.append(at)
    return kept


def _numbered(text: str) -> bool:
    return text.lstrip(_FIGURES)[:2] in (". ", ") ")


def _texts(found: bytes) -> list[str]:
    text = found[:-1].decode("utf-8", "replace")
    if "&" in text:
        resolved = html.unescape(text)
        if resolved.count("\n") != text.count("\n"):  # `&#10;`
            resolved = "\n".join(" ".join(html.unescape(line).split()) for line in text.split("\n"))
        text = resolved
    odd = _oddities_of(text)
    if odd & _WIDE:
        for blank in ("\xa0", "\u2028", "\u2029", "\x85", "\u3000"):
            text = text.replace(blank, " ")
    if odd & _INVISIBLE:
        for invisible in INVISIBLE:
            text = text.replace(invisible, "")
    rows = text.split("\n")
    # What was replaced may have left spaces in a row.
    if not (odd & _SPACES or (odd and _oddities_of(text))):
        return rows
    return [
        " ".join(row.split()) if "  " in row or row[:1] == " " or row[-1:] == " " else row
        for row in rows
    ]


def _oddities_of(text: str) -> int:
    content = text.encode("utf-8", "surrogatepass")
    return int(_oddities(np.frombuffer(content, dtype=np.uint8)))


@kernel
def _oddities(content: NDArray[np.uint8]) -> int:
    """What a text in UTF-8 has that needs a closer look: spaces in a row or at a line's edge, other
    blanks, invisible characters."""
    found, before = 0, 10
    for at in range(len(content)):
        byte = content[at]
        if byte <= 32:
            found |= _SPACES * ((before == 32) | ((before == 10) & (byte == 32)))
        elif byte == 0xC2:
            second = content[at + 1]
            found |= _WIDE * ((second == 0xA0) | (second == 0x85)) | _INVISIBLE * (second == 0xAD)
        elif byte == 0xD8:
            found |= _INVISIBLE * (content[at + 1] == 0x9C)
        elif byte == 0xE2 and content[at + 1] in (0x80, 0x81):
            found |= _bits_of_punctuation(content[at + 1], content[at + 2])
        elif byte == 0xE3:
            found |= _WIDE * (content[at + 1] == 0x80 and content[at + 2] == 0x80)
        elif byte == 0xEF:
            found |= _INVISIBLE * (content[at + 1] == 0xBB and content[at + 2] == 0xBF)
        before = byte
    return found | _SPACES * (before == 32)


@kernel
def _bits_of_punctuation(second: int, third: int) -> int:
    """The same for a character from U+2000 to U+207F."""
    if second == 0x81:
        return _INVISIBLE * (third >= 0xA0)
    if third in (0xA8, 0xA9):
        return _WIDE
    return _INVISIBLE * (third in (0x8B, 0x8E, 0x8F) or 0xAA <= third <= 0xAE)
