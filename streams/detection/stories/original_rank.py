"""How good an original of its story an article would be.

Ranked, best first: an agency's own publication; a link, by which copies name the publisher as
their source; the earlier time of publication; the earlier arrival. An article that credits
an agency or links elsewhere is a copy by its own account and ranks below all that do not.
"""

from __future__ import annotations

from typing import NamedTuple

from streams.detection.index.row_view import RowView
from streams.detection.index.segment import EMBARGOED, OWN_AGENCY, PART, WITHDRAWN, WITHHELD
from streams.detection.sketch.evidence import key_of_source

# Ranks of an article as its story's original.
HELD_BACK, PART_OF_PAGE, COPY_BY_ITS_OWN_ACCOUNT, UNKNOWN, LINKED, AGENCY = range(6)


class OriginalRank(NamedTuple):
    """How good an original an article is; higher is better."""

    rank: int
    minus_published: int  # seconds since 1970, negated: the earlier, the higher
    minus_serial: int


def rank_as_original(
    row: RowView, serial: int, links: list[int], window_seconds: int
) -> OriginalRank:
    """How good an original this row's article is, if a story's articles name `links`.

    A time of publication after the arrival, or before the window, is ignored.
    """
    flags = row.flags
    arrived = row.time // 1000
    published = row.published
    if not arrived - window_seconds <= published <= arrived:
        published = arrived
    return OriginalRank(_rank(row, flags, links), -published, -serial)


def _rank(row: RowView, flags: int, links: list[int]) -> int:
    if flags & (WITHHELD | EMBARGOED | WITHDRAWN):
        return HELD_BACK
    if flags & PART:
        return PART_OF_PAGE
    if flags & OWN_AGENCY:
        return AGENCY
    if links and key_of_source(row.source.encode()) in links:
        return LINKED
    return COPY_BY_ITS_OWN_ACCOUNT if row.provider or row.link else UNKNOWN
