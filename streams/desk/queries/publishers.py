"""Publishers: whose copies they run and how fast, what credit they give, and whom they feed.

What is counted over one publisher is over its newest articles, so that a page's time does not grow
with the desk; what is counted over all is kept for a minute.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from statistics import fmean
from typing import Any, Literal, TypedDict

from sqlalchemy import Connection, case, func, select
from sqlalchemy.sql.elements import ColumnElement

from schemas.enriched_article import Relation
from streams.desk.table_rows import rows_of
from streams.desk.tables import article, story

COUNTED_ARTICLES = 5000
COUNTED_STORIES = 1000
LISTED = 200
ROWS = 30


class ListedPublisher(TypedDict):
    """A publisher in the list: numbers of articles, and the time of the newest."""

    source: str
    articles: int
    copies: int
    syndicated: int
    credit_missing: int
    last_seen: int


class Figures(TypedDict):
    """Numbers of a publisher's articles, and the times of the first and the newest."""

    articles: int
    copies: int
    syndicated: int
    credit_given: int
    credit_cited: int
    credit_missing: int
    first_seen: int
    last_seen: int


class Group(TypedDict):
    """How many articles have a value."""

    value: str
    articles: int


class Supplier(TypedDict):
    """Whose texts a publisher runs, how many milliseconds later, and what share it keeps."""

    source: str
    articles: int
    delay: float
    kept: float | None
    credit_missing: int


class Customer(TypedDict):
    """Who runs a publisher's texts, how many milliseconds later, and what share they keep."""

    source: str
    articles: int
    stories: int
    delay: float
    kept: float | None


class Publisher(Figures):
    """One publisher. `all_counted`: the figures cover all its articles."""

    source: str
    all_counted: bool
    relations: list[Group]
    languages: list[Group]
    agencies: list[Group]
    runs: list[Supplier]
    feeds: list[Customer]


def sum_of(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """How many rows meet a condition."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def publishers(connection: Connection) -> list[ListedPublisher]:
    """The publishers with most articles: how many, which share are copies, credit, last seen."""
    number = func.count()
    rows = connection.execute(
        select(
            article.c.source,
            number.label("articles"),
            sum_of(article.c.relation == "copy").label("copies"),
            sum_of(article.c.syndicated.is_(True)).label("syndicated"),
            sum_of(article.c.credited == "none").label("credit_missing"),
            func.max(article.c.time).label("last_seen"),
        )
        .where(article.c.source.is_not(None))
        .group_by(article.c.source)
        .order_by(number.desc(), article.c.source)
        .limit(LISTED)
    )
    return rows_of(ListedPublisher, rows)


class _Ran(TypedDict):
    """One of a publisher's articles, with the publisher and time of its story's original."""

    time: int
    relation: Relation
    language: str
    provider: str | None
    syndicated: bool | None
    credited: Literal["provider", "cites", "none"] | None
    kept: float | None
    original_source: str | None
    original_time: int | None


def publisher(connection: Connection, source: str) -> Publisher | None:
    """One publisher's figures, over its newest articles; None where it has none."""
    newest = (
        select(
            article.c.time, article.c.relation, article.c.language, article.c.provider,
            article.c.syndicated, article.c.credited, article.c.kept, article.c.original_id,
        )
        .where(article.c.source == source)
        .order_by(article.c.time.desc(), article.c.article_id.desc())
        .limit(COUNTED_ARTICLES)
        .subquery()
    )  # fmt: skip
    original = article.alias()
    found = connection.execute(
        select(
            *(column for column in newest.c if column.name != "original_id"),
            original.c.source.label("original_source"),
            original.c.time.label("original_time"),
        ).join(original, original.c.article_id == newest.c.original_id, isouter=True)
    )
    rows = rows_of(_Ran, found)
    if not rows:
        return None
    credited = Counter(row["credited"] for row in rows)
    relations = Counter[str](row["relation"] for row in rows)
    return {
        "source": source,
        "articles": len(rows),
        "copies": relations["copy"],
        "syndicated": sum(row["syndicated"] is True for row in rows),
        "credit_given": credited["provider"],
        "credit_cited": credited["cites"],
        "credit_missing": credited["none"],
        "first_seen": min(row["time"] for row in rows),
        "last_seen": max(row["time"] for row in rows),
        "all_counted": len(rows) < COUNTED_ARTICLES,
        "relations": _groups(relations),
        "languages": _groups(Counter(row["language"] for row in rows)),
        "agencies": _groups(Counter(row["provider"] for row in rows if row["provider"])),
        "runs": _runs(rows, source),
        "feeds": _feeds(connection, source),
    }


def _groups(counts: Counter[str]) -> list[Group]:
    """The most frequent values first."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{"value": value, "articles": number} for value, number in ordered[:ROWS]]


def _runs(rows: list[_Ran], source: str) -> list[Supplier]:
    """Whose texts it runs: the publishers of their originals, with the usual delay and share."""
    of: dict[str, list[_Ran]] = {}
    for row in rows:
        if row["original_source"] not in (None, source):
            of.setdefault(str(row["original_source"]), []).append(row)
    ordered = sorted(of.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        {
            "source": name,
            "articles": len(ran),
            "delay": int(fmean(row["time"] - (row["original_time"] or 0) for row in ran)),
            "kept": fmean(kept) if (kept := _known(row["kept"] for row in ran)) else None,
            "credit_missing": sum(row["credited"] == "none" for row in ran),
        }
        for name, ran in ordered[:ROWS]
    ]


def _known(numbers: Iterable[float | None]) -> list[float]:
    return [number for number in numbers if number is not None]


def _feeds(connection: Connection, source: str) -> list[Customer]:
    """Who runs its texts: other publishers in the newest stories of which it has the original."""
    stories = (
        select(story.c.story_id, story.c.original_id, story.c.first_seen)
        .where(story.c.original_source == source)
        .order_by(story.c.last_seen.desc())
        .limit(COUNTED_STORIES)
        .subquery()
    )
    number, original = func.count(), article.alias()
    began = func.coalesce(original.c.time, stories.c.first_seen)
    rows = connection.execute(
        select(
            article.c.source,
            number.label("articles"),
            func.count(func.distinct(stories.c.story_id)).label("stories"),
            func.avg(article.c.time - began).label("delay"),
            func.avg(article.c.kept).label("kept"),
        )
        .join(stories, stories.c.story_id == article.c.story_id)
        .join(original, original.c.article_id == stories.c.original_id, isouter=True)
        .where(
            article.c.source.is_not(None),
            article.c.source != source,
            article.c.relation != "withdrawn",
        )
        .group_by(article.c.source)
        .order_by(number.desc(), article.c.source)
        .limit(ROWS)
    )
    return [{**row, "delay": int(row["delay"])} for row in rows_of(Customer, rows)]
