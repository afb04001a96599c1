"""What one article is to another, from their scores: all pairs of a chunk at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.detection.facts import FactCounts
from streams.detection.parameters import Parameters
from streams.detection.verify import Floats, Scores

# Names of matches by number; SIMILAR is all that is too weak for a name of its own.
RELATIONS = ("similar", "copy", "excerpt", "expansion", "template", "revision")
SIMILAR, COPY, EXCERPT, EXPANSION, TEMPLATE, REVISION = range(6)

# How much longer a text must be to have "much more" than the other: a third.
_LONGER = 4 / 3


class Match(NamedTuple):
    """An earlier article that shares enough text to be listed. Shares are estimates, 0 to 1."""

    serial: int
    relation: int  # of `RELATIONS`: what this article is to the earlier one
    member: bool  # strong enough to share a story
    rank: float  # the best match has the highest; of equals, the oldest
    jaccard: float
    of_this: float
    of_other: float
    shared_keys: int
    same_facts: int
    different_facts: int


class Judged(NamedTuple):
    """Of p pairs; each field (p,), as in `Match`."""

    listed: npt.NDArray[np.bool_]
    relation: npt.NDArray[np.uint8]
    member: npt.NDArray[np.bool_]
    rank: Floats


def judge(
    scores: Scores,
    facts: FactCounts,
    this_words: npt.NDArray[np.int64],
    other_words: npt.NDArray[np.int64],
    same_item: npt.NDArray[np.bool_],
    parameters: Parameters,
) -> Judged:
    """What p pairs are to each other."""
    overlap = overlap_of_longer(scores.jaccard, this_words, other_words)
    contained = np.maximum(scores.of_this, scores.of_other)
    enough = scores.shared_keys >= parameters.link_shared_keys
    inside = enough & (contained >= parameters.member_containment)
    cut = scores.of_this >= scores.of_other
    longer, shorter = np.maximum(this_words, other_words), np.minimum(this_words, other_words)
    much_longer = longer >= _LONGER * shorter
    copy = overlap >= parameters.copy_overlap

    relation = np.zeros(len(copy), np.uint8)
    relation[inside] = np.where(cut[inside], EXCERPT, EXPANSION)
    relation[copy & ~(inside & much_longer)] = COPY
    shared_words = contained * np.where(cut, this_words, other_words)
    member = copy | (
        inside & (overlap >= parameters.member_share) & (shared_words >= parameters.member_words)
    )
    template = is_template(facts, parameters)
    relation[template] = TEMPLATE
    relation[same_item] = REVISION
    member &= ~template | same_item
    listed = (
        (relation != SIMILAR)
        | (scores.jaccard >= parameters.floor_jaccard)
        | (enough & (contained >= parameters.floor_containment))
    )
    # A template of other facts alone may be two lines of one form: it needs shared text as well.
    listed &= ~template | (contained >= parameters.floor_containment) | same_item | copy
    rank = member * 4 + copy * 2 + np.where(copy, scores.jaccard, contained)
    return Judged(listed, relation, member, rank)


def overlap_of_longer(
    jaccard: Floats, this_words: npt.NDArray[np.int64], other_words: npt.NDArray[np.int64]
) -> Floats:
    """(p,) how much of the longer text stands in the shorter, 0 to 1.

    Of two sets with Jaccard J, J / (1 + J) of all their elements together are common. MinHash has
    128 samples for J where the shared 5-gram keys have 24: half the error.
    """
    this, other = np.maximum(1, this_words - 2), np.maximum(1, other_words - 2)  # 3-grams
    share: Floats = jaccard / (1 + jaccard) * (this + other) / np.maximum(this, other)
    return share


def is_template(facts: FactCounts, parameters: Parameters) -> npt.NDArray[np.bool_]:
    """(p,) whether the texts say other things in the same places.

    Numbers alone may tell (tomorrow's bulletin has the same names), or all facts together.
    """
    share = parameters.template_share
    least = np.maximum(parameters.template_facts, parameters.template_kept * facts.kept)
    numbers = facts.numbers_agreeing + facts.numbers_differing
    differing = facts.numbers_differing + facts.names_differing
    compared = differing + facts.numbers_agreeing + facts.names_agreeing
    enough: npt.NDArray[np.bool_] = compared >= 2 * parameters.template_kept * facts.kept
    by_numbers = (facts.numbers_differing >= least) & (facts.numbers_differing >= share * numbers)
    return enough & (by_numbers | ((differing >= least) & (differing >= share * compared)))
