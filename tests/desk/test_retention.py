"""A story that outlives its first articles: what the desk says of it is true of what it keeps."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from streams.desk.database import Database
from streams.desk.follow import Progress
from streams.desk.retention import delete_older
from streams.desk.tables import article, story
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from tests.desk.newsroom import WIRE, raw, records_of, take_in

BARE = WIRE.partition(" - ")[2]
EARLY = [
    raw(0, "reuters.com"),
    raw(1, "credits.example", credit="Reuters"),
    raw(2, "early.example", BARE),
    raw(200, "late.example", BARE),
    raw(201, "later.example", BARE, credit="Reuters"),
]
LATEST = raw(202, "latest.example", BARE)


@pytest.fixture
def outlived(database: Database) -> Database:
    """Three of five articles are gone, the original among them."""
    take_in(database, records_of(EARLY))
    assert delete_older(database, 3600, now=time.time()) == 3
    return database


def test_what_is_counted_over_its_articles_is_counted_again(outlived: Database) -> None:
    with outlived.reading() as connection:
        kept = connection.execute(select(story)).one()
    assert (kept.publishers, kept.families, kept.first_hour) == (2, 2, 0)
    assert (kept.credit_given, kept.credit_missing) == (1, 1)
    client = TestClient(create_app(Desk(outlived, Progress(lag=0))), base_url="http://localhost")
    [agency] = client.get("/agencies.json").json()["agencies"]
    for name in ("given", "missing"):
        listed = client.get(f"/articles.json?copies_of=Reuters&credit={name}").json()["articles"]
        assert agency[f"credit_{name}"] == len(listed)
    assert "are in the list below" not in client.get(f"/stories/{kept.story_id}").text


def test_it_is_still_its_agencys_when_the_next_copy_comes(outlived: Database) -> None:
    take_in(outlived, records_of([*EARLY, LATEST])[len(EARLY) :])
    with outlived.reading() as connection:
        kept = connection.execute(select(story)).one()
        wanted = select(article.c.source, article.c.credited).order_by(article.c.source)
        credited = [(row.source, row.credited) for row in connection.execute(wanted)]
    assert credited == [
        ("late.example", "none"), ("later.example", "provider"), ("latest.example", "none"),
    ]  # fmt: skip
    assert (kept.agency, kept.credit_given, kept.credit_missing) == ("Reuters", 1, 2)
