"""`--keep`: deletes what is older than this before the newest article, a part at a time."""

from __future__ import annotations

from sqlalchemy import delete, exists, func, select, text

from streams.desk import search_index
from streams.desk.counting import recount
from streams.desk.database import Database
from streams.desk.ingest import indexed_versions
from streams.desk.tables import (
    article,
    article_agency,
    link,
    story,
    story_event,
    story_moved,
    version,
)

_AT_ONCE = 500


def delete_older(database: Database, keep_seconds: int, now: float) -> int:
    """Delete articles whose event time is older than `keep_seconds` before the newest; stories and
    events with them. -> articles deleted. An article ahead of the clock `now` counts as of now.

    Each part is its own transaction, so ingestion goes on in between.
    """
    with database.reading() as connection:
        newest = connection.scalar(select(func.max(article.c.time)))
    if newest is None:
        return 0
    cutoff = min(int(newest), int(now * 1000)) - keep_seconds * 1000
    gone = 0
    while part := _delete_articles(database, cutoff):
        gone += part
    with database.writing() as connection:
        connection.execute(delete(story).where(story.c.last_seen < cutoff))
        connection.execute(delete(story_event).where(story_event.c.time < cutoff))
        kept = exists().where(article.c.article_id == version.c.article_id)
        connection.execute(delete(version).where(version.c.time < cutoff, ~kept))
    if gone and database.is_sqlite:
        with database.reading() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(PASSIVE)"))
    return gone


def forget_mergers(database: Database) -> None:
    """Delete mergers into stories that are not kept.

    Only once everything has been read: until then the other story, and articles that still have
    the id of the merged one, may be yet to come.
    """
    kept_stories = select(story.c.story_id).union(select(story_moved.c.story_id))
    with database.writing() as connection:
        lost = story_moved.c.replaced_by.not_in(kept_stories)
        connection.execute(delete(story_moved).where(lost))


def _delete_articles(database: Database, cutoff: int) -> int:
    with database.writing() as connection:
        rows = connection.execute(
            select(article.c.n, article.c.article_id, article.c.digest, article.c.story_id)
            .where(article.c.time < cutoff)
            .order_by(article.c.time)
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            return 0
        wanted = {(row.article_id, row.digest): row.n for row in rows}
        search_index.remove(connection, indexed_versions(connection, wanted))
        ids = [row.article_id for row in rows]
        for table in (article, article_agency, link, version):
            connection.execute(delete(table).where(table.c.article_id.in_(ids)))
        theirs = {row.story_id for row in rows if row.story_id is not None}
        staying = select(story.c.story_id).where(
            story.c.story_id.in_(theirs), story.c.last_seen >= cutoff
        )
        recount(connection, connection.scalars(staying).all())
        return len(rows)
