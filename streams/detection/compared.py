"""What was compared on the way to a chunk's verdicts: for those who watch over their quality."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from streams.detection.index import Integers

_NONE = np.zeros(0)


@dataclass(slots=True)
class Compared:
    """Grows while a chunk is judged."""

    # (m,) candidates of each matchable article that were inside the window.
    candidates: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    _scores: list[npt.NDArray[np.float64]] = field(default_factory=list)
    _accepted: list[npt.NDArray[np.bool_]] = field(default_factory=list)

    def add(self, jaccard: npt.NDArray[np.float64], accepted: list[bool]) -> None:
        """The similarities of p more pairs, and whether each is a match."""
        self._scores.append(jaccard)
        self._accepted.append(np.array(accepted, bool))

    def jaccard(self, *, accepted: bool) -> npt.NDArray[np.float64]:
        """Similarities of all pairs that became matches, or of those that did not."""
        if not self._scores:
            return _NONE
        which = np.concatenate(self._accepted) == accepted
        jaccard: npt.NDArray[np.float64] = np.concatenate(self._scores)[which]
        return jaccard
