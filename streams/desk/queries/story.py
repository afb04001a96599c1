"""One story: its record, members, linked articles, events and spread."""

from __future__ import annotations

from typing import Literal, TypedDict

from sqlalchemy import Connection, func, or_, select

from schemas.enriched_article import MatchRelation, Relation
from schemas.raw_article import Status
from schemas.records import EnrichedArticleRecord
from streams.desk.filters import Filters, cursor
from streams.desk.mergers import successors
from streams.desk.queries.articles import article_event
from streams.desk.table_rows import EventRow, ShownArticle, StoryRow, row_of, rows_of
from streams.desk.tables import article, link, story, story_event

MEMBER_ROWS = 100
LINKED_ROWS = 50
EVENT_ROWS = 200
# A timeline with more marks would be a smear, and larger than the rest of the page.
TIMELINE_MARKS = 300

_MEMBER = (
    article.c.article_id, article.c.source, article.c.family, article.c.title, article.c.language,
    article.c.time, article.c.status, article.c.relation, article.c.provider, article.c.credited,
    article.c.jaccard, article.c.kept, article.c.reason, article.c.matched_id, article.c.words,
    article.c.embargoed_until, article.c.digest,
)  # fmt: skip


class MemberRow(ShownArticle):
    """An article of the story."""

    family: str | None
    jaccard: float | None
    reason: str | None
    matched_id: str | None
    digest: str


class Member(MemberRow):
    """With its delay to the original, in milliseconds."""

    is_original: bool
    delay: int


class MembersPage(TypedDict):
    """`next` leads to the page that follows, if there is one."""

    members: list[Member]
    next: str | None


class Mark(TypedDict):
    """An article on the timeline."""

    article_id: str
    time: int
    source: str | None
    relation: Relation
    credited: Literal["provider", "cites", "none"] | None


class Spread(TypedDict):
    """The first marks by time, and how many more there are."""

    began: int
    marks: list[Mark]
    more: int


class LinkedArticle(TypedDict):
    """An article of another story: what it is to a member of this one. The `reason` is of the
    verdict on `verdict_of`, which may be the member."""

    relation: MatchRelation
    jaccard: float
    of_this: float
    of_other: float
    reason: str
    verdict_of: str
    article_id: str
    source: str | None
    title: str | None
    time: int
    story_id: str | None
    status: Status


# What the other article is to the one that the verdict is on.
_REVERSE: dict[MatchRelation, MatchRelation] = {
    "excerpt": "expansion",
    "expansion": "excerpt",
    "compilation": "excerpt",
}


class Family(TypedDict):
    """An owner of publishers, by name."""

    family: str
    articles: int
    publishers: int


def story_record(connection: Connection, story_id: str) -> StoryRow | None:
    """The story's row, or None if there is no such story."""
    wanted = select(story).where(story.c.story_id == story_id)
    return row_of(StoryRow, connection.execute(wanted))


def lone_article(connection: Connection, story_id: str) -> str | None:
    """The id of an article that is alone under a story's id: it has no story yet."""
    found: str | None = connection.scalar(
        select(article.c.article_id).where(article.c.story_id == story_id).limit(1)
    )
    return found


def successor(connection: Connection, story_id: str) -> str | None:
    """Where the articles of a story that no longer exists are now."""
    if merged := successors(connection, [story_id]):
        return merged[story_id]
    left = select(story_event.c.article_id).where(story_event.c.story_id == story_id)
    found: str | None = connection.scalar(
        select(article.c.story_id)
        .join(story, story.c.story_id == article.c.story_id)
        .where(article.c.article_id.in_(left), article.c.story_id != story_id)
        .group_by(article.c.story_id)
        .order_by(func.count().desc())
        .limit(1)
    )
    return found


def members(connection: Connection, record: StoryRow, filters: Filters) -> MembersPage:
    """A page of the members, oldest first, with the delay to the original; `next`."""
    wanted = (
        select(*_MEMBER)
        .where(article.c.story_id == record["story_id"])
        .order_by(article.c.time, article.c.article_id)
        .limit(MEMBER_ROWS + 1)
    )
    after = filters.place("after")
    if after is not None:
        number, article_id = after
        wanted = wanted.where(
            or_(
                article.c.time > number,
                (article.c.time == number) & (article.c.article_id > article_id),
            )
        )
    listed = rows_of(MemberRow, connection.execute(wanted))
    more, began = len(listed) > MEMBER_ROWS, original_time(connection, record)
    rows: list[Member] = [
        {
            **row,
            "is_original": row["article_id"] == record["original_id"],
            "delay": row["time"] - began,
        }
        for row in listed[:MEMBER_ROWS]
    ]
    last = rows[-1] if rows else None
    return {
        "members": rows,
        "next": cursor(last["time"], last["article_id"]) if more and last else None,
    }


def original_time(connection: Connection, record: StoryRow) -> int:
    """When the original arrived; when the story began, if the original is no longer stored."""
    found = connection.scalar(
        select(article.c.time).where(article.c.article_id == record["original_id"])
    )
    return int(record["first_seen"] if found is None else found)


def spread(connection: Connection, record: StoryRow) -> Spread:
    """The marks of the timeline: the first articles by time, and how many more there are."""
    rows = connection.execute(
        select(
            article.c.article_id, article.c.time, article.c.source, article.c.relation,
            article.c.credited,
        )
        .where(article.c.story_id == record["story_id"])
        .order_by(article.c.time, article.c.article_id)
        .limit(TIMELINE_MARKS)
    )  # fmt: skip
    marks = rows_of(Mark, rows)
    # Not as the record counts: it knows nothing of what is kept, and leaves out withdrawn copies.
    kept = select(func.count()).where(article.c.story_id == record["story_id"])
    more = 0 if len(marks) < TIMELINE_MARKS else int(connection.scalar(kept) or 0) - len(marks)
    return {"began": original_time(connection, record), "marks": marks, "more": more}


def linked(connection: Connection, story_id: str) -> list[LinkedArticle]:
    """Articles of other stories that a member resembles, or that resemble a member."""
    other = article.alias()
    inside = select(article.c.article_id).where(article.c.story_id == story_id)
    columns = (
        link.c.relation, link.c.jaccard, link.c.of_this, link.c.of_other, link.c.reason,
        link.c.article_id.label("verdict_of"), other.c.article_id, other.c.source, other.c.title,
        other.c.time, other.c.story_id, other.c.status,
    )  # fmt: skip
    found: dict[str, LinkedArticle] = {}
    for theirs, ours in (
        (link.c.article_id, link.c.other_id),
        (link.c.other_id, link.c.article_id),
    ):
        rows = connection.execute(
            select(*columns)
            .join(other, other.c.article_id == theirs)
            .where(ours.in_(inside), func.coalesce(other.c.story_id, "") != story_id)
            .order_by(link.c.jaccard.desc())
            .limit(LINKED_ROWS)
        )
        for row in rows_of(LinkedArticle, rows):
            found.setdefault(row["article_id"], _seen_from_member(row))
    return sorted(found.values(), key=lambda row: -row["jaccard"])[:LINKED_ROWS]


def _seen_from_member(row: LinkedArticle) -> LinkedArticle:
    if row["verdict_of"] == row["article_id"]:
        return row
    return {
        **row,
        "relation": _REVERSE.get(row["relation"], row["relation"]),
        "of_this": row["of_other"],
        "of_other": row["of_this"],
    }


def events(connection: Connection, story_id: str) -> list[EventRow]:
    """The last events of a story, the newest first."""
    rows = connection.execute(
        select(story_event)
        .where(story_event.c.story_id == story_id)
        .order_by(story_event.c.sequence.desc())
        .limit(EVENT_ROWS)
    )
    return rows_of(EventRow, rows)


def families(connection: Connection, story_id: str) -> list[Family]:
    """Articles by who owns their publishers."""
    number = func.count()
    rows = connection.execute(
        select(
            article.c.family,
            number.label("articles"),
            func.count(func.distinct(article.c.source)).label("publishers"),
        )
        .where(article.c.story_id == story_id, article.c.family.is_not(None))
        .group_by(article.c.family)
        .order_by(number.desc(), article.c.family)
        .limit(MEMBER_ROWS)
    )
    return rows_of(Family, rows)


def original_of(connection: Connection, record: StoryRow) -> EnrichedArticleRecord | None:
    """The whole event of the story's original, if stored."""
    if record["original_id"] is None:
        return None
    return article_event(connection, record["original_id"])
