"""Pages that contain two or more stories. They link to these, but join none."""

from __future__ import annotations

from streams.detection.index.segment import COMPILATION
from streams.detection.index.view import View
from streams.detection.judge.relations import COPY, EXCERPT, EXPANSION, SIMILAR, TEMPLATE, Match
from streams.detection.sketch.sketches import NO_KEY

# For a digest: this many parts, this much of each story, and this much of the page in all of them.
# An article about two earlier ones is not a digest of them.
_LEADS, _LEAD, _FILLED = 3, 0.2, 0.7
# Two parts are one if they share this many of the smaller one's keys.
_SAME_PART = 0.5


def parts_of(place: int, matches: list[Match], view: View) -> set[int]:
    """Serials of the earlier articles that make this one a compilation; empty if it is not one.

    Either it contains two whole stories, or the leads of several fill it. A page of one story
    and a little of another is a copy according to its best match.
    """
    if len(matches) < 2 or matches[0].relation in (COPY, TEMPLATE):
        return set()
    if matches[0].relation == EXCERPT and not view.flags(matches[0].serial) & COMPILATION:
        return set()  # what is contained whole in one article is a single piece
    words = int(view.rows[place]["words"])
    least = view.state.parameters.part_share * words
    whole_share = view.state.parameters.member_containment
    parts: list[tuple[int, float, float]] = []  # serial, share of it contained here, words
    for match in matches:
        if match.relation not in (EXPANSION, SIMILAR) or match.of_other < _LEAD:
            continue
        common = match.of_other * view.row_view(match.serial).words
        if common >= least:
            parts.append((match.serial, match.of_other, common))
    if len(parts) < 2:
        return set()
    parts = _apart(place, sorted(parts, key=lambda part: (-part[2], part[0])), view)
    whole = [part for part in parts if part[1] >= whole_share]
    filled = sum(part[2] for part in parts) >= _FILLED * words
    if len(whole) < 2 and not (len(parts) >= _LEADS and filled):
        return set()
    return {part[0] for part in parts}


def _apart(
    place: int, parts: list[tuple[int, float, float]], view: View
) -> list[tuple[int, float, float]]:
    """One part per story, and none that is another's passage of this text: two articles with
    the same boilerplate share it with this one, and that is one part."""
    kept: list[tuple[int, float, float]] = []
    stories: set[bytes] = set()
    taken: list[set[int]] = []
    own = set(view.rows["frac"][place].tolist()) - {NO_KEY}
    for part in parts:
        keys = own.intersection(view.row(part[0])["frac"].tolist())
        story_id = view.story_id(part[0])
        if story_id in stories or any(
            len(keys & other) >= _SAME_PART * min(len(keys), len(other)) for other in taken
        ):
            continue
        stories.add(story_id)
        taken.append(keys)
        kept.append(part)
    return kept
