"""Reports of one institute on different days: weather, stock prices, case counts.

Worded anew each day, they share their background and few places of numbers, so comparing places
tells little. But a copy keeps nearly all numbers of its source, wherever its words were edited,
while another day's report has those of the background alone. So for two texts at the border of a
copy, the numbers that the earlier one's sketch keeps are looked up in the new text.
"""

from __future__ import annotations

from streams.detection.index.view import View
from streams.detection.judge.changed_facts import Numbers
from streams.detection.judge.relations import COPY, TEMPLATE, Match

# Texts with more in common have common places enough.
_BORDER_JACCARD = 0.6
# More than half of the sampled numbers are missing, and not by chance: an edit takes two or three.
_LEAST_MISSING, _LEAST_FOUND = 4, 0.5


def with_other_numbers(matches: list[Match], view: View, numbers: Numbers) -> list[Match]:
    """The matches of an article with these numbers: copies of which most numbers are not among them
    are templates. The others stay."""
    if not any(_at_border(match) for match in matches):
        return matches
    judged = [_judged(match, view, numbers) if _at_border(match) else match for match in matches]
    return sorted(judged, key=lambda m: (-m.rank, m.serial))


def _at_border(match: Match) -> bool:
    return match.relation == COPY and match.jaccard < _BORDER_JACCARD


def _judged(match: Match, view: View, numbers: Numbers) -> Match:
    found, kept = numbers.found_of(view.row(match.serial))
    if kept - found < _LEAST_MISSING or found >= _LEAST_FOUND * kept:
        return match
    return match._replace(
        relation=TEMPLATE, member=False, rank=match.rank - 4, numbers_found=(found, kept)
    )
