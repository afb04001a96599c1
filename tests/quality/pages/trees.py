"""Forests of decision trees: grown by LightGBM, and as data files hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.forest import FEATURE_STEPS, LEAF_STEPS, Steps

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

SETTINGS: dict[str, Any] = {
    "objective": "cross_entropy", "learning_rate": 0.1, "num_leaves": 24,
    "min_data_in_leaf": 80, "feature_fraction": 0.5, "bagging_fraction": 0.7, "bagging_freq": 1,
    "lambda_l2": 5, "verbose": -1, "num_threads": 1, "seed": 1, "deterministic": True,
    "max_bin": 63,
}  # fmt: skip
_USUAL_WEIGHT = 3_000


def rows_in(steps: Steps) -> Matrix:
    """Features as the trees are grown from them, a row for each line."""
    rows: Matrix = steps.T / FEATURE_STEPS
    return rows


def line_weights(words: Vector) -> Vector:
    """Words count; those of a long page less, as each page has one score."""
    weights: Vector = 1 + np.minimum(words, 100) ** 0.75
    return weights * np.sqrt(_USUAL_WEIGHT / weights.sum())


def grow(
    settings: Mapping[str, Any],
    trees: int,
    matrices: Sequence[Matrix],
    share: Sequence[Vector],
    weight: Sequence[Vector],
) -> lightgbm.Booster:
    """Trees that say which share of a line belongs to its page's story."""
    data = lightgbm.Dataset(
        np.vstack(matrices), np.concatenate(share), weight=np.concatenate(weight)
    )
    return lightgbm.train({**settings}, data, trees)


def unseen_opinions(
    settings: Mapping[str, Any],
    trees: int,
    matrices: Sequence[Matrix],
    share: Sequence[Vector],
    weight: Sequence[Vector],
    folds: Sequence[int],
) -> list[Vector]:
    """What trees think of each page that were grown without the pages of its fold: probabilities,
    in the steps in which a forest gives them."""
    found: list[Vector] = [np.zeros(0)] * len(matrices)
    for unseen in sorted(set(folds)):
        seen = [n for n, fold in enumerate(folds) if fold != unseen]
        grown = grow(
            settings, trees, *([values[n] for n in seen] for values in (matrices, share, weight))
        )
        for n, fold in enumerate(folds):
            if fold == unseen:
                found[n] = np.rint(grown.predict(matrices[n]) * FEATURE_STEPS) / FEATURE_STEPS
    return found


def stored(trees: lightgbm.Booster) -> dict[str, list[int]]:
    """A forest in whole numbers: see `forest`."""
    found: dict[str, list[int]] = {
        name: [] for name in ("roots", "feature", "threshold", "next", "leaves")
    }

    def put(node: dict[str, Any]) -> int:
        if "leaf_value" in node:
            found["leaves"].append(round(node["leaf_value"] * LEAF_STEPS))
            return -len(found["leaves"])
        at = len(found["feature"])
        found["feature"].append(node["split_feature"])
        found["threshold"].append(int(np.floor(node["threshold"] * FEATURE_STEPS)))
        found["next"] += [0, 0]
        found["next"][2 * at] = put(node["left_child"])
        found["next"][2 * at + 1] = put(node["right_child"])
        return at

    for tree in trees.dump_model()["tree_info"]:
        found["roots"].append(put(tree["tree_structure"]))
    return found
