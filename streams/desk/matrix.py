"""Who kept what: the paragraphs of one text against the texts of its copies.

A paragraph's share in a copy is the share of its word 3-grams that the copy has anywhere:
that is fast enough for 40 copies on a page, and finds a paragraph that was moved.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

from streams.desk.paragraphs import paragraphs_of
from streams.desk.words import word

KEPT_FROM = 0.85
CHANGED_FROM = 0.25
MOST_PARAGRAPHS = 80
_SIZE = 3

Fate = Literal["kept", "changed", "cut"]
Grams = frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Cell:
    """A paragraph's fate in one copy, which has `share` of its word 3-grams."""

    fate: Fate
    share: float


@dataclass(frozen=True, slots=True)
class Column:
    """One copy: a cell for each paragraph of the reference, and the paragraphs that it added."""

    cells: list[Cell]
    added: list[str]
    kept_share: float


def grams_of(text: str) -> Grams:
    """The word 3-grams of a text; for a shorter one, its words as one."""
    words = word().findall(text.casefold())
    if len(words) < _SIZE:
        return frozenset([tuple(words)] if words else [])
    return frozenset(zip(words, words[1:], words[2:], strict=False))


class Reference:
    """The text that copies are compared with; it is split into paragraphs once."""

    def __init__(self, text: str) -> None:
        self.paragraphs = paragraphs_of(text)[:MOST_PARAGRAPHS]
        self._grams = [grams_of(paragraph) for paragraph in self.paragraphs]
        self._sizes = [len(grams) for grams in self._grams]
        self._all: Grams = grams_of(text)
        words = word().findall(text.casefold())
        self._short: Grams = frozenset(zip(words)) | frozenset(pairwise(words))

    def against(self, text: str) -> Column:
        """What a copy kept of each paragraph, and what it added."""
        theirs = grams_of(text)
        words = f" {' '.join(word().findall(text.casefold()))} "
        shares = [self._share(grams, theirs, words) for grams in self._grams]
        cells = [Cell(_fate(share), share) for share in shares]
        new = (part for part in paragraphs_of(text) if self._is_new(part))
        added = list(islice(new, MOST_PARAGRAPHS))
        total = sum(self._sizes)
        kept = sum(size * share for size, share in zip(self._sizes, shares, strict=True))
        return Column(cells, added, kept / total if total else 0.0)

    @staticmethod
    def _share(grams: Grams, theirs: Grams, words: str) -> float:
        if not grams:
            return 0.0
        first = next(iter(grams))
        if len(first) < _SIZE:  # a paragraph of one or two words
            return float(f" {' '.join(first)} " in words)
        return len(grams & theirs) / len(grams)

    def _is_new(self, paragraph: str) -> bool:
        grams = grams_of(paragraph)
        # One of one or two words is not searched for: a copy may have a hundred thousand of them.
        known = self._short if len(next(iter(grams), ())) < _SIZE else self._all
        return not grams or len(grams & known) / len(grams) < CHANGED_FROM


def _fate(share: float) -> Fate:
    if share >= KEPT_FROM:
        return "kept"
    return "changed" if share >= CHANGED_FROM else "cut"
