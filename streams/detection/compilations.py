"""Pages that hold two or more stories. They are linked to these, and join none."""

from __future__ import annotations

from streams.detection.relations import COPY, EXPANSION, SIMILAR, Match
from streams.detection.view import View

# Of a digest's parts: this much of each story, and this much of the page in all of them together.
_LEAD, _FILLED = 0.3, 0.6
# Two parts are not two if one stands in the other.
_SAME_PART = 0.5


def parts_of(place: int, matches: list[Match], view: View) -> set[int]:
    """Serials of the earlier articles that make this one a compilation; empty if it is none.

    Either two whole stories stand in it, or the leads of several fill it. Of a page of one story
    and a little of another, the best match says that it is a copy.
    """
    if len(matches) < 2 or matches[0].relation == COPY:
        return set()
    words = int(view.rows[place]["words"])
    least = view.state.parameters.part_share * words
    whole_share = view.state.parameters.member_containment
    parts: list[tuple[int, float, float]] = []  # serial, share of it that stands here, words
    for match in matches:
        if match.relation not in (EXPANSION, SIMILAR) or match.of_other < _LEAD:
            continue
        common = match.of_other * int(view.row(match.serial)["words"])
        if common >= least:
            parts.append((match.serial, match.of_other, common))
    if len(parts) < 2:
        return set()
    parts = _apart(sorted(parts, key=lambda part: (-part[2], part[0])), view)
    whole = [part for part in parts if part[1] >= whole_share]
    if len(whole) < 2 and (len(parts) < 2 or sum(part[2] for part in parts) < _FILLED * words):
        return set()
    return {part[0] for part in parts}


def _apart(parts: list[tuple[int, float, float]], view: View) -> list[tuple[int, float, float]]:
    """One part for each story, and none that stands in a larger one."""
    kept: list[tuple[int, float, float]] = []
    for part in parts:
        story_id = view.story_id(part[0])
        if any(view.story_id(other) == story_id for other, _, _ in kept):
            continue
        others = view.among(part[0], [other for other, _, _ in kept]) if kept else []
        if all(max(match.of_this, match.of_other) < _SAME_PART for match in others):
            kept.append(part)
    return kept
