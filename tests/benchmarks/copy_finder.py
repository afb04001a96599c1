"""What the workers with rensa do to an article: one MinHash, one index, no reasons."""

from __future__ import annotations

from typing import Any

from rensa import RMinHash, RMinHashLSH

PERMUTATIONS = 128
# Four rows a band: two texts of similarity .5 share a band with probability .87, of .75 always.
BANDS = 32


class CopyFinder:
    """The index, whose keys are numbers, and the ids that they stand for."""

    def __init__(self) -> None:
        self._index = RMinHashLSH(0.5, PERMUTATIONS, BANDS)
        self._ids: list[str] = []

    def enrich(self, article: dict[str, Any]) -> dict[str, Any]:
        words = article["text"].lower().split()
        minhash = RMinHash(PERMUTATIONS, 42)
        # One call hashes all; repeated shingles change nothing, so a set would only cost time.
        minhash.update(list(map(" ".join, zip(words, words[1:], words[2:], strict=False))))
        copies = self._index.query(minhash)
        self._index.insert(len(self._ids), minhash)
        article["copies"] = [self._ids[key] for key in copies]
        self._ids.append(article["id"])
        return article
