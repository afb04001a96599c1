"""The desk follows stories that were merged into others, in whatever order the records come."""

from __future__ import annotations

import random

import orjson
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from streams.desk.database import Database
from streams.desk.follow import Progress
from streams.desk.mergers import move, successors
from streams.desk.retention import delete_older, forget_mergers
from streams.desk.tables import article, story, story_moved
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from tests.desk.newsroom import raw, records_of, take_in
from tests.detection.newsroom import story as text_of

WORDS = text_of(1, 200).split()
BEGINNING = " ".join([*WORDS[:130], *text_of(50, 40).split()])
END = " ".join([*WORDS[-130:], *text_of(51, 40).split()])
RAW = [
    raw(0, "a.example", BEGINNING),
    raw(1, "b.example", END),
    raw(2, "c.example", " ".join(WORDS)),
    raw(3, "d.example", END),
]


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_articles_of_a_merged_story_are_the_others(database: Database, seed: int | None) -> None:
    records = records_of(RAW)
    if seed is not None:
        random.Random(seed).shuffle(records)
    take_in(database, records, batch=1)
    with database.reading() as connection:
        [(gone, into)] = connection.execute(select(story_moved)).all()
        assert {row.story_id for row in connection.execute(select(article.c.story_id))} == {into}
        [kept] = connection.execute(select(story)).all()
    assert (kept.story_id, kept.articles) == (into, 4)
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://localhost")
    answer = client.get(f"/stories/{gone}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, f"/stories/{into}")


def test_a_chain_leads_to_its_end_and_a_circle_to_somewhere(database: Database) -> None:
    with database.writing() as connection:
        move(connection, database, {"a": "b", "b": "c"})
        move(connection, database, {"c": "d", "x": "y", "y": "x"})
        assert successors(connection, ["a", "b", "c", "d"]) == {"a": "d", "b": "d", "c": "d"}
        assert successors(connection, ["x"]) == {"x": "y"}


# Reuters' story and one of AP, until an article joins them.
CREDITED = [
    raw(0, "reuters.com", BEGINNING, credit="Reuters"),
    raw(1, "a.example", BEGINNING, credit="Reuters"),
    raw(2, "b.example", END, credit="AP"),
    raw(3, "c.example", END, credit="AP"),
    raw(4, "d.example", " ".join(WORDS), credit="Reuters"),
    raw(5, "e.example", END),
]


@pytest.mark.parametrize("batch", [1, 1000])
def test_articles_that_moved_are_asked_for_the_credit_of_their_new_storys_agency(
    database: Database, batch: int
) -> None:
    """However the records fall into batches."""
    take_in(database, records_of(CREDITED), batch)
    with database.reading() as connection:
        wanted = select(article.c.source, article.c.credited).order_by(article.c.source)
        credited = {row.source: row.credited for row in connection.execute(wanted)}
        [kept] = connection.execute(select(story)).all()
    assert (credited["b.example"], credited["c.example"], credited["e.example"]) == ("none",) * 3
    assert (kept.agency, kept.credit_given, kept.credit_missing) == ("Reuters", 2, 3)


def test_the_page_of_an_article_that_moved_names_the_story_that_it_is_in_now(
    database: Database,
) -> None:
    take_in(database, records_of(RAW))
    with database.reading() as connection:
        [kept] = connection.execute(select(story)).all()
        ids = connection.scalars(select(article.c.article_id)).all()
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://localhost")
    for article_id in ids:
        shown = client.get(f"/articles/{article_id}.json").json()["story"]
        assert shown["story_id"] == kept.story_id
        assert "No story" not in client.get(f"/articles/{article_id}").text


def test_a_merger_is_kept_until_everything_has_been_read(database: Database) -> None:
    """The story that it leads to, and articles with the merged one's id, may come after it."""
    records = records_of(RAW)
    stories = [r for r in records if r.kind == "stories"]
    [merger] = [r for r in stories if orjson.loads(r.value or b"{}").get("replaced_by")]
    early = [r for r in records_of([raw(9, "z.example", text_of(77, 100))]) if r.kind == "articles"]
    take_in(database, [*early, merger])
    delete_older(database, 30 * 86_400, now=1.8e9)
    take_in(database, [r for r in records if r is not merger])
    into = orjson.loads(merger.value or b"")["replaced_by"]
    forget_mergers(database)
    with database.reading() as connection:
        here = select(article.c.story_id).where(article.c.source != "z.example")
        assert set(connection.scalars(here)) == {into}
        assert len(connection.execute(select(story_moved)).all()) == 1
    with database.writing() as connection:
        connection.execute(story.delete())
    forget_mergers(database)
    with database.reading() as connection:
        assert connection.execute(select(story_moved)).all() == []
