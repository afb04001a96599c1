"""Lines of an HTML page -> a matrix of features: each line's looks, elements and neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
from streams.articles.pages.features import Matrix, column
from streams.articles.pages.line_runs import shifted
from streams.articles.pages.markup import Markup
from streams.articles.pages.tags import NAMES as TAG_NAMES

LEVELS = 4
_LEAST_REPEAT, _CLOSE_BY = 30, 12
_GROUPS = (
    "p", "li dd dt", "h1", "h2", "h3", "h4 h5 h6", "td th", "blockquote", "pre",
    "figcaption caption", "article section main", "button label option summary legend select",
)  # fmt: skip
_BESIDE = ("words_log", "prose", "terminal", "time", "word_byline")
_OFFSETS = (-2, -1, 1, 2)
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


@dataclass(frozen=True, slots=True)
class Evidence:
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
    """A page's lines in their elements: `levels` int32 of shape (LEVELS, lines), `words` before
    each line, `path` numbers lines that stand in elements of the same names and classes, `opened`
    counts headings of comments and of other stories above each line, `bits` what each stands in."""

    matrix: Matrix
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
    low: Sequence[str],
    evidence: Evidence,
    class_words: tuple[Hashes, Vector],
) -> Blocks:
    """-> for each line a row of len(NAMES) multiples of 1/64, and where the lines stand."""
    nodes, count = markup.nodes, columns.shape[1]
    line_nodes = columns[0]
    sizes = np.maximum(columns[1], 1).astype(np.float64)
    link = columns[2] / sizes
    words = np.exp2(features[:, column("words_log")] * 3) - 1
    prose = features[:, column("prose")]
    sums = [_sums(v) for v in (sizes, columns[2].astype(np.float64), words, words * prose)]
    bits = np.zeros(nodes.shape[1], dtype=np.int64)
    put_called(markup.words, markup.word_nodes, *called_table(), bits)
    inherited = np.zeros((len(INHERITED), nodes.shape[1]))
    scores = np.zeros(nodes.shape[1])
    own_scores(markup.words, markup.word_nodes, *class_words, scores)
    inherit(nodes, sums[0], _TAG_BITS, scores, bits, inherited)
    levels = np.zeros((LEVELS, count), dtype=np.int32)
    ancestors(nodes, line_nodes, levels)
    paths = np.zeros(nodes.shape[1], dtype=np.uint64)
    signatures(nodes, markup.words, markup.word_nodes, paths)
    _, path = np.unique(paths[line_nodes], return_inverse=True)
    tag = _TAG_GROUPS[nodes[0, line_nodes]]
    own = _own(columns, link, tag, words, prose, sums, path, evidence)
    headings = np.column_stack(
        [_headings(features, name) for name in ("opens_comments", "opens_stories")]
    )
    own = np.hstack([own, headings, _repeats(low)])
    line_bits = bits[line_nodes]
    flags = (line_bits[:, None] >> np.arange(len(BITS))) & 1
    of_levels = _of_levels(levels, nodes, sums)
    classes = inherited[:, line_nodes].T
    beside = np.column_stack(
        [features[:, [column(name) for name in _BESIDE]], link, tag, classes[:, 1]]
    )
    near = [shifted(beside, -offset) for offset in _OFFSETS]
    matrix = np.hstack([features, own, flags, classes, of_levels, *near])
    matrix = np.rint(matrix * 64) / 64
    return Blocks(matrix, levels, nodes[5], nodes[6], path, sums[2], headings, line_bits)


def _headings(features: Matrix, name: str) -> Vector:
    """How many short headings of a kind are above each line."""
    heads = (features[:, column(name)] > 0) & (features[:, column("words")] < 0.35)
    return np.minimum(_sums(heads.astype(np.float64))[:-1], 4)


def _repeats(low: Sequence[str]) -> Matrix:
    """Whether a longer line stands above as well, and whether close by."""
    seen: dict[str, int] = {}
    found = np.zeros((len(low), 2))
    for at, line in enumerate(low):
        if len(line) > _LEAST_REPEAT:
            before = seen.setdefault(line, at)
            if before != at:
                found[at] = 1, at - before < _CLOSE_BY
    return found


def _own(
    columns: NDArray[np.int32],
    link: Vector,
    tag: Vector,
    words: Vector,
    prose: Vector,
    sums: Sequence[Vector],
    path: NDArray[np.int64],
    evidence: Evidence,
) -> Matrix:
    count = len(words)
    sizes, bold = np.maximum(columns[1], 1), columns[3]
    total = max(sums[3][-1], 1.0)
    told = sums[3][:-1] / total
    titles = np.flatnonzero(evidence.is_title > 0)
    places = np.arange(count)
    title_at = titles[-1] if len(titles) == 1 else titles[0] if len(titles) else 0
    # The title that most prose follows: others are in menus and lists.
    if len(titles) > 1:
        after = np.append(titles[1:], count)
        title_at = titles[int(np.argmax(sums[3][after] - sums[3][titles]))]
    since = places - title_at
    since_title = (
        np.sign(since) * np.log2(np.abs(since) + 1) / 3 if len(titles) else np.full(count, -4.0)
    )
    heading = np.maximum.accumulate(np.where((tag >= 2) & (tag <= 5), places, -1))
    above = np.where(heading >= 0, np.log2(places - heading + 1) / 3, 4.0)
    size = np.bincount(path)
    mean = [np.bincount(path, v) / size for v in (np.minimum(words, 80), link, prose)]
    ones = np.ones(count)
    return np.column_stack([
        tag, link, bold / sizes, columns[5], np.log2(sizes + 1) / 3,
        evidence.is_title, evidence.title_words, evidence.description, evidence.stated,
        places / count, told, 1 - told, since_title, above,
        ones * np.log2(sums[2][-1] + 1) / 3, ones * np.log2(count) / 3,
        ones * sums[1][-1] / max(sums[0][-1], 1),
        np.log2(size[path] + 1) / 2, mean[0][path] / 20, mean[1][path], mean[2][path],
    ])  # fmt: skip


def _of_levels(
    levels: NDArray[np.int32], nodes: NDArray[np.int32], sums: Sequence[Vector]
) -> Matrix:
    first, last = nodes[5][levels], nodes[6][levels]
    size, links, words, prose = (s[last] - s[first] for s in sums)
    lines = np.maximum(last - first, 1)
    found = np.stack([
        size / max(sums[0][-1], 1), links / np.maximum(size, 1), np.log2(lines + 1) / 3,
        prose / np.maximum(words, 1), np.log2(words / lines + 1) / 3,
    ])  # fmt: skip
    return found.transpose(2, 1, 0).reshape(levels.shape[1], -1)


def _sums(values: Vector) -> Vector:
    return np.concatenate(([0.0], np.cumsum(values)))
