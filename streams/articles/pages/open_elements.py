"""The elements that are open while an HTML page is read, and what closes them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.tags import BLOCK, CELL, NAMES, NUMBER, SCOPE
from streams.compiled import kernel

Ints = NDArray[np.int32]

_P, _LI, _DD, _DT, _TR, _TD, _TH = (NUMBER[n] for n in ("p", "li", "dd", "dt", "tr", "td", "th"))
_UL, _OL, _MENU, _DL, _TABLE = (NUMBER[n] for n in ("ul", "ol", "menu", "dl", "table"))
_TBODY, _THEAD, _TFOOT, _BUTTON = (NUMBER[n] for n in ("tbody", "thead", "tfoot", "button"))
_OPTION = NUMBER["option"]
# By a tag's number, whether its start may end others than paragraphs, and its end anything.
IMPLYING = np.array([
    name in ("li", "dd", "dt", "option", "button", "td", "th", "tr", "tbody", "thead", "tfoot")
    for name in NAMES
])  # fmt: skip
CLOSABLE = np.array([name not in ("?", "html", "body") for name in NAMES])
_H1, _H6, _HTML, _BODY = (NUMBER[n] for n in ("h1", "h6", "html", "body"))


@kernel
def block(stack: Ints, depth: int, nodes: Ints, flags: Ints) -> int:
    """The innermost open block."""
    at = depth - 1
    while at > 0 and not flags[nodes[0, stack[at]]] & (BLOCK | CELL):
        at -= 1
    return int(stack[at]) if depth else 0


@kernel
def open_below(stack: Ints, depth: int, nodes: Ints, tag: int, flags: Ints, until: int) -> int:
    """The place in the stack of the innermost element of a tag, or -1; not beyond a table's cell or
    the like, nor beyond `until`."""
    at = depth - 1
    while at >= 0:
        own = nodes[0, stack[at]]
        if own == tag:
            return at
        if own == until or flags[own] & SCOPE:
            return -1
        at -= 1
    return -1


@kernel
def implied_end(
    stack: Ints, depth: int, nodes: Ints, tag: int, flags: Ints, paragraphs: int
) -> int:
    """The stack's depth after closing what this start tag closes implicitly; `paragraphs` are
    open."""
    if tag == _LI:
        found = _open_list(stack, depth, nodes, flags)
    elif tag in (_DD, _DT):
        found = max(
            open_below(stack, depth, nodes, _DD, flags, _DL),
            open_below(stack, depth, nodes, _DT, flags, _DL),
        )
    elif tag == _OPTION:
        found = open_below(stack, depth, nodes, _OPTION, flags, _UL)
    elif tag == _BUTTON:
        found = open_below(stack, depth, nodes, _BUTTON, flags, -1)
    elif tag in (_TD, _TH, _TR, _TBODY, _THEAD, _TFOOT):
        return _open_row(stack, depth, nodes, tag)
    else:
        found = -1
    if found >= 0:
        return found
    if paragraphs and flags[tag] & BLOCK:
        found = open_below(stack, depth, nodes, _P, flags, _BUTTON)
        if found >= 0:
            return found
    return depth


@kernel
def _open_list(stack: Ints, depth: int, nodes: Ints, flags: Ints) -> int:
    at = depth - 1
    while at >= 0:
        own = nodes[0, stack[at]]
        if own == _LI:
            return at
        if own in (_UL, _OL, _MENU) or flags[own] & SCOPE:
            return -1
        at -= 1
    return -1


@kernel
def _open_row(stack: Ints, depth: int, nodes: Ints, tag: int) -> int:
    """Cells close cells, rows close rows and their cells, up to the table."""
    at, found = depth - 1, depth
    while at >= 0:
        own = nodes[0, stack[at]]
        if own == _TABLE:
            return found
        is_cell, is_row = own in (_TD, _TH), own == _TR
        is_group = own in (_TBODY, _THEAD, _TFOOT)
        if is_cell or (tag not in (_TD, _TH) and is_row):
            found = at
        if is_group and tag in (_TBODY, _THEAD, _TFOOT):
            found = at
        at -= 1
    return depth


@kernel
def closed_by(
    stack: Ints, dead: NDArray[np.bool_], depth: int, nodes: Ints, tag: int, flags: Ints
) -> int:
    """The place in the stack of what an end tag closes, or -1 if it closes nothing."""
    if tag in (_HTML, _BODY) or tag == 0:
        return -1
    at = depth - 1
    inside = tag in (_TABLE, _TR, _TD, _TH, _TBODY, _THEAD, _TFOOT) or flags[tag] & SCOPE != 0
    while at >= 0:
        own = nodes[0, stack[at]]
        if not dead[at] and (own == tag or (_H1 <= tag <= _H6 and _H1 <= own <= _H6)):
            return at
        if own == _TABLE and tag != _TABLE:
            return -1
        if flags[own] & SCOPE and not inside:
            return -1
        at -= 1
    return -1
