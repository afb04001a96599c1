"""Which stories an article links: it is a copy of an article in each of them.

Two variants of a report may share too little to be copies, until the text arrives
from which both were made. Only clear copies link stories, and never an
excerpt, a page of several stories or a template: these contain texts of other stories.
"""

from __future__ import annotations

from streams.detection.index.segment import COMPILATION, PART, PARTIAL, STANDING, WITHDRAWN
from streams.detection.index.view import View
from streams.detection.judge.matcher import Matcher
from streams.detection.judge.relations import COPY, TEMPLATE, Match

# Two texts of the same length then have 57 % in common: a copy by more than chance.
LINK_JACCARD = 0.4
# The most stories that one article may merge into its own.
MOST_LINKED = 3

_NO_LINK = COMPILATION | PARTIAL | PART | STANDING | WITHDRAWN


def linked(
    serial: int, best: Match, matches: list[Match], view: View, matcher: Matcher
) -> list[int]:
    """One article of each story other than the best match's; `serial` is this article's."""
    if len(matches) < 2 or not _links(serial, best, view):
        return []
    home = view.story_id(best.serial)
    templates = {view.story_id(m.serial) for m in matches if m.relation == TEMPLATE}
    if home in templates:
        return []
    found: dict[bytes, int] = {}
    for match in matches:
        name = view.story_id(match.serial)
        if name == home or name in found or name in templates or not _links(serial, match, view):
            continue
        between = matcher.among(best.serial, [match.serial])
        if not between or between[0].relation != TEMPLATE:
            found[name] = match.serial
        if len(found) == MOST_LINKED:
            break
    return list(found.values())


def _links(serial: int, match: Match, view: View) -> bool:
    return (
        match.member
        and match.relation == COPY
        and match.jaccard >= LINK_JACCARD
        and not view.flags(match.serial) & _NO_LINK
        and view.newest(match.serial, serial) == match.serial
    )
