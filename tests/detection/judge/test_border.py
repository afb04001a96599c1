"""Near the threshold of a copy, 5-grams count beside MinHash, and facts decide for short forms."""

from __future__ import annotations

import numpy as np
import pytest

from streams.detection.judge.fact_counts import FactCounts
from streams.detection.judge.relations import RELATIONS, judge
from streams.detection.judge.similarity import Scores
from streams.detection.parameters import Parameters


def relation(
    jaccard: float,
    keys: float,
    *,
    words: tuple[int, int] = (100, 100),
    same: float = 0,
    different: float = 0,
    kept: float = 0,
) -> tuple[str, bool]:
    """The (relation, member) of two texts that share this much of their 5-grams."""
    shares, shared = np.array([keys]), np.array([round(48 * keys)])
    scores = Scores(np.array([jaccard]), shares, shares, shared, 96 - shared)
    none = np.zeros(1)
    facts = FactCounts(
        np.array([same]), np.array([different]), np.array([kept]), none, none, none,
        np.full(1, np.nan),
    )  # fmt: skip
    this, other = (np.array([count]) for count in words)
    judged = judge(scores, facts, this, other, np.zeros(1, bool), Parameters())
    return RELATIONS[judged.relation[0]], bool(judged.member[0])


@pytest.mark.parametrize(
    ("jaccard", "keys", "expected"),
    [
        (0.35, 0.55, "copy"),  # both say half
        (0.35, 0.20, "similar"),  # the shared words are scattered
        (0.32, 0.70, "copy"),  # MinHash is a little below, but the passages are shared
        (0.32, 0.40, "similar"),
        (0.45, 0.30, "copy"),  # far from the threshold MinHash decides
    ],
)
def test_at_the_border_both_estimates_count(jaccard: float, keys: float, expected: str) -> None:
    assert relation(jaccard, keys)[0] == expected


@pytest.mark.parametrize(
    ("same", "different", "kept", "words", "expected"),
    [
        (7, 2, 11, (75, 70), "template"),  # a notice: a fifth of its facts are its message
        (9, 1, 11, (75, 70), "copy"),  # one number: a correction
        (3, 1.5, 16, (75, 70), "copy"),  # few facts in the same places: a rewritten report
        (7, 2, 11, (700, 680), "copy"),  # a long text has more than its form
    ],
)
def test_a_short_form_filled_in_twice_is_a_template(
    same: float, different: float, kept: float, words: tuple[int, int], expected: str
) -> None:
    assert relation(0.42, 0.5, words=words, same=same, different=different, kept=kept) == (
        expected,
        expected == "copy",
    )


def test_nearly_equal_texts_need_more_differing_facts() -> None:
    assert relation(0.6, 0.7, same=7, different=2, kept=11)[0] == "copy"


@pytest.mark.parametrize(("inner", "member"), [(60, True), (44, False)])
def test_an_excerpt_joins_from_half_of_the_longer_text_on(inner: int, member: bool) -> None:
    share = inner / 110
    one, both = np.array([1.0]), np.array([share])
    scores = Scores(np.array([share]), one, both, np.array([20]), np.array([round(20 / share)]))
    none = np.zeros(1)
    facts = FactCounts(none, none, none, none, none, none, np.full(1, np.nan))
    judged = judge(
        scores, facts, np.array([inner]), np.array([110]), np.zeros(1, bool), Parameters()
    )
    assert (RELATIONS[judged.relation[0]], bool(judged.member[0])) == ("excerpt", member)
