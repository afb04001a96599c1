"""The desk follows stories that were merged into others, in whatever order the records come."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from streams.desk.database import Database
from streams.desk.follow import Progress
from streams.desk.mergers import move, successors
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
