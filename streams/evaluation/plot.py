"""Pictures of scores: needs matplotlib, which the `plots` extra installs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from streams.detection.parameters import Parameters
from streams.evaluation.labelled import Labelled
from streams.evaluation.overlaps import overlaps_of


class NoPlotsError(Exception):
    """A plot cannot be drawn; the message says what is missing, or wrong with its file."""


def draw(labelled: Labelled, parameters: Parameters, path: Path) -> None:
    """Histograms of positive and negative pairs with the thresholds; below, precision and recall
    at every threshold. Raises NoPlotsError."""
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise NoPlotsError("--plot needs matplotlib: pip install 'echowire[plots]'") from error
    pairs = overlaps_of(labelled)
    shares, positive = pairs.shares, pairs.positive
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
    try:
        figure.savefig(path)
    except OSError as error:
        raise NoPlotsError(f"{path}: cannot be written: {error.strerror}") from error
    except ValueError as error:  # an ending that stands for no format
        raise NoPlotsError(f"{path}: {error}") from error
