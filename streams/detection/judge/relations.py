"""How articles relate, according to their scores: all pairs of a chunk at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from schemas.enriched_article import MatchRelation
from streams.detection.judge.fact_counts import FactCounts
from streams.detection.judge.similarity import Floats, Scores
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


# Names alone make a template if this many differ, and this share of those compared: an
# editor respells one or two people's names.
_NAMES, _NAME_SHARE = 3, 0.6
# Below this overlap a form filled in twice looks like a copy. It is recognised by this share of
# its facts, if this share of their places is common. Longer texts hold more than their form.
_WEAK_OVERLAP, _WEAK_SHARE, _WEAK_PLACES, _WEAK_WORDS = 0.64, 0.2, 0.6, 300
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


def judge(
    scores: Scores,
    facts: FactCounts,
    this_words: npt.NDArray[np.int64],
    other_words: npt.NDArray[np.int64],
    same_item: npt.NDArray[np.bool_],
    parameters: Parameters,
) -> Judged:
    """How the texts of p pairs relate."""
    overlap = overlap_of_longer(scores.jaccard, this_words, other_words)
    together = second_look(scores, overlap, this_words, other_words)
    contained = np.maximum(scores.of_this, scores.of_other)
    enough = scores.shared_keys >= parameters.link_shared_keys
    cut = scores.of_this >= scores.of_other
    inner_words = np.where(cut, this_words, other_words)  # of the contained text
    errors = np.where(scores.shared_keys < _FEW_KEYS, _ERRORS_OF_FEW, _ERRORS_OF_MANY)
    least_jaccard = _least_jaccard(
        parameters.member_containment * inner_words, this_words, other_words, errors
    )
    inside = (
        enough & (contained >= parameters.member_containment) & (scores.jaccard >= least_jaccard)
    )
    longer, shorter = np.maximum(this_words, other_words), np.minimum(this_words, other_words)
    much_longer = longer >= _LONGER * shorter
    copy = together >= parameters.copy_overlap

    relation = np.zeros(len(copy), np.uint8)
    relation[inside] = np.where(cut[inside], EXCERPT, EXPANSION)
    relation[copy & ~(inside & much_longer)] = COPY
    # How much of the longer text the contained one makes up: as their lengths are known, this is
    # twice as exact as MinHash.
    share = (2 * (contained * (shorter / np.maximum(1, longer))) + overlap) / 3
    member = copy | (
        inside
        & (share >= parameters.member_share)
        & (contained * inner_words >= parameters.member_words)
    )
    floor = (scores.jaccard >= parameters.floor_jaccard) | (
        enough & (contained >= parameters.floor_containment)
    )
    # Texts that share a passage, and some facts by chance, are not templates.
    other_facts = is_template(facts, scores.jaccard, parameters) | _other_names(
        facts.frame, scores.jaccard, (1 - overlap) * longer, parameters
    )
    weak = (overlap < _WEAK_OVERLAP) & (longer <= _WEAK_WORDS)
    other_facts |= weak & _weak_template(facts, parameters)
    template = other_facts & (
        (relation != SIMILAR) | (floor & (overlap >= parameters.template_overlap))
    )
    relation[template] = TEMPLATE
    relation[same_item] = REVISION
    member &= ~template | same_item
    listed = (relation != SIMILAR) | floor
    rank = member * 4 + copy * 2 + np.where(copy, scores.jaccard, contained)
    little = ((relation == EXCERPT) | (relation == EXPANSION)) & ~member
    return Judged(listed, relation, member, rank, little)


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


def _least_jaccard(
    common_words: Floats,
    this_words: npt.NDArray[np.int64],
    other_words: npt.NDArray[np.int64],
    errors: npt.NDArray[np.int64],
) -> Floats:
    """(p,) the estimate of Jaccard below which texts cannot have this many words in common: this
    many standard errors below its value if they did.

    If two short texts share a paragraph, three or four sampled 5-grams may all lie in it, and
    claim that all of one text is in the other; the 128 samples of MinHash know better.
    """
    common = np.minimum(common_words, np.minimum(this_words, other_words))
    jaccard = common / np.maximum(1, this_words + other_words - common)
    least: Floats = jaccard - errors * np.sqrt(jaccard * (1 - jaccard) / PERMUTATIONS)
    return least


def is_template(
    facts: FactCounts, jaccard: Floats, parameters: Parameters
) -> npt.NDArray[np.bool_]:
    """(p,) whether the texts have different facts in the same places.

    Numbers alone may show that (tomorrow's bulletin has the same names), names alone, or all facts
    together.
    """
    numbers = facts.numbers_agreeing + facts.numbers_differing
    names = facts.names_agreeing + facts.names_differing
    differing = facts.numbers_differing + facts.names_differing
    equal = jaccard > parameters.equal_jaccard
    least = np.where(equal, parameters.equal_facts, parameters.template_facts)
    by_numbers = _differ(facts.numbers_differing, numbers, facts.numbers_kept, least, parameters)
    kept = facts.numbers_kept + facts.names_kept
    by_all = _differ(differing, numbers + names, kept, least, parameters)
    # A press release has the same few numbers whoever sends it.
    by_names = facts.names_differing >= np.maximum(np.maximum(least, _NAMES), _NAME_SHARE * names)
    return by_numbers | by_all | by_names


def _differ(
    differing: Floats,
    compared: Floats,
    kept: Floats,
    least: npt.NDArray[np.int64],
    parameters: Parameters,
) -> npt.NDArray[np.bool_]:
    """Whether enough facts differ that the texts are about different things, and enough were in the
    same places to say so."""
    differ: npt.NDArray[np.bool_] = (
        (differing >= np.maximum(least, parameters.template_kept * kept))
        & (differing >= parameters.template_share * compared)
        & (compared >= 2 * parameters.template_kept * kept)
    )
    return differ


def _other_names(
    frame: Floats, jaccard: Floats, differing_grams: Floats, parameters: Parameters
) -> npt.NDArray[np.bool_]:
    """(p,) whether two texts agree except in words other than function words, in enough places. An
    edited copy differs in its frame as much as in all its words."""
    seen: npt.NDArray[np.bool_] = 1 - frame <= parameters.frame_share * (1 - jaccard)
    return seen & (differing_grams >= parameters.frame_grams)


def _weak_template(facts: FactCounts, parameters: Parameters) -> npt.NDArray[np.bool_]:
    """(p,) whether two texts with at most slightly more than half in common are one form filled in
    twice: most facts are in places of both, and a fifth of them differ.

    In texts as short as their form (a notice of a bond issue has 70 words), the differences are the
    news. A rewritten report shares few places with its source, whatever is in them.
    """
    compared = facts.numbers_agreeing + facts.numbers_differing
    compared = compared + facts.names_agreeing + facts.names_differing
    differing = facts.numbers_differing + facts.names_differing
    weak: npt.NDArray[np.bool_] = (
        (differing >= parameters.template_facts)
        & (differing >= _WEAK_SHARE * compared)
        & (compared >= _WEAK_PLACES * (facts.numbers_kept + facts.names_kept))
    )
    return weak


def second_look(
    scores: Scores,
    by_minhash: Floats,
    this_words: npt.NDArray[np.int64],
    other_words: npt.NDArray[np.int64],
) -> Floats:
    """(p,) the share of the longer text that the shorter one contains, from MinHash and the shared
    5-grams together, weighted by inverse variance.

    MinHash has the smaller error (.04), but ignores where the common words are: the same form
    with other words in it has many 3-grams in common and few 5-grams.
    """
    compared = np.maximum(1, scores.compared_keys)
    jaccard = scores.shared_keys / compared
    by_keys = overlap_of_longer(jaccard, this_words, other_words)
    # An estimate's error is that of its Jaccard times the slope of J / (1 + J), and both have the
    # same two lengths.
    minhash_variance = _variance(scores.jaccard, PERMUTATIONS) / (1 + scores.jaccard) ** 4
    key_variance = _variance(jaccard, compared) / (1 + jaccard) ** 4
    together: Floats = (by_minhash * key_variance + by_keys * minhash_variance) / (
        minhash_variance + key_variance
    )
    return together


def _variance(jaccard: Floats, samples: npt.NDArray[np.int64] | int) -> Floats:
    variance: Floats = np.maximum(jaccard * (1 - jaccard), _LEAST_SPREAD) / samples
    return variance
