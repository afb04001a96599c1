"""Which earlier rows an article of a chunk matches: candidates from the index, or given rows."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from streams.detection.index.key_index import Integers, keys_of
from streams.detection.index.segment import MATCHABLE, taken
from streams.detection.index.story_table import Stories
from streams.detection.index.view import View
from streams.detection.judge.candidates import PAIRS_AT_ONCE, Found, matches_of
from streams.detection.judge.match_stats import MatchStats
from streams.detection.judge.relations import Match


class Matcher:
    """Compares rows of a view; `stats` records what was compared."""

    def __init__(self, view: View) -> None:
        self._view, self._parameters = view, view.state.parameters
        self.stats = MatchStats()

    def matches(self) -> Found:
        """Place of each article that resembles an earlier one -> its matches, best first."""
        matchable = np.flatnonzero(self._view.rows["flags"] & MATCHABLE)
        newer, older = self._view.state.index.candidates(
            keys_of(taken(self._view.rows, matchable)), self._view.base + matchable
        )
        if not len(newer):
            self.stats.candidates = np.zeros(len(matchable), np.int64)
            return {}
        inside = self._in_window(newer, older)
        newer, older = newer[inside], older[inside]
        sharing = self._view.sharing(newer, older)
        places = newer[sharing] - self._view.base
        self.stats.candidates = np.bincount(places, minlength=len(self._view.rows))[matchable]
        return self._matches(places, older[sharing])

    def originals(self, found: Found, stories: Stories) -> dict[tuple[int, int], Match | None]:
        """Articles with the originals of their matches' stories, unless those were candidates:
        a copy of a cut copy may share little with that, and everything with its original.

        A story that begins in this chunk has none yet: mostly it will be the article to which best
        matches lead. Others are compared individually once known, at 30 times the cost.
        """
        pairs: list[tuple[int, int]] = []
        heads: dict[int, int] = {}  # serial of this chunk -> where its best matches lead
        for place, matches in found.items():
            listed = {match.serial for match in matches}
            names = {self._view.story_id(serial) for serial in listed if serial < self._view.base}
            originals = {story.original for name in names if (story := stories.get(name))}
            originals.update([heads[serial] for serial in listed if serial in heads])
            if matches[0].member:
                best = matches[0].serial
                story = stories.get(self._view.story_id(best)) if best < self._view.base else None
                head = heads.get(best, best) if story is None else story.original
                heads[self._view.base + place] = head
            pairs += [(place, serial) for serial in sorted(originals - listed) if serial >= 0]
        if not pairs:
            return {}
        places, serials = np.array(sorted(pairs), np.int64).T
        fit = self._matchable_in_window(places, serials)
        scored: dict[tuple[int, int], Match | None] = dict.fromkeys(pairs)
        for place, matches in self._matches(places[fit], serials[fit]).items():
            scored |= {(place, match.serial): match for match in matches}
        return scored

    def match(self, place: int, serial: int) -> Match | None:
        """The match of one article with one earlier row, or None if they do not match."""
        places, serials = np.array([place]), np.array([serial])
        if not self._matchable_in_window(places, serials)[0]:
            return None
        found = self._matches(places, serials)
        return found[place][0] if found else None

    def among(self, serial: int, others: list[int]) -> list[Match]:
        """One row's matches among others, best first, regardless of the window."""
        serials = np.array(others, np.int64)
        places = np.zeros(len(others), np.int64)
        this = self._view.gather(np.full(len(others), serial))
        found = matches_of(
            this, self._view.gather(serials), places, serials, self._parameters, MatchStats()
        )
        return found.get(0, [])

    def _matchable_in_window(self, places: Integers, serials: Integers) -> npt.NDArray[np.bool_]:
        inside = self._in_window(places + self._view.base, serials)
        inside &= (self._view.column(serials, "flags") & MATCHABLE) != 0
        return inside

    def _in_window(self, newer: Integers, older: Integers) -> npt.NDArray[np.bool_]:
        """Which pairs lie within the window: by count, by the shard's clock, by record times."""
        rows, places = self._view.rows, newer - self._view.base
        window = self._parameters.window_milliseconds
        inside: npt.NDArray[np.bool_] = (
            (older >= self._view.state.tail)
            & (newer - older < len(self._view.state.rows))
            & (self._view.column(older, "latest") >= rows["clock"][places] - window)
            & (self._view.column(older, "time") >= rows["time"][places] - window)
        )
        return inside

    def _matches(self, places: Integers, older: Integers) -> Found:
        """`places` ascending. No article's pairs are split: their order depends on all of them."""
        found: Found = {}
        first = 0
        while first < len(places):
            last = first + PAIRS_AT_ONCE
            if last < len(places):
                last = int(np.searchsorted(places, places[last], "right"))
            pairs = slice(first, last)
            this = taken(self._view.rows, places[pairs])
            other = self._view.gather(older[pairs])
            found |= matches_of(
                this, other, places[pairs], older[pairs], self._parameters, self.stats
            )
            first = last
        return found
