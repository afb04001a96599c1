"""The list of stories: searched, filtered, ordered, a page at a time, with counts to filter by."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from streams.desk import search_index
from streams.desk.filters import PAGE_ROWS, Filters, cursor
from streams.desk.queries.articles import FOUND_ARTICLES
from streams.desk.tables import article, story

# Counts beside filters are over so many stories, the first in the list's order: beyond, a list
# would take longer the more there is.
COUNTED_STORIES = 2000
_FACET_ROWS = 12

Row = dict[str, Any]
_ORDER = {
    "newest": story.c.last_seen,
    "copied": story.c.articles,
    "fastest": story.c.first_hour,
}


def stories_page(connection: Connection, filters: Filters) -> Row:
    """-> `stories` of the page, `next` where there are more, `facets`, and what was counted."""
    order = _ORDER[filters.get("sort") or "newest"]
    conditions = _conditions(connection, filters)
    wanted = select(story).where(*conditions)
    after = filters.get("after")
    if after is not None:
        number, story_id = after
        wanted = wanted.where(
            or_(order < number, and_(order == number, story.c.story_id < story_id))
        )
    wanted = wanted.order_by(order.desc(), story.c.story_id.desc()).limit(PAGE_ROWS + 1)
    rows = [dict(row) for row in connection.execute(wanted).mappings()]
    more = len(rows) > PAGE_ROWS
    rows = rows[:PAGE_ROWS]
    last = rows[-1] if rows else None
    return {
        "stories": rows,
        "next": cursor(last[order.name], last["story_id"]) if more and last else None,
        **_facets(connection, conditions, order),
    }


def _conditions(connection: Connection, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for name, value in filters.values.items():
        condition = _condition(connection, name, value)
        if condition is not None:
            conditions.append(condition)
    return conditions


def _condition(connection: Connection, name: str, value: Any) -> Any:
    """A filter's condition, or None where the name is none of a filter."""
    if name == "q":
        return story.c.story_id.in_(_found(connection, value))
    make = _CONDITIONS.get(name)
    return None if make is None else make(value)


def _either(yes: str, condition: ColumnElement[bool]) -> Callable[[str], Any]:
    """Of a filter with two values, of which `yes` is the condition and the other is not."""
    return lambda value: condition if value == yes else ~condition


_CREDIT = {
    "given": story.c.credit_given,
    "cited": story.c.credit_cited,
    "missing": story.c.credit_missing,
}
_CONDITIONS: dict[str, Callable[[Any], Any]] = {
    "publisher": lambda value: story.c.story_id.in_(_stories_of(article.c.source == value)),
    "relation": lambda value: story.c.story_id.in_(_stories_of(article.c.relation == value)),
    "agency": lambda value: story.c.agency == value,
    "language": lambda value: story.c.language == value,
    "since": lambda value: story.c.last_seen >= value,
    "until": lambda value: story.c.first_seen < value,
    "least": lambda value: story.c.copies >= value,
    "credit": lambda value: _CREDIT[value] > 0,
    "original": _either("unseen", story.c.unseen_agency.is_not(None)),
    "withdrawn": _either("yes", story.c.original_status == "canceled"),
}


def _stories_of(condition: ColumnElement[bool]) -> Select[Any]:
    return select(article.c.story_id).where(condition, article.c.story_id.is_not(None))


def _found(connection: Connection, query: str) -> Select[Any]:
    matching = search_index.matching(connection.dialect.name, query).subquery()
    newest = select(matching.c.n).order_by(matching.c.n.desc()).limit(FOUND_ARTICLES)
    return _stories_of(article.c.n.in_(newest))


def _facets(
    connection: Connection, conditions: list[ColumnElement[bool]], order: ColumnElement[Any]
) -> Row:
    """Name of a filter -> [{value, stories}], the most frequent first; how many were counted."""
    counted = (
        select(story)
        .where(*conditions)
        .order_by(order.desc(), story.c.story_id.desc())
        .limit(COUNTED_STORIES)
        .cte("counted")
    )
    members = select(
        article.c.story_id, article.c.source, article.c.relation
    ).join(counted, counted.c.story_id == article.c.story_id).cte("members")  # fmt: skip

    def by(name: str, value: ColumnElement[Any], where: ColumnElement[bool]) -> Select[Any]:
        table = value.table if hasattr(value, "table") else counted
        number = func.count(func.distinct(table.c.story_id))
        return (
            select(literal(name).label("name"), value.label("value"), number.label("stories"))
            .select_from(table)
            .where(where)
            .group_by(value)
        )

    parts = union_all(
        by("agency", counted.c.agency, counted.c.agency.is_not(None)),
        by("language", counted.c.language, counted.c.language.is_not(None)),
        by("publisher", members.c.source, members.c.source.is_not(None)),
        by("relation", members.c.relation, members.c.relation.is_not(None)),
    )
    flags = select(
        func.count(),
        func.count(counted.c.story_id).filter(counted.c.credit_missing > 0),
        func.count(counted.c.story_id).filter(counted.c.unseen_agency.is_not(None)),
        func.count(counted.c.story_id).filter(counted.c.original_status == "canceled"),
    ).select_from(counted)
    facets: dict[str, list[Row]] = {
        name: [] for name in ("agency", "publisher", "language", "relation")
    }
    for row in connection.execute(parts):
        facets[row.name].append({"value": row.value, "stories": row.stories})
    for name, rows in facets.items():
        facets[name] = sorted(rows, key=lambda row: (-row["stories"], row["value"]))[:_FACET_ROWS]
    total, missing, unseen, withdrawn = connection.execute(flags).one()
    facets["credit"] = [{"value": "missing", "stories": missing}]
    facets["original"] = [{"value": "unseen", "stories": unseen}]
    facets["withdrawn"] = [{"value": "yes", "stories": withdrawn}]
    return {"facets": facets, "counted": total, "all_counted": total < COUNTED_STORIES}
