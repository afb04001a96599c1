"""Whether two texts are one form filled in twice: rules for one pair, in compiled loops."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from streams.compiled import kernel
from streams.detection.judge.fact_counts import FactCounts
from streams.detection.parameters import Parameters

# Names alone make a template if this many differ, and this share of those compared: an
# editor respells one or two people's names.
_NAMES, _NAME_SHARE = 3, 0.6
# Below this overlap a form filled in twice looks like a copy. It is recognised by this share of
# its facts, if this share of their places is common. Longer texts hold more than their form.
_WEAK_OVERLAP, _WEAK_SHARE, _WEAK_PLACES, _WEAK_WORDS = 0.64, 0.2, 0.6, 300


class Thresholds(NamedTuple):
    """Those of `Parameters` by which pairs are judged."""

    copy_overlap: float
    member_containment: float
    member_share: float
    member_words: float
    link_shared_keys: float
    template_share: float
    template_facts: float
    template_kept: float
    equal_jaccard: float
    equal_facts: float
    frame_share: float
    frame_grams: float
    template_overlap: float
    floor_jaccard: float
    floor_containment: float


@lru_cache(maxsize=16)
def thresholds_of(parameters: Parameters) -> Thresholds:
    """For compiled loops, which want one type of number."""
    return Thresholds(*(float(getattr(parameters, name)) for name in Thresholds._fields))


@kernel
def is_template(facts: FactCounts, p: int, jaccard: float, limits: Thresholds) -> bool:
    """Whether the texts have different facts in the same places.

    Numbers alone may show that (tomorrow's bulletin has the same names), names alone, or all facts
    together.
    """
    numbers = facts.numbers_agreeing[p] + facts.numbers_differing[p]
    names = facts.names_agreeing[p] + facts.names_differing[p]
    differing = facts.numbers_differing[p] + facts.names_differing[p]
    least = limits.equal_facts if jaccard > limits.equal_jaccard else limits.template_facts
    kept = facts.numbers_kept[p] + facts.names_kept[p]
    # A press release has the same few numbers whoever sends it.
    by_names = facts.names_differing[p] >= max(least, _NAMES, _NAME_SHARE * names)
    return (
        by_names
        or _differ(facts.numbers_differing[p], numbers, facts.numbers_kept[p], least, limits)
        or _differ(differing, numbers + names, kept, least, limits)
    )


@kernel
def _differ(
    differing: float, compared: float, kept: float, least: float, limits: Thresholds
) -> bool:
    """Whether enough facts differ that the texts are about different things, and enough were in the
    same places to say so."""
    return (
        differing >= max(least, limits.template_kept * kept)
        and differing >= limits.template_share * compared
        and compared >= 2 * limits.template_kept * kept
    )


@kernel
def have_other_names(
    frame: float, jaccard: float, differing_grams: float, limits: Thresholds
) -> bool:
    """Whether two texts agree except in words other than function words, in enough places. An
    edited copy differs in its frame as much as in all its words."""
    seen = 1 - frame <= limits.frame_share * (1 - jaccard)
    return seen and differing_grams >= limits.frame_grams


@kernel
def is_weak_template(
    facts: FactCounts, p: int, overlap: float, longer: int, limits: Thresholds
) -> bool:
    """Whether two texts with at most slightly more than half in common are one form filled in
    twice: most facts are in places of both, and a fifth of them differ.

    In texts as short as their form (a notice of a bond issue has 70 words), the differences are the
    news. A rewritten report shares few places with its source, whatever is in them.
    """
    compared = facts.numbers_agreeing[p] + facts.numbers_differing[p]
    compared = compared + facts.names_agreeing[p] + facts.names_differing[p]
    differing = facts.numbers_differing[p] + facts.names_differing[p]
    return (
        overlap < _WEAK_OVERLAP
        and longer <= _WEAK_WORDS
        and differing >= limits.template_facts
        and differing >= _WEAK_SHARE * compared
        and compared >= _WEAK_PLACES * (facts.numbers_kept[p] + facts.names_kept[p])
    )
