"""How articles relate, according to their scores: all pairs of a chunk at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from schemas.enriched_article import MatchRelation
from streams.compiled import kernel
from streams.detection.judge.fact_counts import FactCounts
from streams.detection.judge.similarity import Floats, Scores
from streams.detection.judge.templates import (
    Thresholds,
    have_other_names,
    is_template,
    is_weak_template,
    thresholds_of,
)
from streams.detection.parameters import Parameters
from streams.detection.sketch.sketches import PERMUTATIONS

# Names of matches by number; SIMILAR is everything too weak for a name of its own.
RELATIONS: tuple[MatchRelation, ...] = (
    "similar", "copy", "excerpt", "expansion", "template", "revision",
)  # fmt: skip
SIMILAR, COPY, EXCERPT, EXPANSION, TEMPLATE, REVISION = range(6)

# "Much longer" than the other text means by a third.
_LONGER = 4 / 3
# Fewer shared keys may all lie in one common paragraph. MinHash overrules them if it differs by
# the first number of standard errors, and more keys if by the second.
_FEW_KEYS, _ERRORS_OF_FEW, _ERRORS_OF_MANY = 10, 2, 4


_LEAST_SPREAD = 1e-3  # with no or all n-grams in common, an estimate is still uncertain


class Match(NamedTuple):
    """An earlier article that shares enough text to be listed. Shares are estimates, 0 to 1."""

    serial: int
    relation: int  # of `RELATIONS`: how this article relates to the earlier one
    member: bool  # strong enough to share a story
    rank: float  # the best match has the highest; of equals, the oldest
    jaccard: float
    of_this: float
    of_other: float
    shared_keys: int
    same_facts: int
    different_facts: int
    standing: bool  # the earlier one is a page of standing text, as known before the chunk
    # Of a template worded anew: how many of the earlier one's sampled numbers are in this text.
    numbers_found: tuple[int, int] | None = None


class Judged(NamedTuple):
    """For p pairs; each field (p,), as in `Match`."""

    listed: npt.NDArray[np.bool_]
    relation: npt.NDArray[np.uint8]
    member: npt.NDArray[np.bool_]
    rank: Floats
    # Whole texts inside longer ones, too small a part of these to join them for that alone.
    little: npt.NDArray[np.bool_]


class _Measured(NamedTuple):
    """For p pairs, (p,) each: `Scores`, and the variances' denominators of both estimates."""

    jaccard: Floats
    of_this: Floats
    of_other: Floats
    shared_keys: npt.NDArray[np.int64]
    compared_keys: npt.NDArray[np.int64]
    minhash_slope: Floats
    key_slope: Floats


def judge(
    scores: Scores,
    facts: FactCounts,
    this_words: npt.NDArray[np.int64],
    other_words: npt.NDArray[np.int64],
    same_item: npt.NDArray[np.bool_],
    parameters: Parameters,
) -> Judged:
    """How the texts of p pairs relate."""
    # Numpy's powers, and not compiled ones: those may differ in the last bit.
    compared = np.maximum(1, scores.compared_keys)
    measured = _Measured(
        scores.jaccard, scores.of_this, scores.of_other, scores.shared_keys, compared,
        (1 + scores.jaccard) ** 4, (1 + scores.shared_keys / compared) ** 4,
    )  # fmt: skip
    limits = thresholds_of(parameters)
    return Judged(*_judged(measured, facts, this_words, other_words, same_item, limits))


@kernel
def _judged(
    measured: _Measured,
    facts: FactCounts,
    this_words: npt.NDArray[np.int64],
    other_words: npt.NDArray[np.int64],
    same_item: npt.NDArray[np.bool_],
    limits: Thresholds,
) -> tuple[
    npt.NDArray[np.bool_],
    npt.NDArray[np.uint8],
    npt.NDArray[np.bool_],
    Floats,
    npt.NDArray[np.bool_],
]:
    """The fields of `Judged`."""
    pairs = len(this_words)
    listed, little = np.empty(pairs, np.bool_), np.empty(pairs, np.bool_)
    relations, members = np.empty(pairs, np.uint8), np.empty(pairs, np.bool_)
    ranks = np.empty(pairs, np.float64)
    for p in range(pairs):
        jaccard, of_this, of_other = measured.jaccard[p], measured.of_this[p], measured.of_other[p]
        this, other, shared = this_words[p], other_words[p], measured.shared_keys[p]
        overlap = _overlap(jaccard, this, other)
        together = _second_look(measured, p, overlap, this, other)
        contained = max(of_this, of_other)
        enough = shared >= limits.link_shared_keys
        cut = of_this >= of_other
        inner_words = this if cut else other  # of the contained text
        errors = _ERRORS_OF_FEW if shared < _FEW_KEYS else _ERRORS_OF_MANY
        least_jaccard = _least_jaccard(limits.member_containment * inner_words, this, other, errors)
        inside = enough and contained >= limits.member_containment and jaccard >= least_jaccard
        longer, shorter = max(this, other), min(this, other)
        copy = together >= limits.copy_overlap
        relation = SIMILAR
        if inside:
            relation = EXCERPT if cut else EXPANSION
        if copy and not (inside and longer >= _LONGER * shorter):
            relation = COPY
        # How much of the longer text the contained one makes up: as their lengths are known, this
        # is twice as exact as MinHash.
        share = (2 * (contained * (shorter / max(1, longer))) + overlap) / 3
        member = copy or (
            inside
            and share >= limits.member_share
            and contained * inner_words >= limits.member_words
        )
        floor = jaccard >= limits.floor_jaccard or (
            enough and contained >= limits.floor_containment
        )
        # Texts that share a passage, and some facts by chance, are not templates.
        other_facts = (
            is_template(facts, p, jaccard, limits)
            or have_other_names(facts.frame[p], jaccard, (1 - overlap) * longer, limits)
            or is_weak_template(facts, p, overlap, longer, limits)
        )
        if other_facts and (relation != SIMILAR or (floor and overlap >= limits.template_overlap)):
            relation = TEMPLATE
            member = member and same_item[p]
        if same_item[p]:
            relation = REVISION
        listed[p], relations[p], members[p] = relation != SIMILAR or floor, relation, member
        ranks[p] = member * 4 + copy * 2 + (jaccard if copy else contained)
        little[p] = (relation in (EXCERPT, EXPANSION)) and not member
    return listed, relations, members, ranks, little


def overlap_of_longer(
    jaccard: Floats, this_words: npt.NDArray[np.int64], other_words: npt.NDArray[np.int64]
) -> Floats:
    """(p,) the share of the longer text that the shorter one contains, 0 to 1.

    Two sets with Jaccard J have J / (1 + J) of all their elements together in common. MinHash has
    128 samples for J where the shared 5-gram keys have 24: half the error.
    """
    this, other = np.maximum(1, this_words - 2), np.maximum(1, other_words - 2)  # 3-grams
    share: Floats = jaccard / (1 + jaccard) * (this + other) / np.maximum(this, other)
    return share


# The same for compiled loops, one pair at a time.
_overlap: Callable[[float, int, int], float] = kernel(cast("Any", overlap_of_longer))


@kernel
def _least_jaccard(common_words: float, this_words: int, other_words: int, errors: int) -> float:
    """The estimate of Jaccard below which texts cannot have this many words in common: this
    many standard errors below its value if they did.

    If two short texts share a paragraph, three or four sampled 5-grams may all lie in it, and
    claim that all of one text is in the other; the 128 samples of MinHash know better.
    """
    common = min(common_words, this_words, other_words)
    jaccard = common / max(1, this_words + other_words - common)
    least: float = jaccard - errors * np.sqrt(jaccard * (1 - jaccard) / PERMUTATIONS)
    return least


@kernel
def _second_look(
    measured: _Measured, p: int, by_minhash: float, this_words: int, other_words: int
) -> float:
    """The share of the longer text that the shorter one contains, from MinHash and the shared
    5-grams together, weighted by inverse variance.

    MinHash has the smaller error (.04), but ignores where the common words are: the same form
    with other words in it has many 3-grams in common and few 5-grams.
    """
    compared = measured.compared_keys[p]
    jaccard = measured.shared_keys[p] / compared
    by_keys = _overlap(jaccard, this_words, other_words)
    # An estimate's error is that of its Jaccard times the slope of J / (1 + J), and both have the
    # same two lengths.
    minhash_variance = _variance(measured.jaccard[p], PERMUTATIONS) / measured.minhash_slope[p]
    key_variance = _variance(jaccard, compared) / measured.key_slope[p]
    together: float = (by_minhash * key_variance + by_keys * minhash_variance) / (
        minhash_variance + key_variance
    )
    return together


@kernel
def _variance(jaccard: float, samples: int) -> float:
    return max(jaccard * (1 - jaccard), _LEAST_SPREAD) / samples
