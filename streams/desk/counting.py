"""What the desk counts over a story's articles, recounted for the stories that a batch changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    ScalarSelect,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from streams.desk.filters import RELATIONS
from streams.desk.rows import ArticleRows
from streams.desk.tables import article, article_agency, story

# The roles of a story's articles, in one number.
RELATION_BITS = {relation: 1 << place for place, relation in enumerate(RELATIONS)}
_CREDITED: dict[str, Literal["provider", "cites"]] = {"provider": "provider", "cited": "cites"}
_HOUR_MILLISECONDS = 3_600_000
_MOST_AT_ONCE = 500


def update_credit_and_counts(
    connection: Connection,
    stories: Collection[str],
    grown: Collection[str],
    articles: Mapping[str, str | None],
) -> None:
    """Each story's agency, which of its articles credit it, its publishers and its first hour.

    `grown` are those of these stories that took in another's articles, whose credit was that of
    the other's agency. `articles` are the new ones, with their stories: if a story's agency is
    unchanged, only their credit is set.
    """
    changed = set(grown)
    for some in _parts(stories):
        changed.update(_set_agencies(connection, some))
    for some in _parts(changed):
        _set_credit(connection, article.c.story_id.in_(some))
    for some in _parts([name for name, of in articles.items() if of not in changed]):
        _set_credit(connection, article.c.article_id.in_(some))
    recount(connection, stories)


def recount(connection: Connection, stories: Collection[str]) -> None:
    """Set what is counted over the articles of these stories."""
    for some in _parts(stories):
        _set_counts(connection, some)


def set_expected_credit(connection: Connection, articles: Collection[ArticleRows]) -> None:
    """Set new articles' credit, by the agency that their story will have once they are written.
    `update_credit_and_counts` checks it, and writes only what is different.
    """
    providers = {rows.article["article_id"]: rows.article["provider"] for rows in articles}
    agency_of: dict[str | None, str | None] = {}
    for some in _parts({name for rows in articles if (name := rows.article["story_id"])}):
        original = article.alias()
        found = (
            select(
                story.c.story_id, story.c.unseen_agency, story.c.original_id, original.c.provider
            )
            .join(original, original.c.article_id == story.c.original_id, isouter=True)
            .where(story.c.story_id.in_(some))
        )
        for row in connection.execute(found):
            provider = providers.get(row.original_id, row.provider)
            agency_of[row.story_id] = row.unseen_agency or provider
    for rows in articles:
        agency = agency_of.get(rows.article["story_id"])
        if agency is not None:
            roles = {named["name"]: named["role"] for named in rows.agencies}
            rows.article["credited"] = _CREDITED.get(roles.get(agency, ""), "none")


def _set_agencies(connection: Connection, stories: list[str]) -> list[str]:
    """-> the stories whose agency has changed. It stays where the original is no longer kept, or
    was not read yet."""
    original = article.alias()
    missing = and_(story.c.original_id.is_not(None), original.c.article_id.is_(None))
    of_original = case((missing, story.c.agency), else_=original.c.provider)
    found = (
        select(
            story.c.story_id,
            story.c.agency,
            func.coalesce(story.c.unseen_agency, of_original).label("now"),
        )
        .join(original, original.c.article_id == story.c.original_id, isouter=True)
        .where(story.c.story_id.in_(stories))
    )
    changed = [
        {"of_story": row.story_id, "now": row.now}
        for row in connection.execute(found)
        if row.now != row.agency
    ]
    if changed:
        statement = (
            update(story)
            .where(story.c.story_id == bindparam("of_story"))
            .values(agency=bindparam("now"))
        )
        connection.execute(statement, changed)
    return [str(row["of_story"]) for row in changed]


def _set_credit(connection: Connection, which: ColumnElement[bool]) -> None:
    """Whether articles name their story's agency as provider, cite it only, or not at all."""
    agency: ScalarSelect[Any] = (
        select(story.c.agency)
        .where(story.c.story_id == article.c.story_id)
        .correlate(article)
        .scalar_subquery()
    )
    role: ScalarSelect[Any] = (
        select(article_agency.c.role)
        .where(
            and_(
                article_agency.c.article_id == article.c.article_id,
                article_agency.c.name == agency,
            )
        )
        .correlate(article)
        .scalar_subquery()
    )
    credited = case(
        (agency.is_(None), null()),
        (role == "provider", "provider"),
        (role == "cited", "cites"),
        else_="none",
    )
    changed = article.c.credited.is_distinct_from(credited)
    connection.execute(update(article).where(which, changed).values(credited=credited))


def _set_counts(connection: Connection, stories: list[str]) -> None:
    def how_many(condition: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    bits: ColumnElement[Any] = literal(0)
    for relation, bit in RELATION_BITS.items():
        bits = bits + func.max(case((article.c.relation == relation, bit), else_=0))
    # The original's own credit means nothing: it is the agency's, or the first that was seen.
    is_copy = and_(article.c.relation != "withdrawn", article.c.article_id != _original())
    counted = (
        select(
            story.c.story_id.label("of_story"),
            func.count(func.distinct(article.c.source)).label("in_publishers"),
            bits.label("bits"),
            func.count(func.distinct(article.c.family)).label("in_families"),
            how_many(article.c.time <= story.c.first_seen + _HOUR_MILLISECONDS).label("early"),
            how_many(and_(article.c.credited == "provider", is_copy)).label("given"),
            how_many(and_(article.c.credited == "cites", is_copy)).label("cited"),
            how_many(and_(article.c.credited == "none", is_copy)).label("missing"),
        )
        .join(article, article.c.story_id == story.c.story_id, isouter=True)
        .where(story.c.story_id.in_(stories))
        .group_by(story.c.story_id)
    )
    rows = [dict(row) for row in connection.execute(counted).mappings()]
    if rows:
        statement = (
            update(story)
            .where(story.c.story_id == bindparam("of_story"))
            .values(
                publishers=bindparam("in_publishers"),
                relations=bindparam("bits"),
                families=bindparam("in_families"),
                first_hour=bindparam("early"),
                credit_given=bindparam("given"),
                credit_cited=bindparam("cited"),
                credit_missing=bindparam("missing"),
            )
        )
        connection.execute(statement, rows)


def _original() -> ColumnElement[str]:
    return func.coalesce(story.c.original_id, "")


def _parts(items: Collection[str]) -> Iterable[list[str]]:
    listed = sorted(items)
    return (listed[at : at + _MOST_AT_ONCE] for at in range(0, len(listed), _MOST_AT_ONCE))
