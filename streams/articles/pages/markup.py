"""HTML -> the lines that a reader sees, the elements they stand in, and the words of their classes.

One pass over the bytes, with a stack of open elements: what HTML leaves out is closed as browsers
do where that moves lines (paragraphs, items, rows, links), and what is broken costs a line at most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.markup_loop import LINE_COLUMNS, NODE_COLUMNS, flatten
from streams.articles.pages.tags import tag_table
from streams.compiled import kernel

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Markup:
    """A page's lines and elements.

    data: the page as UTF-8. text: the lines, each ended by a line feed, entities unresolved.
    lines: int32 of shape (LINE_COLUMNS, lines); nodes: int32 of shape (NODE_COLUMNS, elements),
    parents before children; words: hashes of the words of classes and ids, with the element of each
    in `word_nodes`. by_tag: the elements, those of one tag after another; those of the nth tag end
    before tag_ends[n].
    """

    data: bytes
    text: bytes
    lines: Ints
    nodes: Ints
    words: NDArray[np.uint64]
    word_nodes: Ints
    by_tag: Ints
    tag_ends: Ints


def markup_of(html: str | bytes, most_tags: int | None = None) -> Markup:
    """Take a page apart; linear in its length.

    Raises ValueError for one of more than `most_tags`. No other content can make it raise.
    """
    data = html if isinstance(html, bytes) else html.encode("utf-8", "replace")
    array = np.frombuffer(data, dtype=np.uint8)
    tags, feeds = _counted(array)
    if most_tags is not None and tags > most_tags:
        raise ValueError(f"a page of more than {most_tags} tags")
    most_lines = tags * 2 + feeds + 2
    lines = np.zeros((len(LINE_COLUMNS), most_lines), dtype=np.int32)
    # With one more than can be used, so that the compiled loops meet one layout of memory only.
    nodes = np.zeros((len(NODE_COLUMNS), tags + 2), dtype=np.int32)
    out = np.empty(len(data) + 2 * tags + 16, dtype=np.uint8)
    words = np.empty(len(data) // 4 + 16, dtype=np.uint64)
    word_nodes = np.empty(len(words), dtype=np.int32)
    hashes, numbers, flags = tag_table()
    bytes_out, count, elements, found = flatten(
        array, hashes, numbers, flags, out, lines, nodes, words, word_nodes
    )
    by_tag, tag_ends = np.empty(elements, dtype=np.int32), np.zeros(len(flags), dtype=np.int32)
    _sort_by_tag(nodes[0, :elements], by_tag, tag_ends)
    return Markup(
        data, out[:bytes_out].tobytes(), lines[:, :count], nodes[:, :elements], words[:found],
        word_nodes[:found], by_tag, tag_ends,
    )  # fmt: skip


@kernel
def _sort_by_tag(tags: Ints, by_tag: Ints, ends: Ints) -> None:
    """Those of one tag stay in the page's order."""
    for tag in tags:
        ends[tag] += 1
    before = 0
    for tag in range(len(ends)):
        ends[tag], before = before, before + ends[tag]
    for node in range(len(tags)):
        by_tag[ends[tags[node]]] = node
        ends[tags[node]] += 1


@kernel
def _counted(data: NDArray[np.uint8]) -> tuple[int, int]:
    """How often `<` and line feeds occur."""
    tags = feeds = 0
    for byte in data:
        tags += byte == 60
        feeds += byte == 10
    return tags, feeds
