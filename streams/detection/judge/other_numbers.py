"""Reports of one institute on different days: weather, stock prices, case counts.

Worded anew each day, they share their background and few places of numbers, so comparing places
tells little. But a copy keeps nearly all numbers of its source, wherever its words were edited,
while another day's report has those of the background alone. So for two texts at the border of a
copy, the numbers that the earlier one's sketch keeps are looked up in the new text.
"""

from __future__ import annotations

from streams.detection.judge.changed_facts import Numbers
from streams.detection.judge.relations import COPY, TEMPLATE, Match

# Texts with more in common have common places enough.
_BORDER_JACCARD = 0.6
# More than half of the sampled numbers are missing, and not by chance: an edit takes two or three.
_LEAST_MISSING, _LEAST_FOUND = 4, 0.5


def with_other_numbers(place: int, matches: list[Match], numbers: Numbers) -> list[Match]:
    """The matches of a chunk's article: copies of which most numbers are not among its own are
    templates. The others stay."""
    doubtful = {match.serial for match in matches if is_doubtful(match, numbers)}
    if not doubtful:
        return matches
    judged = [_judged(place, m, numbers) if m.serial in doubtful else m for m in matches]
    return sorted(judged, key=lambda m: (-m.rank, m.serial))


def is_doubtful(match: Match, numbers: Numbers) -> bool:
    """Whether a match is at the border of a copy, and enough numbers are kept to tell."""
    return is_at_border(match) and len(numbers.earlier(match.serial).telling) >= _LEAST_MISSING


def is_at_border(match: Match) -> bool:
    """Whether a match is hardly a copy."""
    return match.relation == COPY and match.jaccard < _BORDER_JACCARD


def _judged(place: int, match: Match, numbers: Numbers) -> Match:
    found, kept = numbers.found_of(place, match.serial)
    if kept - found < _LEAST_MISSING or found >= _LEAST_FOUND * kept:
        return match
    return match._replace(
        relation=TEMPLATE, member=False, rank=match.rank - 4, numbers_found=(found, kept)
    )
