"""Lines of an HTML page -> a matrix of features: each line's looks, elements and neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.block_columns import (
    count_headings,
    line_sums,
    number_paths,
    put_beside,
    put_elements,
    put_levels,
    put_own,
    put_text,
)
from streams.articles.pages.elements import (
    BITS,
    INHERITED,
    Hashes,
    Vector,
    ancestors,
    called_table,
    inherit,
    own_scores,
    put_called,
    signatures,
    tag_bits,
)
from streams.articles.pages.features import NAMES as TEXT_NAMES
from streams.articles.pages.features import Matrix, column, word_counts
from streams.articles.pages.forest import Steps
from streams.articles.pages.markup import Markup
from streams.articles.pages.tags import NAMES as TAG_NAMES

LEVELS = 4
_GROUPS = (
    "p", "li dd dt", "h1", "h2", "h3", "h4 h5 h6", "td th", "blockquote", "pre",
    "figcaption caption", "article section main", "button label option summary legend select",
)  # fmt: skip
_BESIDE = ("words_log", "prose", "terminal", "time", "word_byline")
_OFFSETS = np.array([-2, -1, 1, 2])
OWN = (
    "tag", "link_share", "bold_share", "gap", "bytes_log", "is_title", "title_words",
    "description", "stated", "at", "told_before", "told_after", "since_title", "heading_above",
    "page_words", "page_lines", "page_links", "path_lines", "path_words", "path_links",
    "path_prose",
    "comments_above", "stories_above", "again", "again_beside",
)  # fmt: skip
OF_LEVEL = ("share", "links", "lines", "prose", "words_a_line")
NAMES = (
    *TEXT_NAMES, *OWN, *BITS, *INHERITED,
    *(f"{name}_{level}" for level in range(LEVELS) for name in OF_LEVEL),
    *(f"{name}{offset:+d}" for offset in _OFFSETS for name in (*_BESIDE, "links", "tag", "near")),
)  # fmt: skip
_OWN = len(TEXT_NAMES)
_BITS = _OWN + len(OWN)
_INHERITED = _BITS + len(BITS)
_LEVELS = _INHERITED + len(INHERITED)
_BESIDE_ROWS = np.array([NAMES.index(n) for n in (*_BESIDE, "link_share", "tag", "near")])


class Evidence(NamedTuple):
    """What a page's head says about its story, line by line: values from 0 to 1.

    is_title: the line is the title. title_words: share of its words that the title has.
    description: it stands in the description. stated: share of it in JSON-LD's `articleBody`.
    """

    is_title: Vector
    title_words: Vector
    description: Vector
    stated: Vector


@dataclass(frozen=True, slots=True)
class Blocks:
    """A page's lines in their elements: `steps` are the features, a row for each of NAMES, `levels`
    int32 of shape (LEVELS, lines), `words` before each line, `path` numbers lines that stand in
    elements of the same names and classes, `opened` counts headings of comments and of other
    stories above each line, `bits` what each stands in."""

    steps: Steps
    levels: NDArray[np.int32]
    first: NDArray[np.int32]
    last: NDArray[np.int32]
    path: NDArray[np.int64]
    words: Vector
    opened: Matrix
    bits: NDArray[np.int64]


def _tag_groups() -> Vector:
    groups = np.full(len(TAG_NAMES), len(_GROUPS) + 1.0)
    for n, names in enumerate(_GROUPS):
        for name in names.split():
            groups[TAG_NAMES.index(name)] = n
    return groups


_TAG_GROUPS = _tag_groups()
_TAG_BITS = tag_bits()


def blocks_of(
    markup: Markup,
    columns: NDArray[np.int32],
    features: Matrix,
    repeats: Matrix,
    evidence: Evidence,
    class_words: tuple[Hashes, Vector],
) -> Blocks:
    """-> what stands in the columns `NAMES` for each line, and where the lines stand."""
    nodes, count = markup.nodes, columns.shape[1]
    line_nodes, tag = columns[0], _TAG_GROUPS[nodes[0, columns[0]]]
    words, prose = word_counts(features), features[:, column("prose")]
    sums = line_sums(columns, words, prose)
    bits, scores = np.zeros(nodes.shape[1], dtype=np.int64), np.zeros(nodes.shape[1])
    put_called(markup.words, markup.word_nodes, *called_table(), bits)
    own_scores(markup.words, markup.word_nodes, *class_words, scores)
    inherited = np.zeros((len(INHERITED), nodes.shape[1]))
    inherit(nodes, sums[0], _TAG_BITS, scores, bits, inherited)
    levels = np.zeros((LEVELS, count), dtype=np.int32)
    ancestors(nodes, line_nodes, levels)
    signed, path = np.zeros(nodes.shape[1], dtype=np.uint64), np.empty(count, dtype=np.int64)
    signatures(nodes, markup.words, markup.word_nodes, signed)
    paths = number_paths(signed, line_nodes, path)
    opened = np.empty((2, count))
    for n, name in enumerate(("opens_comments", "opens_stories")):
        count_headings(features[:, column("words")], features[:, column(name)], opened[n])
    steps, line_bits = np.empty((len(NAMES), count), dtype=np.int16), np.empty(count, np.int64)
    put_text(features, steps[:_OWN])
    put_own(columns, tag, sums, path, paths, evidence, words, prose, steps[_OWN:])
    put_text(opened.T, steps[_BITS - 4 :])
    put_text(repeats[2:].T, steps[_BITS - 2 :])
    put_elements(
        line_nodes, bits, inherited, steps[_BITS:_INHERITED], steps[_INHERITED:_LEVELS], line_bits
    )
    put_levels(levels, nodes, sums, steps[_LEVELS:])
    put_beside(_OFFSETS, _BESIDE_ROWS, steps)
    return Blocks(steps, levels, nodes[5], nodes[6], path, sums[2], opened, line_bits)
