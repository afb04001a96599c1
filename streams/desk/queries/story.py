"""One story: its record, members, linked articles, events and spread."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, func, or_, select

from streams.desk.filters import Filters, cursor
from streams.desk.mergers import successors
from streams.desk.queries.articles import article_event
from streams.desk.tables import article, link, story, story_event

MEMBER_ROWS = 100
LINKED_ROWS = 50
EVENT_ROWS = 200
# A timeline with more marks would be a smear, and larger than the rest of the page.
TIMELINE_MARKS = 300

Row = dict[str, Any]

_MEMBER = (
    article.c.article_id, article.c.source, article.c.family, article.c.title, article.c.language,
    article.c.time, article.c.status, article.c.relation, article.c.provider, article.c.credited,
    article.c.jaccard, article.c.kept, article.c.reason, article.c.matched_id, article.c.words,
    article.c.embargoed_until, article.c.digest,
)  # fmt: skip


def story_record(connection: Connection, story_id: str) -> Row | None:
    """The story's row, or None if there is no such story."""
    found = connection.execute(select(story).where(story.c.story_id == story_id)).mappings().first()
    return None if found is None else dict(found)


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


def members(connection: Connection, record: Row, filters: Filters) -> Row:
    """A page of the members, oldest first, with the delay to the original; `next`."""
    wanted = (
        select(*_MEMBER)
        .where(article.c.story_id == record["story_id"])
        .order_by(article.c.time, article.c.article_id)
        .limit(MEMBER_ROWS + 1)
    )
    after = filters.get("after")
    if after is not None:
        number, article_id = after
        wanted = wanted.where(
            or_(
                article.c.time > number,
                (article.c.time == number) & (article.c.article_id > article_id),
            )
        )
    rows = [dict(row) for row in connection.execute(wanted).mappings()]
    more, rows = len(rows) > MEMBER_ROWS, rows[:MEMBER_ROWS]
    began = original_time(connection, record)
    for row in rows:
        row["is_original"] = row["article_id"] == record["original_id"]
        row["delay"] = row["time"] - began
    last = rows[-1] if rows else None
    return {
        "members": rows,
        "next": cursor(last["time"], last["article_id"]) if more and last else None,
    }


def original_time(connection: Connection, record: Row) -> int:
    """When the original arrived; when the story began, if the original is no longer stored."""
    found = connection.scalar(
        select(article.c.time).where(article.c.article_id == record["original_id"])
    )
    return int(record["first_seen"] if found is None else found)


def spread(connection: Connection, record: Row) -> Row:
    """The marks of the timeline: the first articles by time, and how many more there are."""
    rows = connection.execute(
        select(
            article.c.article_id, article.c.time, article.c.source, article.c.relation,
            article.c.credited,
        )
        .where(article.c.story_id == record["story_id"])
        .order_by(article.c.time, article.c.article_id)
        .limit(TIMELINE_MARKS)
    ).mappings()  # fmt: skip
    marks = [dict(row) for row in rows]
    return {
        "began": original_time(connection, record),
        "marks": marks,
        "more": max(0, record["articles"] - len(marks)),
    }


def linked(connection: Connection, story_id: str) -> list[Row]:
    """Articles of other stories that a member resembles, or that resemble a member."""
    other = article.alias()
    inside = select(article.c.article_id).where(article.c.story_id == story_id)
    columns = (
        link.c.relation, link.c.jaccard, link.c.of_this, link.c.of_other, link.c.reason,
        other.c.article_id, other.c.source, other.c.title, other.c.time, other.c.story_id,
        other.c.status,
    )  # fmt: skip
    found: dict[str, Row] = {}
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
        for row in rows.mappings():
            found.setdefault(row["article_id"], dict(row))
    return sorted(found.values(), key=lambda row: -row["jaccard"])[:LINKED_ROWS]


def events(connection: Connection, story_id: str) -> list[Row]:
    """The last events of a story, the newest first."""
    rows = connection.execute(
        select(story_event)
        .where(story_event.c.story_id == story_id)
        .order_by(story_event.c.sequence.desc())
        .limit(EVENT_ROWS)
    ).mappings()
    return [dict(row) for row in rows]


def families(connection: Connection, story_id: str) -> list[Row]:
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
    ).mappings()
    return [dict(row) for row in rows]


def original_of(connection: Connection, record: Row) -> Row | None:
    """The whole event of the story's original, if stored."""
    if record["original_id"] is None:
        return None
    return article_event(connection, record["original_id"])
