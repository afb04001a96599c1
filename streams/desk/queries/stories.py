"""The list of stories: searched, filtered, ordered, a page at a time, with counts to filter by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Literal, TypedDict

from sqlalchemy import BigInteger, Connection, Select, and_, exists, func, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from streams.desk.counting import RELATION_BITS
from streams.desk.filters import PAGE_ROWS, Filters, Value, cursor
from streams.desk.queries.search import among_found
from streams.desk.table_rows import StoryRow, rows_of
from streams.desk.tables import article, story

# Counts beside filters cover this many stories, the first in the list's order: otherwise a list
# would get slower as the database grows.
COUNTED_STORIES = 500
_FACET_ROWS = 12
_MANY_ARTICLES = 10_000

_ORDER: dict[str, Literal["last_seen", "articles", "first_hour"]] = {
    "newest": "last_seen",
    "copied": "articles",
    "fastest": "first_hour",
}


class FacetRow(TypedDict):
    """How many stories have a filter's value."""

    value: str
    stories: int


class Facets(TypedDict):
    """By name of the filter, the most frequent values first; how many stories were counted."""

    facets: dict[str, list[FacetRow]]
    counted: int
    all_counted: bool


class StoriesPage(Facets):
    """`next` leads to the page that follows, if there is one."""

    stories: list[StoryRow]
    next: str | None


def stories_page(connection: Connection, filters: Filters) -> StoriesPage:
    """A page of stories, in the order and with the filters asked for."""
    ordered_by = _ORDER[filters.word("sort") or "newest"]
    order = story.c[ordered_by]
    conditions = _conditions(connection, filters)
    first = _first(connection, conditions, order)
    after = filters.place("after")
    if after is None:
        listed = [row["story_id"] for row in first[: PAGE_ROWS + 1]]
        conditions = [story.c.story_id.in_(listed)]
    else:
        number, story_id = literal(after[0], BigInteger), after[1]
        conditions.append(or_(order < number, and_(order == number, story.c.story_id < story_id)))
    wanted = select(story).where(*conditions).order_by(order.desc(), story.c.story_id.desc())
    rows = rows_of(StoryRow, connection.execute(wanted.limit(PAGE_ROWS + 1)))
    more = len(rows) > PAGE_ROWS
    rows = rows[:PAGE_ROWS]
    last = rows[-1] if rows else None
    return {
        "stories": rows,
        "next": cursor(last[ordered_by], last["story_id"]) if more and last else None,
        **_facets(connection, first),
    }


class _Counted(TypedDict):
    """What is counted of a story beside filters."""

    story_id: str
    agency: str | None
    language: str
    credit_missing: int
    unseen_agency: str | None
    original_status: str
    relations: int


def _first(
    connection: Connection, conditions: list[ColumnElement[bool]], order: ColumnElement[Any]
) -> list[_Counted]:
    """The first stories of a list, from its beginning."""
    rows = connection.execute(
        select(
            story.c.story_id, story.c.agency, story.c.language, story.c.credit_missing,
            story.c.unseen_agency, story.c.original_status, story.c.relations,
        )
        .where(*conditions)
        .order_by(order.desc(), story.c.story_id.desc())
        .limit(COUNTED_STORIES)
    )  # fmt: skip
    return rows_of(_Counted, rows)


def _conditions(connection: Connection, filters: Filters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for name, value in filters.values.items():
        condition = _condition(connection, name, value)
        if condition is not None:
            conditions.append(condition)
    return conditions


def _condition(connection: Connection, name: str, value: Value) -> Any:
    """A filter's condition, or None if there is no filter of that name."""
    if name == "q":
        return story.c.story_id.in_(_stories_of(among_found(connection, str(value))))
    if name == "publisher":
        return _of_publisher(connection, str(value))
    make = _CONDITIONS.get(name)
    return None if make is None else make(value)


def _either(yes: str, condition: ColumnElement[bool]) -> Callable[[str], Any]:
    """For a filter with two values: `yes` is the condition, the other its negation."""
    return lambda value: condition if value == yes else ~condition


_CREDIT = {
    "given": story.c.credit_given,
    "cited": story.c.credit_cited,
    "missing": story.c.credit_missing,
}
_CONDITIONS: dict[str, Callable[[Any], Any]] = {
    "relation": lambda value: story.c.relations.bitwise_and(RELATION_BITS[value]) != 0,
    "agency": lambda value: story.c.agency == value,
    "language": lambda value: story.c.language == value,
    "since": lambda value: story.c.last_seen >= value,
    "until": lambda value: story.c.first_seen < value,
    "least": lambda value: story.c.copies >= value,
    "credit": lambda value: _CREDIT[value] > 0,
    "original": _either("unseen", story.c.unseen_agency.is_not(None)),
    "from": lambda value: story.c.original_source == value,
    "withdrawn": _either("yes", story.c.original_status == "canceled"),
}


def _of_publisher(connection: Connection, source: str) -> Any:
    """Stories with an article of a publisher. For one that has many, stories are gone through in
    the list's order, which soon finds enough; for others, their articles."""
    its_own = article.c.source == source
    some = select(literal(1)).where(its_own).limit(_MANY_ARTICLES).subquery()
    if connection.scalar(select(func.count()).select_from(some)) == _MANY_ARTICLES:
        return exists().where(article.c.story_id == story.c.story_id, its_own)
    return story.c.story_id.in_(_stories_of(its_own))


def _stories_of(condition: ColumnElement[bool]) -> Select[Any]:
    return select(article.c.story_id).where(condition, article.c.story_id.is_not(None))


def _facets(connection: Connection, rows: list[_Counted]) -> Facets:
    found: dict[str, Counter[str]] = {
        "agency": Counter(row["agency"] for row in rows if row["agency"] is not None),
        "publisher": _publishers(connection, [row["story_id"] for row in rows]),
        "language": Counter(row["language"] for row in rows),
        "relation": Counter(
            relation
            for row in rows
            for relation, bit in RELATION_BITS.items()
            if row["relations"] & bit
        ),
    }
    facets = {
        name: [
            _facet(value, stories)
            for value, stories in sorted(counts.items(), key=lambda c: (-c[1], c[0]))
        ][:_FACET_ROWS]
        for name, counts in found.items()
    }
    flags = {
        "credit": ("missing", sum(row["credit_missing"] > 0 for row in rows)),
        "original": ("unseen", sum(row["unseen_agency"] is not None for row in rows)),
        "withdrawn": ("yes", sum(row["original_status"] == "canceled" for row in rows)),
    }
    for name, (value, stories) in flags.items():
        facets[name] = [_facet(value, stories)]
    return {"facets": facets, "counted": len(rows), "all_counted": len(rows) < COUNTED_STORIES}


def _facet(value: str, stories: int) -> FacetRow:
    return {"value": value, "stories": stories}


def _publishers(connection: Connection, stories: list[str]) -> Counter[str]:
    """The publishers that most of some stories have, with their number of stories."""
    pairs = (
        select(article.c.story_id, article.c.source)
        .where(article.c.story_id.in_(stories), article.c.source.is_not(None))
        .distinct()
        .subquery()
    )
    number = func.count()
    rows = connection.execute(
        select(pairs.c.source, number.label("stories"))
        .group_by(pairs.c.source)
        .order_by(number.desc(), pairs.c.source)
        .limit(_FACET_ROWS)
    )
    return Counter({row.source: row.stories for row in rows})
