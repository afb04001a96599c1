"""A story's original: which article it is as far as known, and on what evidence."""

from __future__ import annotations

from schemas.records import OriginalRecord, StoryRecord
from schemas.story import Evidence
from streams.articles.agencies import agency_of_site
from streams.detection.index.row_view import RowView
from streams.detection.index.segment import EMBARGOED, OWN_AGENCY, WITHHELD
from streams.detection.index.story_table import StoryState
from streams.detection.index.view import View
from streams.detection.sketch.evidence import key_of_source
from streams.detection.stories.original_rank import AGENCY, HELD_BACK, LINKED, rank_as_original

# Other publishers that a story's articles name as source; more would be a list of links.
_MOST_LINKS = 8

_REASONS: dict[Evidence, str] = {
    "agency": "{source} is the agency's own site.",
    "link": "Copies name {source} as where they have it from.",
    "published_at": "It was published earlier than the others, as far as they say.",
    "arrival": "It came before the others.",
    "none": "No article of the story may be published yet.",
}


def begun(view: View, first: int, story: StoryState) -> StoryState:
    """The story of one article: that is its original, unless it is withheld."""
    return _challenged(view, first, _named(view, first, story))


def elected(view: View, serial: int, story: StoryState) -> StoryState:
    """The story after an article joined: with that as its original, if its evidence is better."""
    named = _named(view, serial, story)
    if named.links != story.links:  # the link's publisher may be in the story already
        members = view.members(story.names(), story.first, serial)
        return _best(view, members, named)
    return _challenged(view, serial, named)


def _named(view: View, serial: int, story: StoryState) -> StoryState:
    """The story with what an article names: its publisher's agency, or another publisher."""
    row = view.row_view(serial)
    link, own = row.link, row.flags & OWN_AGENCY
    agency = agency_of_site(row.source) if own else None
    if agency and agency not in story.agencies_seen:
        story = story._replace(agencies_seen=[*story.agencies_seen, agency])
    if link and link not in story.links and len(story.links) < _MOST_LINKS:
        story = story._replace(links=[*story.links, link])
    return story


def united(view: View, serial: int, story: StoryState, other: StoryState) -> StoryState:
    """A story that absorbs another: with what both know about their originals."""
    links = list(dict.fromkeys([*story.links, *other.links]))[:_MOST_LINKS]
    agencies = list(dict.fromkeys([*story.agencies_seen, *other.agencies_seen]))
    one = story._replace(links=links, agencies_seen=agencies)
    if links != story.links or links != other.links:  # another's link may name a member of this one
        one = _best(view, view.members(one.names(), one.first, serial), one)
    better = other.original_rank is not None and (
        one.original_rank is None or other.original_rank > one.original_rank
    )
    if better and view.stands(other.original, serial):
        return one.with_original(other.original, other.original_rank)
    return one


def without(view: View, members: list[int], story: StoryState) -> StoryState:
    """The story after its original has left, with the best of these as its original."""
    return _best(view, members, story.with_original(-1, None))


def reconsidered(view: View, before: int, serial: int, story: StoryState) -> StoryState:
    """The story after a member's new version: if that is held back, and the one `before` was not,
    with another original; if it has been released, with that if it is a better one."""
    was_held, is_held = (bool(view.flags(s) & (WITHHELD | EMBARGOED)) for s in (before, serial))
    if was_held and not is_held:
        return _challenged(view, serial, story)
    if was_held == is_held or view.row_view(serial).article_id != story.record["original_id"]:
        return story
    return without(view, view.members(story.names(), story.first, serial), story)


def _best(view: View, serials: list[int], story: StoryState) -> StoryState:
    for serial in serials:
        story = _challenged(view, serial, story)
    return story


def _challenged(view: View, serial: int, story: StoryState) -> StoryState:
    """The story with this member as its original if it is a better one."""
    rank = rank_as_original(
        view.row_view(serial), serial, story.links, view.state.parameters.window_seconds
    )
    if rank.rank == HELD_BACK:
        return story
    if story.original_rank is not None and rank <= tuple(story.original_rank):
        return story
    return story.with_original(serial, list(rank))


def described(view: View, story: StoryState, newest: int) -> OriginalRecord:
    """The original as in events and records; `newest` is the row of its newest version."""
    if story.original < 0:
        return {
            "original_id": None,
            "original_source": None,
            "original_status": "withheld",
            "original_evidence": "none",
            "unseen_agency": unseen_agency(story),
        }
    evidence = _evidence(view.row_view(story.original), story)
    return original_of(view.row_view(newest), evidence, unseen_agency(story))


def original_of(row: RowView, evidence: Evidence, unseen: str | None) -> OriginalRecord:
    """A row's article as the original; `unseen` is the agency of a story without its own."""
    return {
        "original_id": row.article_id,
        "original_source": row.source or None,
        "original_status": row.status,
        "original_evidence": evidence,
        "headline": row.headline or None,
        "unseen_agency": unseen,
    }


def why(original: OriginalRecord, story: StoryRecord) -> str:
    """One sentence on a story's original as described; what is not described has not changed."""
    if original["unseen_agency"]:
        return f"Its articles credit {original['unseen_agency']}, whose own has not been seen."
    evidence = original.get("original_evidence") or story["original_evidence"]
    source = original.get("original_source", story["original_source"])
    return _REASONS[evidence].format(source=source)


def _evidence(row: RowView, story: StoryState) -> Evidence:
    rank, minus_published, _ = story.original_rank or (HELD_BACK, 0, 0)
    if rank == AGENCY:
        return "agency"
    if rank == LINKED and key_of_source(row.source.encode()) in story.links:
        return "link"
    return "published_at" if -minus_published == row.published else "arrival"


def unseen_agency(story: StoryState) -> str | None:
    """The agency that most of the articles credit, unless its own is in the story."""
    for agency in story.record["agencies"]:
        if 2 * agency["articles"] > story.record["articles"]:
            return None if agency["name"] in story.agencies_seen else agency["name"]
    return None
