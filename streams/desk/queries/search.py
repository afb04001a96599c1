"""Searching: the newest articles that a reader's words find, as a condition for other queries."""

from __future__ import annotations

from sqlalchemy import ARRAY, Connection, Integer, any_, literal, select, text
from sqlalchemy.sql.elements import ColumnElement

from streams.desk import search_index
from streams.desk.tables import article

# A search covers this many articles, the newest.
FOUND_ARTICLES = 3000

# PostgreSQL finds frequent words soonest by reading articles from the newest on, and others by the
# index; it knows little of how frequent words are, and would read everything for many of them.
# Reading costs 3 us an article and the index .3 us a hit: at a million articles, both take 50 ms
# for words that a sixth of the articles have (measured on made ones of 300 words).
_SAMPLE, _FREQUENT = 500, 1 / 6
_IN_SAMPLE = text(
    "SELECT count(*) FROM (SELECT words FROM search ORDER BY n DESC LIMIT :sample) AS newest"
    " WHERE words @@ CAST(:words AS tsquery)"
)
_BY_READING = text(
    "SELECT n FROM search WHERE words @@ CAST(:words AS tsquery) ORDER BY n DESC LIMIT :most"
)
_BY_INDEX = text(
    "WITH found AS MATERIALIZED"
    " (SELECT n FROM search WHERE words @@ CAST(:words AS tsquery))"
    " SELECT n FROM found ORDER BY n DESC LIMIT :most"
)


def among_found(connection: Connection, query: str) -> ColumnElement[bool]:
    """That an article is among the newest that a query finds. Raises NothingToFindError."""
    if connection.dialect.name == "sqlite":
        matching = search_index.matching("sqlite", query).subquery()
        newest = select(matching.c.n).order_by(matching.c.n.desc()).limit(FOUND_ARTICLES)
        return article.c.n.in_(newest)
    numbers = literal(_found(connection, search_index.postgres_query(query)), ARRAY(Integer))
    return article.c.n == any_(numbers)


def _found(connection: Connection, words: str) -> list[int]:
    asked = {"words": words, "most": FOUND_ARTICLES}
    sampled = connection.scalar(_IN_SAMPLE, {"words": words, "sample": _SAMPLE}) or 0
    if sampled > _SAMPLE * _FREQUENT:
        return list(connection.scalars(_BY_READING, asked))
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    found = list(connection.scalars(_BY_INDEX, asked))
    connection.execute(text("SET LOCAL enable_seqscan TO DEFAULT"))
    return found
