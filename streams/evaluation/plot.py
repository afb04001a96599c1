"""Pictures of scores: needs matplotlib, which the `plots` extra installs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from streams.detection.judge.relations import overlap_of_longer
from streams.detection.judge.similarity import compare
from streams.detection.parameters import Parameters
from streams.detection.sketch.sketches import sketch_texts
from streams.evaluation.labelled import IGNORED, POSITIVE, Labelled


class NoPlotsError(Exception):
    """Plots cannot be drawn; the message says what is missing."""


def overlaps(labelled: Labelled) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """(estimated share of the longer text that is common, whether positive) of each scored pair."""
    order = {idx: place for place, idx in enumerate(labelled.documents)}
    sketches = sketch_texts([d["text"] for d in labelled.documents.values()])
    kept = [(*pair, label) for pair, label in labelled.labels.items() if label != IGNORED]
    one = sketches[[order[a] for a, _, _ in kept]]
    other = sketches[[order[b] for _, b, _ in kept]]
    words = one["words"].astype(np.int64), other["words"].astype(np.int64)
    shares = overlap_of_longer(compare(one, other).jaccard, *words)
    return shares, np.array([label == POSITIVE for _, _, label in kept], bool)


def draw(labelled: Labelled, parameters: Parameters, path: Path) -> None:
    """Histograms of positive and negative pairs with the thresholds; below, precision and recall
    at every threshold. Raises NoPlotsError."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise NoPlotsError("--plot needs matplotlib: pip install 'echowire[plots]'") from error
    shares, positive = overlaps(labelled)
    figure = Figure(figsize=(9, 7), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    bins = np.linspace(0, 1, 51)
    for chosen, label in ((positive, "positive"), (~positive, "negative")):
        above.hist(shares[chosen], bins, alpha=0.6, label=f"{label}, {int(chosen.sum())} pairs")
    above.set_yscale("log")
    above.set_ylabel("labelled pairs")
    cuts = np.linspace(0.01, 1, 100)
    found = np.array([(shares[positive] >= cut).sum() for cut in cuts])
    false = np.array([(shares[~positive] >= cut).sum() for cut in cuts])
    below.plot(cuts, found / np.maximum(1, found + false), label="precision")
    below.plot(cuts, found / max(1, int(positive.sum())), label="recall")
    below.set_xlabel("share of the longer text that stands in the other (facts not compared)")
    for axes in (above, below):
        axes.axvline(parameters.copy_overlap, color="black", label="copy_overlap")
        axes.axvline(parameters.member_share, color="black", ls="--", label="member_share")
        axes.legend()
    figure.savefig(path)
