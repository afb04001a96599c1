"""Records of the topics -> the read model: rows and offsets in one transaction.

A record may come again, at any time and in any interleaving of the topics: every row is an upsert
by its natural key, and what is counted over a story is recounted.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Table, delete, func, select, tuple_
from sqlalchemy import Row as Found

from streams.desk import search_index
from streams.desk.counting import set_expected_credit, update_credit_and_counts
from streams.desk.database import Database
from streams.desk.mergers import move, successors
from streams.desk.new_rows import insert_new
from streams.desk.newest import newest_of
from streams.desk.rows import (
    ArticleRows,
    FamilyOf,
    NotOursError,
    article_rows,
    event_row,
    replaced_by,
    story_row,
    unpacked,
)
from streams.desk.table_rows import EventRow, Row, StoryFields, VersionRow
from streams.desk.tables import (
    article,
    article_agency,
    link,
    position,
    story,
    story_event,
    version,
)

log = logging.getLogger("echowire.desk")

Kind = Literal["articles", "stories", "events"]
Place = tuple[str, int]
Item = TypeVar("Item")
MOST_AT_ONCE = 500  # parameters of one statement; SQLite's limit is 32,766


@dataclass(frozen=True, slots=True)
class Incoming:
    """One record: its topic, position and value."""

    kind: Kind
    topic: str
    partition: int
    offset: int
    value: bytes | None


@dataclass(slots=True)
class Applied:
    """The result of a batch."""

    articles: int = 0
    stories: int = 0
    events: int = 0
    skipped: int = 0
    touched: set[str] = field(default_factory=set)


def positions(database: Database) -> dict[Place, int]:
    """(topic, partition) -> the offset to continue from."""
    with database.reading() as connection:
        rows = connection.execute(select(position)).all()
    return {(row.topic, row.partition): row.next_offset for row in rows}


def apply(
    database: Database,
    records: Sequence[Incoming],
    next_offsets: dict[Place, int],
    family_of: FamilyOf,
) -> Applied:
    """Write a batch and the offsets to continue from in one transaction. Raises DatabaseError."""
    applied = Applied()
    articles: list[ArticleRows] = []
    stories: list[StoryFields] = []
    moved: dict[str, str] = {}
    events: list[EventRow] = []
    for record in records:
        if record.value is None:
            continue
        try:
            match record.kind:
                case "articles":
                    articles.append(article_rows(record.value, family_of))
                case "stories":
                    stories.append(story_row(record.value))
                    if into := replaced_by(record.value):
                        moved[stories[-1]["story_id"]] = into
                case "events":
                    events.append(event_row(record.value))
        except NotOursError as error:
            applied.skipped += 1
            log.warning("%s[%d]@%d: %s", record.topic, record.partition, record.offset, error)
    applied.articles, applied.stories, applied.events = len(articles), len(stories), len(events)
    with database.writing() as connection:
        # A write first: the transaction has its lock from here on, and never waits for one later.
        _upsert(
            connection,
            database,
            position,
            [
                {"topic": topic, "partition": partition, "next_offset": offset}
                for (topic, partition), offset in next_offsets.items()
            ],
        )
        _write_stories(connection, database, stories)
        grown = move(connection, database, moved)
        changed = grown | _write_articles(connection, database, articles)
        _upsert(connection, database, story_event, _last(events, ("story_id", "sequence")))
        applied.touched = changed | {row["story_id"] for row in stories}
        told = {rows.article["article_id"]: rows.article["story_id"] for rows in articles}
        update_credit_and_counts(connection, applied.touched, grown, told)
    return applied


def _last(rows: Iterable[Row], keys: tuple[str, ...]) -> list[Row]:
    """The last row of each key: one statement must not write the same row twice."""
    return list({tuple(row[key] for key in keys): row for row in rows}.values())


def _upsert(
    connection: Connection,
    database: Database,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    *keep: str,
) -> None:
    if rows:
        connection.execute(database.upsert(table, keep=keep), rows)


def _write_stories(connection: Connection, database: Database, rows: list[StoryFields]) -> None:
    """A story's record, unless a later one exists."""
    newest: dict[str, StoryFields] = {}
    for row in rows:
        if row["version"] >= newest.get(row["story_id"], row)["version"]:
            newest[row["story_id"]] = row
    for gone in successors(connection, newest):
        del newest[gone]
    known: dict[str, int] = {}
    for some in _parts(list(newest)):
        found = select(story.c.story_id, story.c.version).where(story.c.story_id.in_(some))
        known |= {row.story_id: row.version for row in connection.execute(found)}
    fresh = [row for row in newest.values() if row["version"] >= known.get(row["story_id"], 0)]
    _upsert(connection, database, story, fresh, "agency")


def _write_articles(
    connection: Connection, database: Database, articles: list[ArticleRows]
) -> set[str]:
    """-> ids of the articles' present and previous stories."""
    if not articles:
        return set()
    told = {name for rows in articles if (name := rows.article["story_id"]) is not None}
    now = successors(connection, told)
    for rows in articles:
        if (name := rows.article["story_id"]) in now:
            rows.article["story_id"] = now[name]
    before: dict[str, Found[Any]] = {}
    for some in _parts(sorted({rows.article["article_id"] for rows in articles})):
        found = select(
            article.c.n, article.c.article_id, article.c.digest, article.c.time,
            article.c.story_id, article.c.original_id,
        ).where(article.c.article_id.in_(some))  # fmt: skip
        before |= {row.article_id: row for row in connection.execute(found)}
    newest = newest_of(connection, articles, before)
    versions = _last((rows.version for rows in articles), ("article_id", "digest"))
    _write_versions(connection, database, versions)
    _reindex(connection, newest, before)
    set_expected_credit(connection, newest.values())
    _replace_parts(connection, database, list(newest.values()), before.keys() & newest.keys())
    stories = {row.story_id for row in before.values()}
    stories |= {rows.article["story_id"] for rows in articles}
    return stories - {None}


def _write_versions(connection: Connection, database: Database, rows: list[VersionRow]) -> None:
    known: set[tuple[str, str]] = set()
    for some in _parts([row["article_id"] for row in rows]):
        of_these = version.c.article_id.in_(some)
        found = connection.execute(select(version.c.article_id, version.c.digest).where(of_these))
        known |= {(row.article_id, row.digest) for row in found}
    again = [row for row in rows if (row["article_id"], row["digest"]) in known]
    _upsert(connection, database, version, again)
    new = [row for row in rows if (row["article_id"], row["digest"]) not in known]
    insert_new(connection, version, new)


def _reindex(
    connection: Connection, newest: dict[str, ArticleRows], before: dict[str, Found[Any]]
) -> None:
    """Number new articles, and replace the words of old versions in the index by the new ones'."""
    last = connection.scalar(select(func.max(article.c.n))) or 0
    added: list[search_index.Indexed] = []
    replaced: dict[tuple[str, str], int] = {}
    for article_id, rows in newest.items():
        known = before.get(article_id)
        if known is None:
            last += 1
            rows.article["n"] = last
        else:
            rows.article["n"] = known.n
            if known.digest == rows.article["digest"]:
                continue
            replaced[article_id, known.digest] = known.n
        added.append((rows.article["n"], rows.title, rows.text))
    search_index.remove(connection, indexed_versions(connection, replaced))
    search_index.add(connection, added)


def indexed_versions(
    connection: Connection, wanted: dict[tuple[str, str], int]
) -> list[search_index.Indexed]:
    """The index content of versions, given by (article id, digest) -> n."""
    entries: list[search_index.Indexed] = []
    for some in _parts(list(wanted)):
        found = select(version.c.article_id, version.c.digest, version.c.body).where(
            tuple_(version.c.article_id, version.c.digest).in_(some)
        )
        for row in connection.execute(found):
            event = unpacked(row.body)
            title = (event["title"] or "")[:500]
            entries.append((wanted[row.article_id, row.digest], title, event["text"]))
    return entries


def _replace_parts(
    connection: Connection, database: Database, articles: list[ArticleRows], known: set[str]
) -> None:
    """Write the articles' own rows, agencies and links, replacing those of earlier versions."""
    for some in _parts(sorted(known)):
        connection.execute(delete(article_agency).where(article_agency.c.article_id.in_(some)))
        connection.execute(delete(link).where(link.c.article_id.in_(some)))
    new = [rows.article for rows in articles if rows.article["article_id"] not in known]
    insert_new(connection, article, new)
    _upsert(
        connection,
        database,
        article,
        [rows.article for rows in articles if rows.article["article_id"] in known],
        "credited",
    )
    agencies = [row for rows in articles for row in rows.agencies]
    insert_new(connection, article_agency, agencies)
    links = _last((row for rows in articles for row in rows.links), ("article_id", "other_id"))
    insert_new(connection, link, links)


def _parts(items: list[Item]) -> Iterable[list[Item]]:
    return (items[at : at + MOST_AT_ONCE] for at in range(0, len(items), MOST_AT_ONCE))
