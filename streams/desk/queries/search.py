"""Searching: the newest articles that a reader's words find, as a condition for other queries."""

from __future__ import annotations

from sqlalchemy import ARRAY, Connection, Integer, any_, literal, select, text
from sqlalchemy.sql.elements import ColumnElement

from streams.desk import search_index
from streams.desk.tables import article

# A search covers this many articles, the newest.
FOUND_ARTICLES = 3000
# PostgreSQL looks for a phrase whose words are in more than a twentieth of the articles in this
# many, the newest: by the index it would read each article that has these words.
PHRASE_ARTICLES = 30_000

# PostgreSQL finds frequent words soonest by reading articles from the newest on, and others by the
# index; it knows little of how frequent words are, and would read everything for many of them.
# Reading costs 3 us an article and the index .3 us a hit: at a million articles, both take 50 ms
# for words that a sixth of the articles have (measured on made ones of 300 words).
_SAMPLE, _FREQUENT, _FREQUENT_PHRASE = 500, 1 / 6, 1 / 20
_IN_SAMPLE = text(
    "SELECT count(*) FROM (SELECT words FROM search ORDER BY n DESC LIMIT :sample) AS newest"
    " WHERE words @@ CAST(:words AS tsquery)"
)
_BY_READING = text(
    "SELECT n FROM search WHERE words @@ CAST(:words AS tsquery) ORDER BY n DESC LIMIT :most"
)
_IN_NEWEST = text(
    "SELECT n FROM (SELECT n, words FROM search ORDER BY n DESC LIMIT :newest) AS newest"
    " WHERE words @@ CAST(:words AS tsquery) ORDER BY n DESC LIMIT :most"
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


def _share(connection: Connection, words: str) -> float:
    """The share of the newest articles that have these words."""
    asked = {"words": words, "sample": _SAMPLE}
    return int(connection.scalar(_IN_SAMPLE, asked) or 0) / _SAMPLE


def _found(connection: Connection, words: str) -> list[int]:
    asked = {"words": words, "most": FOUND_ARTICLES}
    if " <-> " in words:
        in_any_order = words.replace(" <-> ", " & ")
        if _share(connection, in_any_order) > _FREQUENT_PHRASE:
            return list(connection.scalars(_IN_NEWEST, {**asked, "newest": PHRASE_ARTICLES}))
    if _share(connection, words) > _FREQUENT:
        return list(connection.scalars(_BY_READING, asked))
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    found = list(connection.scalars(_BY_INDEX, asked))
    connection.execute(text("SET LOCAL enable_seqscan TO DEFAULT"))
    return found
