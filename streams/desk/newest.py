"""Which of an article's records its row is made from: that of its latest raw event.

Versions of one article may be judged by different shards, which publish independently. A withdrawal
without text or language comes from the shard of no language, which does not know the story; one
whose articles wait in a backlog publishes the text after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, update

from streams.desk.queries.articles import article_event
from streams.desk.rows import ArticleRows, Origin, origin_of
from streams.desk.tables import article


def newest_of(
    connection: Connection, articles: Sequence[ArticleRows], before: Mapping[str, Row[Any]]
) -> dict[str, ArticleRows]:
    """Article id -> the rows to write; not of articles that have a later version in the database.

    `before` are the articles' rows so far: their digest, time, story and its original.
    """
    newest: dict[str, ArticleRows] = {}
    for rows in articles:
        article_id = rows.article["article_id"]
        other = newest.get(article_id)
        if other is not None and came_before(rows.origin, other.origin):
            rows, other = other, rows  # noqa: PLW2901
        if other is not None:
            _stay(rows, other.article["story_id"], other.article["original_id"])
        newest[article_id] = rows
    for article_id, known in before.items():
        rows = newest[article_id]
        if _is_older(connection, rows, known):
            del newest[article_id]
            if known.story_id is None and (story_id := rows.article["story_id"]) is not None:
                joined = {"story_id": story_id, "original_id": rows.article["original_id"]}
                of_it = update(article).where(article.c.article_id == article_id)
                connection.execute(of_it.values(joined))
        else:
            _stay(rows, known.story_id, known.original_id)
    return newest


def came_before(one: Origin, other: Origin) -> bool:
    """Whether a record is an earlier version's than another: by its place in its partition, and
    between partitions by time. A withdrawal takes effect whatever its version."""
    if one.withdrawn and not other.withdrawn:
        return False
    if (one.topic, one.partition) == (other.topic, other.partition):
        if one.time == other.time:
            return one.offset < other.offset
        if one.offset > other.offset:
            return False  # an offset may be smaller because the topic was recreated
    return one.time < other.time


def _is_older(connection: Connection, rows: ArticleRows, known: Row[Any]) -> bool:
    if rows.article["digest"] == known.digest or rows.article["time"] > known.time:
        return False
    event = article_event(connection, rows.article["article_id"], known.digest)
    return event is not None and came_before(rows.origin, origin_of(event))


def _stay(rows: ArticleRows, story_id: str | None, original_id: str | None) -> None:
    """Keep a story that only the other version's shard knows."""
    if rows.article["story_id"] is None:
        rows.article["story_id"], rows.article["original_id"] = story_id, original_id
