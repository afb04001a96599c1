"""Plain text -> the lines that a reader of the page would see."""

from __future__ import annotations

import re
from typing import NamedTuple

from streams.articles.languages import any_of

# Markdown as converters write it. Bounded, and no part may cross the bracket that ends it.
_IMAGE = re.compile(r"!\[[^\[\]]{0,500}\]\([^()]{0,2000}(?:\([^()]{0,200}\)[^()]{0,500})?\)")
_LINK = re.compile(
    r"\[([^\[\]]{0,1000})\]\([^()\n]{0,1000}(?:\n[^()\n]{0,1000})?(?:\([^()]{0,200}\)[^()]{0,500})?\)"
)
_EMPHASIS = re.compile(
    r"(?<![\w*])\*{1,3}(?=\S)|(?<=\S)\*{1,3}(?![\w*])|(?<!\w)_{1,2}(?=\w)|(?<=\S)_{1,2}(?!\w)"
)
_BLANKS = "\t\x0b\x0c\xa0\u200b\ufeff\u2002\u2003\u2009\u202f\u3000"
_RULED = frozenset("*-_=~#•·")
_RULE = re.compile(r"(?:[*\-_=~#•·] ?){3,}")

# Text wrapped for a screen: many lines end just before the same column.
_WRAP_COLUMNS = range(60, 100)
_WRAPPED_LINES = 6
_LONGEST_LINK = 120
_FRAGMENT = 30
# Lines that begin in lower case and continue nothing: `time36 minutes ago`, `by Gulf News`.
_OWN_LINE = re.compile(
    rf"[^\W\d_]{{2,12}}\d|(?:{any_of('page_headers', 'own_line')})\s+"
    r"[\w .,:&’'|·•–—/()-]{1,60}$"
)
_GLUED = frozenset(",.;:)]%’”?!»")
_TERMINAL = frozenset('.!?…:。！？؟।”"')


class Line(NamedTuple):
    """One line: its text without marks, and its form in the page."""

    text: str
    after_blank: bool
    bullet: bool = False
    heading: bool = False
    numbered: bool = False
    strong: bool = False


def lines_of(text: str) -> list[Line]:
    """The lines of a page, in order, none of them empty; linear in the text's length.

    Markdown is taken off; lines that a converter broke (at links, or at a column) are joined.
    """
    markdown = "](" in text
    if markdown:
        text = _LINK.sub(r"\1", _IMAGE.sub(" ", text))
        text = _LINK.sub(r"\1", text)  # a link around an image
    for blank in _BLANKS:
        if blank in text:  # a tenth of what a translation of all takes
            text = text.replace(blank, " ")
    rows = text.split("\n")
    if _is_wrapped(rows):
        rows = _unwrapped(rows)
    return [_line(row, blank) for row, blank in _joined(rows)]


def _is_wrapped(rows: list[str]) -> bool:
    longest = max(map(len, rows))
    if longest not in _WRAP_COLUMNS:
        return False
    return sum(len(row) > longest - 15 for row in rows) >= _WRAPPED_LINES


def _unwrapped(rows: list[str]) -> list[str]:
    joined: list[str] = []
    width = max(map(len, rows))
    room = False  # whether the last row ended before the column: then it ended itself
    for row in rows:
        bare = row.lstrip()
        if joined and joined[-1] and bare and not room and not _starts_item(bare):
            joined[-1] += f" {bare}"
        else:
            joined.append(row)
        first_word = len(bare) and len(row)
        room = first_word < width - 25
    return joined


def _starts_item(bare: str) -> bool:
    return (
        bare[0] in "#>|•" or bare.startswith(("* ", "- ", "+ ")) or bare[:2].rstrip(".").isdigit()
    )


def _joined(rows: list[str]) -> list[tuple[str, bool]]:
    """-> (row, whether a blank one stood before it); continuations joined to what they continue."""
    found: list[tuple[str, bool]] = []
    blank, loose = True, False  # loose: the last row ended in a blank, as text before a link does
    for at, raw in enumerate(rows):
        row = raw.strip()
        if not row:
            blank = True
            continue
        if found and not blank and _continues(found[-1][0], row, raw, loose, rows, at):
            before, gap = found[-1]
            joint = "" if row[0] in _GLUED else " "
            found[-1] = (f"{before}{joint}{row}", gap)
        else:
            found.append((" ".join(row.split()) if "  " in row else row, blank))
        blank, loose = False, raw[-1] == " " and raw[-2:] != "  "
    return found


def _continues(before: str, row: str, raw: str, loose: bool, rows: list[str], at: int) -> bool:
    if before.startswith("#"):  # a heading is one line
        return False
    first = row[0]
    if first in _GLUED:
        return len(before) > 1
    if first.islower():
        long_enough = len(before) > _FRAGMENT or len(row) > _FRAGMENT
        return long_enough and not _OWN_LINE.match(row)
    if (loose or (raw[0] == " " and raw[1:2] != " ")) and before[-1] not in _TERMINAL:
        return len(before) > 40 or len(row) > 40
    # Unfinished prose, a link on a line of its own, and its sentence going on below.
    if len(before) > 40 and before[-1] not in _TERMINAL and len(row) < _LONGEST_LINK:
        following = rows[at + 1].strip() if at + 1 < len(rows) else ""
        goes_on = bool(following) and (following[0].islower() or following[0] in _GLUED)
        return goes_on and not _OWN_LINE.match(following)
    return False


def _line(row: str, blank: bool) -> Line:
    first = row[0]
    if first.isalpha() and row[-1] not in "*_#":
        return Line(row, blank)
    if first in _RULED and _RULE.fullmatch(row[:200]):
        return Line(row, blank)
    bullet = heading = numbered = strong = False
    body = row
    if first in "#>":
        body = row.lstrip("#> ")
        heading = first == "#"
    elif first in "•*-–·▪►»›○●◦■+" and (row[1:2] == " " or first in "•▪►○●◦■»›"):
        body, bullet = row[1:].lstrip(), True
    if body[:1].isdigit():
        number, _, rest = body[:4].partition(")" if ")" in body[:4] else ".")
        if number.isdigit() and rest[:1] == " ":
            body, numbered = body[len(number) + 1 :].lstrip(), True
    if "*" in body or "_" in body:
        strong = body.startswith(("**", "__")) and body.endswith(("**", "__"))
        body = _EMPHASIS.sub("", body)
    return Line(body.strip() or row, blank, bullet, heading, numbered, strong)
