"""Publishers: whose copies they run and how fast, what credit they give, and whom they feed.

What is counted over one publisher is over its newest articles, so that a page's time does not grow
with the desk; what is counted over all is kept for a minute.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Subquery, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from streams.desk.tables import article, story

COUNTED_ARTICLES = 5000
COUNTED_STORIES = 1000
LISTED = 200
_ROWS = 30

Row = dict[str, Any]


def _sum(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def publishers(connection: Connection) -> list[Row]:
    """The publishers with most articles: how many, which share are copies, credit, last seen."""
    number = func.count()
    rows = connection.execute(
        select(
            article.c.source,
            number.label("articles"),
            _sum(article.c.relation == "copy").label("copies"),
            _sum(article.c.syndicated.is_(True)).label("syndicated"),
            _sum(article.c.credited == "none").label("credit_missing"),
            func.max(article.c.time).label("last_seen"),
        )
        .where(article.c.source.is_not(None))
        .group_by(article.c.source)
        .order_by(number.desc(), article.c.source)
        .limit(LISTED)
    ).mappings()
    return [dict(row) for row in rows]


def publisher(connection: Connection, source: str) -> Row | None:
    """One publisher's figures, over its newest articles; None where it has none."""
    newest = (
        select(article)
        .where(article.c.source == source)
        .order_by(article.c.time.desc(), article.c.article_id.desc())
        .limit(COUNTED_ARTICLES)
        .subquery()
    )
    one = connection.execute(
        select(
            func.count().label("articles"),
            _sum(newest.c.relation == "copy").label("copies"),
            _sum(newest.c.syndicated.is_(True)).label("syndicated"),
            _sum(newest.c.credited == "provider").label("credit_given"),
            _sum(newest.c.credited == "cites").label("credit_cited"),
            _sum(newest.c.credited == "none").label("credit_missing"),
            func.min(newest.c.time).label("first_seen"),
            func.max(newest.c.time).label("last_seen"),
        )
    ).mappings().one()  # fmt: skip
    if not one["articles"]:
        return None
    return {
        "source": source,
        **one,
        "all_counted": one["articles"] < COUNTED_ARTICLES,
        "relations": _grouped(connection, newest, "relation"),
        "languages": _grouped(connection, newest, "language"),
        "agencies": _grouped(connection, newest, "provider"),
        "runs": _runs(connection, newest, source),
        "feeds": _feeds(connection, source),
    }


def _grouped(connection: Connection, newest: Subquery, name: str) -> list[Row]:
    value, number = newest.c[name], func.count()
    rows = connection.execute(
        select(value.label("value"), number.label("articles"))
        .where(value.is_not(None))
        .group_by(value)
        .order_by(number.desc(), value)
        .limit(_ROWS)
    ).mappings()
    return [dict(row) for row in rows]


def _runs(connection: Connection, newest: Subquery, source: str) -> list[Row]:
    """Whose texts it runs: the publishers of their originals, with the usual delay and share."""
    original, number = article.alias(), func.count()
    rows = connection.execute(
        select(
            original.c.source,
            number.label("articles"),
            func.avg(newest.c.time - original.c.time).label("delay"),
            func.avg(newest.c.kept).label("kept"),
            _sum(newest.c.credited == "none").label("credit_missing"),
        )
        .join(original, original.c.article_id == newest.c.original_id)
        .where(original.c.source.is_not(None), original.c.source != source)
        .group_by(original.c.source)
        .order_by(number.desc(), original.c.source)
        .limit(_ROWS)
    ).mappings()
    return [{**row, "delay": int(row["delay"])} for row in rows]


def _feeds(connection: Connection, source: str) -> list[Row]:
    """Who runs its texts: other publishers in the newest stories of which it has the original."""
    stories = (
        select(story.c.story_id, story.c.original_id, story.c.first_seen)
        .where(story.c.original_source == source)
        .order_by(story.c.last_seen.desc())
        .limit(COUNTED_STORIES)
        .subquery()
    )
    number = func.count()
    rows = connection.execute(
        select(
            article.c.source,
            number.label("articles"),
            func.count(func.distinct(stories.c.story_id)).label("stories"),
            func.avg(article.c.time - stories.c.first_seen).label("delay"),
            func.avg(article.c.kept).label("kept"),
        )
        .join(stories, stories.c.story_id == article.c.story_id)
        .where(article.c.source.is_not(None), article.c.source != source)
        .group_by(article.c.source)
        .order_by(number.desc(), article.c.source)
        .limit(_ROWS)
    ).mappings()
    return [{**row, "delay": int(row["delay"])} for row in rows]


def agencies(connection: Connection) -> list[Row]:
    """Agencies whose stories are kept: how many, how far they spread, and how they are credited."""
    number = func.count()
    rows = connection.execute(
        select(
            story.c.agency.label("name"),
            number.label("stories"),
            func.sum(story.c.articles).label("articles"),
            func.sum(story.c.credit_given).label("credit_given"),
            func.sum(story.c.credit_cited).label("credit_cited"),
            func.sum(story.c.credit_missing).label("credit_missing"),
            _sum(story.c.unseen_agency.is_not(None)).label("unseen"),
        )
        .where(story.c.agency.is_not(None))
        .group_by(story.c.agency)
        .order_by(number.desc(), story.c.agency)
        .limit(LISTED)
    ).mappings()
    return [{name: _whole(value) for name, value in row.items()} for row in rows]


def _whole(value: Any) -> Any:
    """Sums are decimals in PostgreSQL."""
    return value if value is None or isinstance(value, str | int | float) else int(value)


def agency(connection: Connection, name: str) -> Row | None:
    """One agency, over its newest stories: who ran them, credited or not, how much was cut."""
    stories = (
        select(story)
        .where(story.c.agency == name)
        .order_by(story.c.last_seen.desc(), story.c.story_id)
        .limit(COUNTED_STORIES)
        .cte("stories")
    )
    total = connection.execute(
        select(
            func.count().label("stories"),
            func.coalesce(func.sum(stories.c.articles), 0).label("articles"),
            func.coalesce(func.sum(stories.c.credit_given), 0).label("credit_given"),
            func.coalesce(func.sum(stories.c.credit_cited), 0).label("credit_cited"),
            func.coalesce(func.sum(stories.c.credit_missing), 0).label("credit_missing"),
        )
    ).mappings().one()  # fmt: skip
    if not total["stories"]:
        return None
    number = func.count()
    ran = connection.execute(
        select(
            article.c.source,
            number.label("articles"),
            _sum(article.c.credited == "provider").label("credit_given"),
            _sum(article.c.credited == "cites").label("credit_cited"),
            _sum(article.c.credited == "none").label("credit_missing"),
            func.avg(1 - article.c.kept).label("cut"),
        )
        .join(stories, stories.c.story_id == article.c.story_id)
        .where(
            article.c.source.is_not(None),
            article.c.article_id != func.coalesce(stories.c.original_id, ""),
        )
        .group_by(article.c.source)
        .order_by(number.desc(), article.c.source)
        .limit(2 * _ROWS)
    ).mappings()
    shown = connection.execute(
        select(stories).order_by(stories.c.last_seen.desc(), stories.c.story_id).limit(_ROWS)
    ).mappings()
    return {
        "name": name,
        **{key: _whole(value) for key, value in total.items()},
        "all_counted": total["stories"] < COUNTED_STORIES,
        "ran": [dict(row) for row in ran],
        "newest": [dict(row) for row in shown],
    }
