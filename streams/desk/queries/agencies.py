"""Agencies: how far their stories spread, who runs them, and how they are credited.

What is counted over one agency is over its newest stories; see `publishers`.
"""

from __future__ import annotations

from typing import Any, TypedDict, cast

from sqlalchemy import Connection, func, select

from streams.desk.queries.publishers import COUNTED_STORIES, LISTED, ROWS, sum_of
from streams.desk.table_rows import Row, StoryRow, rows_of
from streams.desk.tables import article, story


class AgencyTotals(TypedDict):
    """An agency's stories, their articles, and how these credit it."""

    stories: int
    articles: int
    credit_given: int
    credit_cited: int
    credit_missing: int


class ListedAgency(AgencyTotals):
    """An agency in the list. `unseen`: of how many stories its own publication is missing."""

    name: str
    unseen: int


class RanBy(TypedDict):
    """A publisher of an agency's stories: how it credits them, and what share it cuts."""

    source: str
    articles: int
    credit_given: int
    credit_cited: int
    credit_missing: int
    cut: float | None


class Agency(AgencyTotals):
    """One agency. `all_counted`: the figures cover all its stories."""

    name: str
    all_counted: bool
    ran: list[RanBy]
    newest: list[StoryRow]


def agencies(connection: Connection) -> list[ListedAgency]:
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
            sum_of(story.c.unseen_agency.is_not(None)).label("unseen"),
        )
        .where(story.c.agency.is_not(None))
        .group_by(story.c.agency)
        .order_by(number.desc(), story.c.agency)
        .limit(LISTED)
    )
    return [_whole_numbers(row) for row in rows_of(ListedAgency, rows)]


def _whole_numbers(row: Row) -> Row:
    """Sums are decimals in PostgreSQL."""
    return cast("Row", {name: _whole(value) for name, value in row.items()})


def _whole(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float) else int(value)


def agency(connection: Connection, name: str) -> Agency | None:
    """One agency, over its newest stories: who ran them, credited or not, how much was cut."""
    stories = (
        select(story)
        .where(story.c.agency == name)
        .order_by(story.c.last_seen.desc(), story.c.story_id)
        .limit(COUNTED_STORIES)
        .cte("stories")
    )
    found = connection.execute(
        select(
            func.count().label("stories"),
            func.coalesce(func.sum(stories.c.articles), 0).label("articles"),
            func.coalesce(func.sum(stories.c.credit_given), 0).label("credit_given"),
            func.coalesce(func.sum(stories.c.credit_cited), 0).label("credit_cited"),
            func.coalesce(func.sum(stories.c.credit_missing), 0).label("credit_missing"),
        )
    )
    [total] = rows_of(AgencyTotals, found)
    if not total["stories"]:
        return None
    number = func.count()
    ran = connection.execute(
        select(
            article.c.source,
            number.label("articles"),
            sum_of(article.c.credited == "provider").label("credit_given"),
            sum_of(article.c.credited == "cites").label("credit_cited"),
            sum_of(article.c.credited == "none").label("credit_missing"),
            func.avg(1 - article.c.kept).label("cut"),
        )
        .join(stories, stories.c.story_id == article.c.story_id)
        .where(
            article.c.source.is_not(None),
            article.c.relation != "withdrawn",
            article.c.article_id != func.coalesce(stories.c.original_id, ""),
        )
        .group_by(article.c.source)
        .order_by(number.desc(), article.c.source)
        .limit(2 * ROWS)
    )
    shown = connection.execute(
        select(stories).order_by(stories.c.last_seen.desc(), stories.c.story_id).limit(ROWS)
    )
    return {
        "name": name,
        **_whole_numbers(total),
        "all_counted": total["stories"] < COUNTED_STORIES,
        "ran": rows_of(RanBy, ran),
        "newest": rows_of(StoryRow, shown),
    }
