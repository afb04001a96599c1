"""Which of the lines between two texts of an HTML page belong to the one above, and which to the
one below, by the elements that they share."""

from __future__ import annotations

from streams.articles.pages.elements import Ints, Vector
from streams.compiled import kernel

_ROOM = 1.05  # an element around a box holds no more text than this


@kernel
def shared_element(nodes: Ints, one: int, other: int) -> int:
    """The innermost element that contains both; parents stand before their children."""
    while one != other:
        if one > other:
            one = nodes[1, one]
        else:
            other = nodes[1, other]
    return one


@kernel
def end_of_upper(nodes: Ints, line_nodes: Ints, upper: int, lower: int) -> int:
    """The first line below those that belong to the text that ends at line `upper`, and not to the
    one that begins at line `lower`."""
    one, other = line_nodes[upper], line_nodes[lower]
    end = upper + 1
    for at in range(upper + 1, lower):
        node = line_nodes[at]
        if shared_element(nodes, node, one) > shared_element(nodes, node, other):
            end = at + 1
    return end


@kernel
def end_of_holder(nodes: Ints, node: int, title: int) -> int:
    """The first line below the outermost element around a `node` that begins below the line of the
    title; 0 if there is none."""
    end = 0
    while node >= 0 and nodes[5, node] > title:
        end, node = nodes[6, node], nodes[1, node]
    return int(end)


@kernel
def returns_to(nodes: Ints, line_nodes: Ints, above: int, box: int, below: int) -> bool:
    """Whether the line `below` an element goes on with the text that ends at the line `above` it:
    what they share holds no more of the page than what it shares with the element."""
    node = line_nodes[below]
    return bool(shared_element(nodes, node, line_nodes[above]) >= shared_element(nodes, node, box))


@kernel
def box_of(nodes: Ints, told: Vector, node: int, title: int, above: int, limit: int) -> int:
    """The outermost element around a `node` that contains the line of the title, but none before
    line `above` or from line `limit` on; -1 if there is none."""
    found, held = -1, 0.0
    while node >= 0:
        first, last = nodes[5, node], nodes[6, node]
        words = told[last] - told[first]
        if first < above or last > limit or (found >= 0 and words > _ROOM * held):
            break
        if first <= title:
            found, held = node, words
        node = int(nodes[1, node])
    return found


@kernel
def reach_of(nodes: Ints, line_nodes: Ints, above: int, first: int, start: int) -> tuple[int, int]:
    """Where what may be around a text begins and ends in the page: the elements of the lines of its
    head, [first, start), and the outermost one around its own first line that begins at line
    `above` or below."""
    node = line_nodes[start]
    low, high = int(nodes[2, node]), int(nodes[4, node])
    while node >= 0 and nodes[5, node] >= above:
        low, high = min(low, int(nodes[2, node])), max(high, int(nodes[4, node]))
        node = nodes[1, node]
    for line in range(first, start):
        node = line_nodes[line]
        low, high = min(low, int(nodes[2, node])), max(high, int(nodes[4, node]))
    return low, high
