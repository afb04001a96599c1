"""The match that makes an article a member of the other's story."""

from __future__ import annotations

from streams.detection.index.segment import COMPILATION, PARTIAL
from streams.detection.index.view import View
from streams.detection.judge.relations import COPY, EXCERPT, Match


def best_to_join(matches: list[Match], view: View) -> Match | None:
    """The best such match; `matches` are best first. What was cut from a page of several stories
    belongs to at most one of them, and not to the page. A copy of an excerpt is an excerpt, too:
    of the article that has the whole text."""
    for match in matches:
        if match.member and match.relation == COPY:
            return _of_whole(match, matches, view) if view.flags(match.serial) & PARTIAL else match
        if match.member and not view.flags(match.serial) & COMPILATION:
            return match
    return None


def _of_whole(copied: Match, matches: list[Match], view: View) -> Match:
    """The match with the article that the copied one, of the same story, is an excerpt of."""
    home = view.story_id(copied.serial)
    for match in matches:
        whole = not view.flags(match.serial) & (PARTIAL | COMPILATION)
        cut = whole and match.member and match.relation == EXCERPT
        if cut and view.story_id(match.serial) == home:
            return match
    return copied
