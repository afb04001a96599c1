"""Publishers: whose copies they run and how fast, what credit they give, and whom they feed.

What is counted over one publisher is over its newest articles, so that a page's time does not grow
with the desk; what is counted over all is kept for a minute.
"""

from __future__ import annotations

from typing import Any, TypedDict

from sqlalchemy import Connection, Subquery, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from streams.desk.table_rows import rows_of
from streams.desk.tables import article, story

COUNTED_ARTICLES = 5000
COUNTED_STORIES = 1000
LISTED = 200
ROWS = 30


class ListedPublisher(TypedDict):
    """A publisher in the list: numbers of articles, and the time of the newest."""

    source: str
    articles: int
    copies: int
    syndicated: int
    credit_missing: int
    last_seen: int


class Figures(TypedDict):
    """Numbers of a publisher's articles, and the times of the first and the newest."""

    articles: int
    copies: int
    syndicated: int
    credit_given: int
    credit_cited: int
    credit_missing: int
    first_seen: int
    last_seen: int


class Group(TypedDict):
    """How many articles have a value."""

    value: str
    articles: int


class Supplier(TypedDict):
    """Whose texts a publisher runs, how many milliseconds later, and what share it keeps."""

    source: str
    articles: int
    delay: float
    kept: float | None
    credit_missing: int


class Customer(TypedDict):
    """Who runs a publisher's texts, how many milliseconds later, and what share they keep."""

    source: str
    articles: int
    stories: int
    delay: float
    kept: float | None


class Publisher(Figures):
    """One publisher. `all_counted`: the figures cover all its articles."""

    source: str
    all_counted: bool
    relations: list[Group]
    languages: list[Group]
    agencies: list[Group]
    runs: list[Supplier]
    feeds: list[Customer]


def sum_of(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """How many rows meet a condition."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def publishers(connection: Connection) -> list[ListedPublisher]:
    """The publishers with most articles: how many, which share are copies, credit, last seen."""
    number = func.count()
    rows = connection.execute(
        select(
            article.c.source,
            number.label("articles"),
            sum_of(article.c.relation == "copy").label("copies"),
            sum_of(article.c.syndicated.is_(True)).label("syndicated"),
            sum_of(article.c.credited == "none").label("credit_missing"),
            func.max(article.c.time).label("last_seen"),
        )
        .where(article.c.source.is_not(None))
        .group_by(article.c.source)
        .order_by(number.desc(), article.c.source)
        .limit(LISTED)
    )
    return rows_of(ListedPublisher, rows)


def publisher(connection: Connection, source: str) -> Publisher | None:
    """One publisher's figures, over its newest articles; None where it has none."""
    newest = (
        select(article)
        .where(article.c.source == source)
        .order_by(article.c.time.desc(), article.c.article_id.desc())
        .limit(COUNTED_ARTICLES)
        .subquery()
    )
    found = connection.execute(
        select(
            func.count().label("articles"),
            sum_of(newest.c.relation == "copy").label("copies"),
            sum_of(newest.c.syndicated.is_(True)).label("syndicated"),
            sum_of(newest.c.credited == "provider").label("credit_given"),
            sum_of(newest.c.credited == "cites").label("credit_cited"),
            sum_of(newest.c.credited == "none").label("credit_missing"),
            func.min(newest.c.time).label("first_seen"),
            func.max(newest.c.time).label("last_seen"),
        )
    )
    [one] = rows_of(Figures, found)
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


def _grouped(connection: Connection, newest: Subquery, name: str) -> list[Group]:
    value, number = newest.c[name], func.count()
    rows = connection.execute(
        select(value.label("value"), number.label("articles"))
        .where(value.is_not(None))
        .group_by(value)
        .order_by(number.desc(), value)
        .limit(ROWS)
    )
    return rows_of(Group, rows)


def _runs(connection: Connection, newest: Subquery, source: str) -> list[Supplier]:
    """Whose texts it runs: the publishers of their originals, with the usual delay and share."""
    original, number = article.alias(), func.count()
    rows = connection.execute(
        select(
            original.c.source,
            number.label("articles"),
            func.avg(newest.c.time - original.c.time).label("delay"),
            func.avg(newest.c.kept).label("kept"),
            sum_of(newest.c.credited == "none").label("credit_missing"),
        )
        .join(original, original.c.article_id == newest.c.original_id)
        .where(original.c.source.is_not(None), original.c.source != source)
        .group_by(original.c.source)
        .order_by(number.desc(), original.c.source)
        .limit(ROWS)
    )
    return [{**row, "delay": int(row["delay"])} for row in rows_of(Supplier, rows)]


def _feeds(connection: Connection, source: str) -> list[Customer]:
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
        .limit(ROWS)
    )
    return [{**row, "delay": int(row["delay"])} for row in rows_of(Customer, rows)]
