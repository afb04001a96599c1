"""Articles: one with its versions, and lists of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypedDict

from sqlalchemy import Connection, and_, exists, func, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from schemas.enriched_article import Relation
from schemas.raw_article import Status
from schemas.records import EnrichedArticleRecord
from streams.desk import search_index
from streams.desk.filters import PAGE_ROWS, Filters, cursor
from streams.desk.queries.search import among_found
from streams.desk.rows import known_time, unpacked
from streams.desk.table_rows import ArticleRow, ShownArticle, row_of, rows_of
from streams.desk.tables import article, story, version

MOST_VERSIONS = 50
_MANY_STORIES = 1000
LISTED = (
    article.c.article_id, article.c.source, article.c.title, article.c.language, article.c.time,
    article.c.status, article.c.relation, article.c.provider, article.c.credited,
    article.c.story_id, article.c.words, article.c.kept, article.c.embargoed_until,
)  # fmt: skip


class ListedArticle(ShownArticle):
    """An article as lists show it."""

    story_id: str | None


class FoundArticle(ListedArticle):
    """With the passage that a search found: (piece, whether it is a hit)."""

    excerpt: list[tuple[str, bool]]


class ListedPart(ListedArticle):
    """With its place among the articles of its page."""

    position: int | None


class ArticlesPage(TypedDict):
    """`next` leads to the page that follows, if there is one. Articles are found if a text was
    searched for."""

    articles: Sequence[ListedArticle | FoundArticle]
    next: str | None


class KeptVersion(TypedDict):
    """One version of an article."""

    digest: str
    time: int
    status: Status
    title: str | None
    text: str
    version: int | None
    relation: Relation
    raw_offset: int


def article_event(
    connection: Connection, article_id: str, digest: str | None = None
) -> EnrichedArticleRecord | None:
    """The whole enriched event: of the newest version, or of one by its digest."""
    if digest is None:
        digest = connection.scalar(
            select(article.c.digest).where(article.c.article_id == article_id)
        )
    found = connection.scalar(
        select(version.c.body).where(version.c.article_id == article_id, version.c.digest == digest)
    )
    return None if found is None else unpacked(found)


def article_row(connection: Connection, article_id: str) -> ArticleRow | None:
    """The newest version's row: what the desk knows beyond the event."""
    wanted = select(article).where(article.c.article_id == article_id)
    return row_of(ArticleRow, connection.execute(wanted))


def titles_of(connection: Connection, article_ids: list[str]) -> dict[str, ListedArticle]:
    """Article id -> its row as listed, of those that are kept."""
    rows = connection.execute(select(*LISTED).where(article.c.article_id.in_(article_ids[:500])))
    return {row["article_id"]: row for row in rows_of(ListedArticle, rows)}


def versions(connection: Connection, article_id: str) -> list[KeptVersion]:
    """The versions of an article, oldest first: digest, time, status, title and text."""
    rows = connection.execute(
        select(version.c.digest, version.c.time, version.c.body)
        .where(version.c.article_id == article_id)
        .order_by(version.c.time.desc(), version.c.digest)
        .limit(MOST_VERSIONS)
    ).all()
    found: list[KeptVersion] = []
    for row in rows:
        event = unpacked(row.body)
        found.append(
            {
                "digest": row.digest,
                "time": row.time,
                "status": event["status"],
                "title": event["title"],
                "text": event["text"],
                "version": event["version"],
                "relation": event["detection"]["relation"],
                "raw_offset": event["raw"]["offset"],
            }
        )
    return sorted(found, key=lambda old: (old["time"], old["raw_offset"]))


def parts(connection: Connection, event: EnrichedArticleRecord) -> list[ListedPart]:
    """The other articles of the same page, as far as the desk can tell: those of its raw record."""
    if not event["parts"] and event["parent_id"] is None:
        return []
    time = event["raw"]["timestamp"]
    from_row = select(*LISTED).where(
        article.c.time == known_time(time), article.c.article_id != event["article_id"]
    )
    candidates = rows_of(ListedArticle, connection.execute(from_row.limit(200)))
    main = event["parent_id"] or event["article_id"]
    found: list[ListedPart] = []
    for row in candidates:
        other = article_event(connection, row["article_id"])
        if other and (other["parent_id"] == main or other["article_id"] == main):
            found.append({**row, "position": other["position"]})
    return sorted(found, key=lambda row: row["position"] or 0)


def articles_page(connection: Connection, filters: Filters) -> ArticlesPage:
    """A page of articles, the newest first, as filtered."""
    wanted = select(*LISTED)
    for name, value in filters.values.items():
        if name == "q":
            wanted = wanted.where(among_found(connection, str(value)))
        elif name in _OF_STORIES:
            wanted = wanted.where(_in_stories(connection, _OF_STORIES[name](value)))
        elif name in _CONDITIONS:
            wanted = wanted.where(_CONDITIONS[name](value))
    wanted = wanted.order_by(article.c.time.desc(), article.c.article_id.desc())
    rows = rows_of(ListedArticle, connection.execute(wanted.limit(PAGE_ROWS + 1)))
    more, rows = len(rows) > PAGE_ROWS, rows[:PAGE_ROWS]
    last, query = rows[-1] if rows else None, filters.word("q")
    return {
        "articles": [_with_excerpt(connection, row, query) for row in rows] if query else rows,
        "next": cursor(last["time"], last["article_id"]) if more and last else None,
    }


def _with_excerpt(connection: Connection, row: ListedArticle, query: str) -> FoundArticle:
    """Of a withdrawn article no passage is shown: its own page shows its text on request."""
    event = None if row["status"] == "canceled" else article_event(connection, row["article_id"])
    return {**row, "excerpt": search_index.excerpt(event["text"] if event else "", query)}


def _earlier(place: tuple[int, str]) -> Any:
    time, article_id = place
    same = and_(article.c.time == time, article.c.article_id < article_id)
    return or_(article.c.time < time, same)


def _from(publisher: str) -> Any:
    original = article.alias()
    return exists().where(
        original.c.article_id == article.c.original_id, original.c.source == publisher
    )


def _in_stories(connection: Connection, condition: Any) -> Any:
    """In a story for which the condition holds, but not its original, and not withdrawn. If these
    stories are many, articles are gone through from the newest on, which soon finds enough."""
    some = select(literal(1)).select_from(story).where(condition).limit(_MANY_STORIES).subquery()
    inside: ColumnElement[bool]
    if connection.scalar(select(func.count()).select_from(some)) == _MANY_STORIES:
        inside = exists().where(story.c.story_id == article.c.story_id, condition, _copy(article))
    else:
        one = article.alias()
        copies = select(one.c.article_id).join(story, story.c.story_id == one.c.story_id)
        inside = article.c.article_id.in_(copies.where(condition, _copy(one)))
    return and_(inside, article.c.relation != "withdrawn")


def _copy(one: Any) -> Any:
    return one.c.article_id != func.coalesce(story.c.original_id, "")


_OF_STORIES: dict[str, Callable[[Any], Any]] = {
    "copies_of": lambda value: story.c.agency == value,
    "taken_from": lambda value: story.c.original_source == value,
}
_CREDITED = {"given": "provider", "cited": "cites", "missing": "none"}
_CONDITIONS: dict[str, Callable[[Any], Any]] = {
    "publisher": lambda value: article.c.source == value,
    "agency": lambda value: article.c.provider == value,
    "relation": lambda value: article.c.relation == value,
    "language": lambda value: article.c.language == value,
    "since": lambda value: article.c.time >= value,
    "until": lambda value: article.c.time < value,
    "credit": lambda value: article.c.credited == _CREDITED[value],
    "from": _from,
    "syndicated": lambda value: article.c.syndicated.is_(value == "yes"),
    "after": _earlier,
}
