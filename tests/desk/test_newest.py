"""An article is shown as of its latest raw event, in whatever order its versions come."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from streams.desk.database import Database
from streams.desk.ingest import Incoming
from streams.desk.newest import came_before
from streams.desk.rows import Origin
from streams.desk.tables import article, article_agency, story
from tests.desk.newsroom import WIRE, changed, raw, records_of, take_in

BEFORE = [raw(0, "a.example"), raw(1, "b.example")]
KILL = {
    "id": "a.example-0", "source": "a.example", "status": "canceled",
    "published_at": "2026-03-02T13:00:00Z",
}  # fmt: skip


def killed() -> Incoming:
    """The verdict of another shard, which has never seen the article."""
    [record] = records_of([KILL])
    return record


def shown(database: Database) -> Any:
    with database.reading() as connection:
        return connection.execute(select(article).where(article.c.source == "a.example")).one()


@pytest.mark.parametrize("batch", [1, 100])
def test_a_withdrawal_that_another_shard_judged_leaves_the_article_in_its_story(
    database: Database, batch: int
) -> None:
    take_in(database, [*records_of(BEFORE), killed()], batch)
    found = shown(database)
    with database.reading() as connection:
        kept = connection.execute(select(story)).one()
    assert (found.status, found.story_id) == ("canceled", kept.story_id)
    assert (found.original_id, kept.publishers) == (found.article_id, 2)


@pytest.mark.parametrize("batch", [1, 100])
def test_a_text_that_comes_after_its_withdrawal_does_not_take_its_place(
    database: Database, batch: int
) -> None:
    """As where its shard has a backlog, or repeats a chunk after a crash."""
    records = records_of(BEFORE)
    take_in(database, [killed(), *records, *records], batch)
    found = shown(database)
    with database.reading() as connection:
        kept = connection.execute(select(story)).one()
    assert (found.status, found.words, found.story_id) == ("canceled", 0, kept.story_id)
    assert (found.original_id, kept.publishers) == (found.article_id, 2)


@pytest.mark.parametrize("batch", [1, 100])
def test_an_older_version_leaves_the_newer_ones_parts(database: Database, batch: int) -> None:
    new = {**raw(5, "a.example", f"{WIRE} More on Friday.", version=2), "id": "a.example-0"}
    first, second = (r for r in records_of([raw(0, "a.example"), new]) if r.kind == "articles")
    other = {"topic": "articles.raw", "partition": 1, "offset": 9}
    first = changed(first, raw={**other, "timestamp": "2026-03-02T12:00:00Z"})
    take_in(database, [second, first], batch)
    assert shown(database).relation == "revision"
    with database.reading() as connection:
        assert connection.scalars(select(article_agency.c.name)).all() == ["Reuters"]


@pytest.mark.parametrize(
    ("one", "other", "earlier"),
    [
        (Origin(1, "raw", 0, 7, False), Origin(2, "raw", 1, 3, False), True),
        (Origin(2, "raw", 1, 3, False), Origin(1, "raw", 0, 7, False), False),
        (Origin(1, "raw", 0, 3, False), Origin(1, "raw", 0, 7, False), True),
        (Origin(1, "raw", 0, 7, False), Origin(2, "raw", 0, 3, False), False),  # an archive's
        (Origin(2, "raw", 0, 3, False), Origin(1, "raw", 0, 7, False), False),  # recreated
        (Origin(1, "raw", 1, 3, True), Origin(2, "raw", 0, 7, False), False),
        (Origin(1, "raw", 1, 3, True), Origin(2, "raw", 0, 7, True), True),
        (Origin(1, "raw", 0, 3, False), Origin(1, "raw", 0, 3, False), False),
    ],
)
def test_which_raw_event_came_before(one: Origin, other: Origin, earlier: bool) -> None:
    assert came_before(one, other) == earlier
