"""Forests of decision trees are asked node by node: the answers are those of asking row by row."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from streams.articles.pages.forest import LEAF_STEPS, MOST_LEAVES, forest

Stored = dict[str, list[int]]
COLUMNS, TREES = 7, 20


def grown(chance: random.Random, trees: int, leaves: int) -> Stored:
    """Trees that are split at random."""
    stored: Stored = {name: [] for name in ("roots", "feature", "threshold", "next", "leaves")}

    def put(size: int) -> int:
        if size == 1:
            stored["leaves"].append(chance.randint(-3 * LEAF_STEPS, 3 * LEAF_STEPS))
            return -len(stored["leaves"])
        node, left = len(stored["feature"]), chance.randint(1, size - 1)
        stored["feature"].append(chance.randrange(COLUMNS))
        stored["threshold"].append(chance.randint(-200, 200))
        stored["next"] += [0, 0]
        stored["next"][2 * node] = put(left)
        stored["next"][2 * node + 1] = put(size - left)
        return node

    stored["roots"] = [put(leaves) for _ in range(trees)]
    return stored


def asked(stored: Stored, row: list[int]) -> float:
    """The probability of one row, from the root of each tree down to a leaf."""
    odds = 0
    for root in stored["roots"]:
        node = root
        while node >= 0:
            above = row[stored["feature"][node]] > stored["threshold"][node]
            node = stored["next"][2 * node + above]
        odds += stored["leaves"][-1 - node]
    return round(64 / (1 + math.exp(-max(-30.0, min(odds / LEAF_STEPS, 30.0))))) / 64


@pytest.mark.parametrize("leaves", [2, 5, 24, MOST_LEAVES])
def test_a_forest_answers_as_its_trees_do_row_by_row(leaves: int) -> None:
    chance = random.Random(leaves)
    stored = grown(chance, TREES, leaves)
    rows = [[chance.randint(-250, 250) for _ in range(COLUMNS)] for _ in range(300)]
    found = forest(stored)(np.array(rows, dtype=np.int16).T)
    assert found.tolist() == [asked(stored, row) for row in rows]
    assert len(set(found.tolist())) > 20


def test_a_tree_of_too_many_leaves_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 32 leaves"):
        forest(grown(random.Random(1), 1, MOST_LEAVES + 1))
