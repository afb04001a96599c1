"""What was compared to reach a chunk's verdicts, for monitoring their quality."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from streams.detection.index.key_index import Integers
from streams.detection.judge.relations import RELATIONS

_NO_SCORES = np.zeros(0)


@dataclass(slots=True)
class MatchStats:
    """Grows while a chunk is judged."""

    # (m,) candidates of each matchable article within the window.
    candidates: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    _scores: list[npt.NDArray[np.float64]] = field(default_factory=list)
    _matches: list[npt.NDArray[np.bool_]] = field(default_factory=list)
    _relations: Integers = field(default_factory=lambda: np.zeros(len(RELATIONS), np.int64))

    def add(
        self,
        jaccard: npt.NDArray[np.float64],
        matches: npt.NDArray[np.bool_],
        relations: npt.NDArray[np.uint8],
    ) -> None:
        """Add p pairs: similarity, whether it is a match, and which one by number."""
        self._scores.append(jaccard)
        self._matches.append(matches)
        self._relations += np.bincount(relations[matches], minlength=len(RELATIONS))

    def has_pairs(self) -> bool:
        """Whether any were compared."""
        return bool(self._scores)

    def jaccard(self, *, accepted: bool) -> npt.NDArray[np.float64]:
        """Similarities of all pairs that became matches, or of those that did not."""
        if not self._scores:
            return _NO_SCORES
        which = np.concatenate(self._matches) == accepted
        jaccard: npt.NDArray[np.float64] = np.concatenate(self._scores)[which]
        return jaccard

    def relations(self) -> dict[str, int]:
        """The number of matches of each relation."""
        return dict(zip(RELATIONS, self._relations.tolist(), strict=True))
