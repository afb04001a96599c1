"""How much labelled pairs have in common, by their sketches alone."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from streams.detection.judge.relations import overlap_of_longer
from streams.detection.judge.similarity import Scores, compare
from streams.detection.sketch.sketches import sketch_texts
from streams.evaluation.labelled import IGNORED, POSITIVE, Labelled, Pair


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Of p pairs: their scores, the share of the longer text that both have, and whether they are
    labelled positive."""

    scores: Scores
    shares: npt.NDArray[np.float64]  # (p,)
    positive: npt.NDArray[np.bool_]  # (p,)


def overlaps_of(labelled: Labelled, among: Collection[Pair] | None = None) -> Overlaps:
    """Of the labelled pairs that are scored; of those `among` some, if given."""
    pairs = [
        (*pair, label == POSITIVE)
        for pair, label in labelled.labels.items()
        if label != IGNORED and (among is None or pair in among)
    ]
    needed = sorted({idx for a, b, _ in pairs for idx in (a, b)})
    places = {idx: place for place, idx in enumerate(needed)}
    sketches = sketch_texts([labelled.documents[idx]["text"] for idx in needed])
    one = sketches[np.array([places[a] for a, _, _ in pairs], np.int64)]
    other = sketches[np.array([places[b] for _, b, _ in pairs], np.int64)]
    scores = compare(one, other)
    words = one["words"].astype(np.int64), other["words"].astype(np.int64)
    positive = np.array([label for _, _, label in pairs], np.bool_)
    return Overlaps(scores, overlap_of_longer(scores.jaccard, *words), positive)
