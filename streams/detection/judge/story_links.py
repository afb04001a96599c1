"""Which stories an article shows to be one: it is a copy of articles of each.

Two variants of a report may share too little with each other to be copies, until the text comes
from which both were made. Only what is well beyond the border of a copy links, and never an
excerpt, a page of several stories or a template: these have texts of other stories in them.
"""

from __future__ import annotations

from streams.detection.index.segment import COMPILATION, PART, PARTIAL, STANDING, WITHDRAWN
from streams.detection.index.view import View
from streams.detection.judge.matcher import Matcher
from streams.detection.judge.relations import COPY, TEMPLATE, Match

# Of two texts of one length 57 % are common: a copy by more than chance.
LINK_JACCARD = 0.4
# Stories that one article may merge into its own.
MOST_LINKED = 3

_NO_LINK = COMPILATION | PARTIAL | PART | STANDING | WITHDRAWN


def linked(
    serial: int, best: Match, matches: list[Match], view: View, matcher: Matcher
) -> list[int]:
    """Of each other story that is the best match's, one article; `serial` is this article's."""
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
