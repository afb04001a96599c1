"""The loop over the bytes of an HTML page."""

from __future__ import annotations

import numpy as np

from streams.articles.pages.open_elements import (
    CLOSABLE,
    IMPLYING,
    block,
    closed_by,
    implied_end,
    open_below,
)
from streams.articles.pages.tag_loop import (
    HREF,
    MARKS,
    NAMED,
    SEED,
    Bytes,
    Hashes,
    Ints,
    attributes,
    behind_comment,
    is_closed,
    is_letter,
    is_space,
    number_of,
    raw_end,
)
from streams.articles.pages.tags import BLOCK, BOLD, CELL, LINK, NUMBER, RAW, TO_THE_END, VOID, step
from streams.compiled import kernel

# `node`: the innermost block that a line begins in; `gap`: what came before it, 0 for a line break
# within a block, 1 for a block's edge, 2 for two line breaks or a rule.
LINE_COLUMNS = ("node", "bytes", "link", "bold", "start", "gap")
NODE_COLUMNS = ("tag", "parent", "start", "inside", "end", "first", "last", "marks")

DEEPEST = 512
# Bytes of a text that stand for themselves.
PLAIN = np.array([b > 32 and b not in (60, 127, 0xC2) for b in range(256)])
_A, _BR, _HR, _P, _PRE, _SVG = (NUMBER[n] for n in ("a", "br", "hr", "p", "pre", "svg"))


# One loop, as each function would have to be given all of its state: that costs as much as a tag's
# other work, so that the commonest forms of tags need no call.
@kernel
def flatten(  # noqa: C901, PLR0912, PLR0915
    data: Bytes,
    hashes: Hashes,
    numbers: Ints,
    flags: Ints,
    out: Bytes,
    lines: Ints,
    nodes: Ints,
    words: Hashes,
    word_nodes: Ints,
) -> tuple[int, int, int, int]:
    """Fill `out` with the text of the lines, each ended by a line feed, and the other arrays.

    -> (bytes of text, lines, elements, words). The arrays must be as large as `markup_of` makes
    them.
    """
    size, at = len(data), 0
    count = elements = found = written = begun = 0
    stack = np.zeros(DEEPEST, dtype=np.int32)
    dead = np.zeros(DEEPEST, dtype=np.bool_)
    linking = np.zeros(DEEPEST, dtype=np.bool_)
    endless = np.zeros(len(flags), dtype=np.bool_)  # tags that are not closed from here on
    unclosed = False  # no comment is closed from here on
    depth = beyond = links = bolds = paragraphs = 0
    space, gap, in_pre = False, 2, 0
    while at < size:
        byte = data[at]
        if byte != 60 or at + 1 >= size:
            if is_space(byte):
                space = True
                while not in_pre and at + 1 < size and is_space(data[at + 1]):
                    at += 1
                if byte == 10 and in_pre and written > begun:
                    out[written] = 10
                    written += 1
                    count, begun, gap, space = count + 1, written, 0, False
                at += 1
                continue
            if byte < 32 or byte == 127:
                at += 1
                continue
            if byte == 0xC2 and at + 1 < size and data[at + 1] == 0xA0:
                space, at = True, at + 2
                continue
            if written == begun:
                lines[0, count] = block(stack, depth, nodes, flags)
                lines[4, count] = at
                lines[5, count] = gap
            elif space:
                out[written] = 32
                written += 1
            space, first = False, written
            out[written] = byte
            written, at = written + 1, at + 1
            while at < size and PLAIN[data[at]]:
                out[written] = data[at]
                written, at = written + 1, at + 1
            lines[1, count] += written - first
            lines[2, count] += (links > 0) * (written - first)
            lines[3, count] += (bolds > 0) * (written - first)
            continue
        # A mark, or a `<` of the text.
        after = data[at + 1]
        if after in (33, 63):  # ! ?
            at, unclosed = behind_comment(data, at, unclosed)
            continue
        ends = after == 47
        name = at + 2 if ends else at + 1
        if name >= size or not is_letter(data[name]):
            if ends:
                while at < size and data[at] != 62:
                    at += 1
                at += 1
                continue
            if written == begun:
                lines[0, count] = block(stack, depth, nodes, flags)
                lines[4, count], lines[5, count] = at, gap
            elif space:
                out[written] = 32
                written += 1
            space = False
            out[written] = 60
            written += 1
            lines[1, count] += 1
            at += 1
            continue
        start, at, hashed = at, name, SEED
        while at < size and not (is_space(data[at]) or data[at] == 62 or data[at] == 47):
            hashed = step(hashed, np.uint64(data[at] | 32))
            at += 1
        name_end = at
        tag = number_of(hashes, numbers, hashed)
        if tag == 0 and not ends and not is_closed(data, at):
            # `x<y`: a mark of the text, as no tag's.
            if written > begun and space:
                out[written] = 32
                written += 1
            if written == begun:
                lines[0, count] = block(stack, depth, nodes, flags)
                lines[4, count], lines[5, count] = start, gap
            space = False
            for n in range(start, at):
                out[written] = data[n]
                written += 1
            lines[1, count] += at - start
            continue
        kind = flags[tag]
        if kind & (BLOCK | CELL) or tag == _BR:
            if written > begun:
                out[written] = 10
                written += 1
                count, begun, gap = count + 1, written, 0
            elif tag in (_BR, _HR):
                gap = 2
            if tag != _BR and gap == 0:
                gap = 1
            space = False
        if ends:
            if at < size and data[at] == 62:
                at += 1
            else:
                at, _, _ = attributes(data, at, -1, nodes, words, word_nodes, found)
            if beyond:
                beyond -= 1
                continue
            place = depth - 1
            if not (depth and CLOSABLE[tag] and nodes[0, stack[place]] == tag and not dead[place]):
                place = closed_by(stack, dead, depth, nodes, tag, flags)
            if place < 0:
                continue
            inline = not kind & (BLOCK | CELL)
            top = depth - 1
            while inline and top > place and dead[top]:
                top -= 1
            if inline and top > place:
                # Blocks stand open inside: it ends for the text, and keeps its place.
                crossed = False
                for n in range(place + 1, depth):
                    crossed |= flags[nodes[0, stack[n]]] & (BLOCK | CELL) != 0
                if crossed:
                    if not dead[place]:
                        links -= linking[place]
                        bolds -= (kind & BOLD) != 0
                    dead[place] = True
                    continue
            until = place
        else:
            until = depth
            if IMPLYING[tag] or (paragraphs and kind & BLOCK):
                until = implied_end(stack, depth, nodes, tag, flags, paragraphs)
            if tag == _A and links:
                place = open_below(stack, depth, nodes, _A, flags, -1)
                if place >= 0 and not dead[place]:
                    dead[place] = True
                    links -= linking[place]
                    space = space or written > begun
        while depth > until:
            depth -= 1
            node = stack[depth]
            own = nodes[0, node]
            if not dead[depth]:
                links -= linking[depth]
                bolds -= (flags[own] & BOLD) != 0
            in_pre -= own == _PRE
            paragraphs -= own == _P
            nodes[4, node], nodes[6, node] = start, count + (written > begun)
        if ends:
            if kind & LINK and at < size and data[at] == 60:
                space = True
            continue
        node = elements
        elements += 1
        nodes[0, node] = tag
        nodes[1, node] = stack[depth - 1] if depth else -1
        nodes[2, node] = start
        nodes[5, node] = count
        closed = False
        if at < size and data[at] == 62:
            at += 1
        else:
            at, found, closed = attributes(data, at, node, nodes, words, word_nodes, found)
            closed = closed and (kind == 0 or tag == _SVG)  # what else has `/>` stays open
        nodes[3, node] = nodes[4, node] = at
        nodes[6, node] = count + (written > begun)
        if kind & RAW and not closed:
            end = -1 if endless[tag] else raw_end(data, at, name, name_end)
            endless[tag] = end < 0  # or a search for each would take quadratic time
            if end < 0 and kind & TO_THE_END:
                end = size
            if end >= 0:
                at = end
                nodes[4, node] = at
                while at < size and data[at] != 62:
                    at += 1
                at += 1
            continue
        if closed or kind & VOID:
            continue
        if depth == DEEPEST:
            beyond += 1
            continue
        stack[depth], dead[depth] = node, False
        # An anchor is a place in the text; its text, all of the story if it stays open, is no link.
        linking[depth] = kind & LINK != 0 and nodes[MARKS, node] & (HREF | NAMED) != NAMED
        links += linking[depth]
        depth += 1
        bolds += (kind & BOLD) != 0
        in_pre += tag == _PRE
        paragraphs += tag == _P
    if written > begun:
        out[written] = 10
        written, count = written + 1, count + 1
    while depth:
        depth -= 1
        nodes[4, stack[depth]], nodes[6, stack[depth]] = size, count
    return written, count, elements, found
