"""Precision, recall and F1 of pairs, and the adjusted Rand index of a partition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import combinations

from streams.evaluation.labelled import IGNORED, POSITIVE, Pair


@dataclass(frozen=True, slots=True)
class PairScore:
    """Predicted pairs against labels; every pair that is not labelled is a negative."""

    right: int
    wrong: int
    missed: int
    ignored: int
    wrong_by_label: dict[str, int] = field(default_factory=dict)

    @property
    def precision(self) -> float:
        """1 where nothing was predicted."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """1 where there is nothing to find."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0


def score_pairs(predicted: AbstractSet[Pair], labels: Mapping[Pair, str]) -> PairScore:
    """Compare predicted pairs with labels; pairs labelled GREY count for nothing."""
    found = Counter(labels.get(pair, "unlabelled") for pair in predicted)
    positives = sum(label == POSITIVE for label in labels.values())
    right, ignored = found.pop(POSITIVE, 0), found.pop(IGNORED, 0)
    return PairScore(right, found.total(), positives - right, ignored, dict(found.most_common()))


def pairs_within(groups: Mapping[int, Hashable]) -> set[Pair]:
    """All pairs of items that have the same group."""
    members: dict[Hashable, list[int]] = {}
    for item, group in groups.items():
        members.setdefault(group, []).append(item)
    return {pair for same in members.values() for pair in combinations(sorted(same), 2)}


def adjusted_rand_index(one: Sequence[Hashable], other: Sequence[Hashable]) -> float:
    """Agreement of two partitions of the same items, 0 by chance, 1 if equal (Hubert, Arabie
    1985)."""
    both = _pairs_of(zip(one, other, strict=True))
    first, second = _pairs_of(one), _pairs_of(other)
    every = len(one) * (len(one) - 1) / 2
    expected = first * second / every if every else 0.0
    most = (first + second) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def _pairs_of(groups: Iterable[Hashable]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(groups).values())
