"""The loops that fill the columns of `block_features`, in 64ths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.elements import Bits, Hashes, Ints, Vector
from streams.articles.pages.features import Matrix
from streams.articles.pages.forest import Steps, in_steps
from streams.articles.pages.line_runs import sums_of
from streams.articles.pages.words import slot
from streams.compiled import kernel

_MOST_HEADINGS = 4
_SHORT = 0.35  # of a heading: words, as the feature has them
_FIRST_HEADING, _LAST_HEADING = 2, 5  # groups of tags
_NO_TITLE, _NO_HEADING = -4.0, 4.0


@kernel
def put_text(features: Matrix, out: Steps) -> None:
    """What the lines look like."""
    for line in range(features.shape[0]):
        for n in range(features.shape[1]):
            out[n, line] = in_steps(features[line, n])


@kernel
def count_headings(words: Vector, opens: Vector, above: Vector) -> None:
    """How many short headings of a kind are above each line."""
    count = 0.0
    for line in range(len(words)):
        above[line] = min(count, _MOST_HEADINGS)
        if opens[line] > 0 and words[line] < _SHORT:
            count += 1


@kernel
def number_paths(paths: Hashes, line_nodes: Ints, numbers: NDArray[np.int64]) -> int:
    """Number the lines by the signatures of their elements; -> how many there are."""
    size = 2
    while size < 2 * len(line_nodes):
        size *= 2
    table, places = np.zeros(size, dtype=np.uint64), np.zeros(size, dtype=np.int64)
    count = 0
    for line in range(len(line_nodes)):
        wanted = paths[line_nodes[line]] | np.uint64(1)  # 0 is a gap
        at = slot(table, wanted)
        if table[at] == 0:
            table[at], places[at] = wanted, count
            count += 1
        numbers[line] = places[at]
    return count


@kernel
def _title_line(is_title: Vector, told: Vector) -> int:
    """The title that most prose follows: others stand in menus and lists. -1 for none."""
    found, most, at = -1, -1.0, 0
    count = len(is_title)
    while at < count:
        if is_title[at] > 0:
            after = at + 1
            while after < count and is_title[after] <= 0:
                after += 1
            if told[after] - told[at] > most:
                found, most = at, told[after] - told[at]
            at = after
        else:
            at += 1
    return found


@kernel
def put_own(
    columns: Ints,
    tag: Vector,
    sums: Matrix,
    path: NDArray[np.int64],
    paths: int,
    evidence: tuple[Vector, ...],
    words: Vector,
    prose: Vector,
    out: Steps,
) -> None:
    """What the page says of a line, where it stands, and what lines of the same path are. `sums`:
    bytes, bytes of links, words and words of prose before each line."""
    count = len(words)
    total = max(sums[3, count], 1.0)
    held, said = np.zeros(paths), np.zeros((3, paths))
    for line in range(count):
        own = path[line]
        held[own] += 1
        said[0, own] += min(words[line], 80)
        said[1, own] += columns[2, line] / max(columns[1, line], 1)
        said[2, own] += prose[line]
    of_page = (
        np.log2(sums[2, count] + 1) / 3, np.log2(count) / 3, sums[1, count] / max(sums[0, count], 1)
    )  # fmt: skip
    title, heading = _title_line(evidence[0], sums[3]), -1
    for line in range(count):
        if _FIRST_HEADING <= tag[line] <= _LAST_HEADING:
            heading = line
        size = max(columns[1, line], 1)
        told = sums[3, line] / total
        since, own = line - title, path[line]
        since_title = np.sign(since) * np.log2(np.abs(since) + 1) / 3
        above = np.log2(line - heading + 1) / 3
        values = (
            tag[line], columns[2, line] / size, columns[3, line] / size, 1.0 * columns[5, line],
            np.log2(size + 1) / 3,
            evidence[0][line], evidence[1][line], evidence[2][line], evidence[3][line],
            line / count, told, 1 - told,
            since_title if title >= 0 else _NO_TITLE, above if heading >= 0 else _NO_HEADING,
            of_page[0], of_page[1], of_page[2],
            np.log2(held[own] + 1) / 2, said[0, own] / held[own] / 20, said[1, own] / held[own],
            said[2, own] / held[own],
        )  # fmt: skip
        for n in range(len(values)):
            out[n, line] = in_steps(values[n])


@kernel
def put_elements(
    line_nodes: Ints, bits: Bits, inherited: Matrix, flags: Steps, classes: Steps, found: Bits
) -> None:
    """What each line stands in, and what the words of classes around it say."""
    for line in range(len(line_nodes)):
        node = line_nodes[line]
        found[line] = bits[node]
        for n in range(len(flags)):
            flags[n, line] = ((bits[node] >> n) & 1) * 64
        for n in range(len(classes)):
            classes[n, line] = in_steps(inherited[n, node])


@kernel
def put_levels(levels: Ints, nodes: Ints, sums: Matrix, out: Steps) -> None:
    """The elements around each line, innermost first: how much text they hold, and of what kind."""
    whole = max(sums[0, -1], 1.0)
    for level in range(len(levels)):
        for line in range(levels.shape[1]):
            first, last = nodes[5, levels[level, line]], nodes[6, levels[level, line]]
            lines = max(last - first, 1)
            size, words = sums[0, last] - sums[0, first], sums[2, last] - sums[2, first]
            values = (
                size / whole, (sums[1, last] - sums[1, first]) / max(size, 1.0),
                np.log2(lines + 1) / 3, (sums[3, last] - sums[3, first]) / max(words, 1.0),
                np.log2(words / lines + 1) / 3,
            )  # fmt: skip
            for n in range(len(values)):
                out[level * len(values) + n, line] = in_steps(values[n])


@kernel
def put_beside(offsets: NDArray[np.int64], rows: NDArray[np.int64], all_rows: Steps) -> None:
    """Some columns of the lines above and below each, behind all others; zeros where none is."""
    count = all_rows.shape[1]
    to = len(all_rows) - len(offsets) * len(rows)
    for offset in offsets:
        for row in rows:
            for line in range(count):
                beside = line + offset
                all_rows[to, line] = all_rows[row, beside] if 0 <= beside < count else 0
            to += 1


@kernel
def line_sums(columns: Ints, words: Vector, prose: Vector) -> Matrix:
    """-> (4, lines + 1): bytes, bytes of links, words and words of prose before each line."""
    sums = np.empty((4, len(words) + 1))
    sums[0] = sums_of(np.maximum(columns[1], 1))
    sums[1] = sums_of(columns[2])
    sums[2] = sums_of(words)
    sums[3] = sums_of(words * prose)
    return sums
