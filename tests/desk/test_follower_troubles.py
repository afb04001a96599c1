"""Whatever befalls the thread that follows the topics, it says so and goes on."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Mapping

import pytest
from sqlalchemy import create_engine, select

from streams.desk import follow
from streams.desk.database import Database
from streams.desk.follow import Follower, Read
from streams.desk.ingest import Place, positions
from streams.desk.mergers import move
from streams.desk.tables import article, story_moved
from streams.kafka.topic_reader import Batch
from tests.kafka.service import until


async def read(known: Mapping[Place, int], _most: int) -> AsyncGenerator[Batch]:
    at = known.get(("articles", 0), 0)
    while True:
        at += 1
        await asyncio.sleep(0.01)
        yield Batch(next_offsets={("articles", 0): at}, ends={("articles", 0): at})


def following(database: Database, read: Read, keep_seconds: int | None = None) -> Follower:
    follower = Follower(database, read, {}, lambda source: source or "", keep_seconds)
    follower.start()
    return follower


# Without an article nothing is cleaned.
ROW = {
    "n": 1, "article_id": "a", "digest": "d", "language": "en", "time": 1, "status": "usable",
    "relation": "original", "words": 0,
}  # fmt: skip


@pytest.fixture(autouse=True)
def _soon_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_RETRY_SECONDS", 0.5)


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_no_free_connection_is_a_trouble_that_passes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when people ask for many pages of a database that answers slowly."""
    small = create_engine(database.engine.url, pool_size=2, max_overflow=0, pool_timeout=0.05)
    database.engine.dispose()
    monkeypatch.setattr(database, "engine", small)
    with small.connect(), small.connect():
        follower = following(database, read)
        until(lambda: follower.progress.trouble is not None, "it is in trouble", 10)
        assert str(follower.progress.trouble).startswith("no connection to the database was free")
    until(lambda: follower.progress.trouble is None, "the trouble has passed", 10)
    until(follower.progress.caught_up, "it follows", 10)
    follower.stop()
    small.dispose()


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_an_error_that_nobody_foresaw_is_a_trouble_that_passes(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    failures = [KeyError("offset")]

    async def fails_first(known: Mapping[Place, int], most: int) -> AsyncGenerator[Batch]:
        if failures:
            raise failures.pop()
        async for batch in read(known, most):
            yield batch

    follower = following(database, fails_first)
    until(lambda: follower.progress.trouble == "KeyError: 'offset'", "it is in trouble", 10)
    until(follower.progress.caught_up, "it follows", 10)
    follower.stop()
    assert "not followed for a moment" in caplog.text


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_mergers_are_forgotten_by_a_desk_that_has_caught_up_only(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_CLEAN_SECONDS", -1.0)
    with database.writing() as connection:
        move(connection, database, {"gone": "not read yet"})
        connection.execute(article.insert(), ROW)
    more, place = threading.Event(), ("articles", 0)

    async def behind(_known: Mapping[Place, int], _most: int) -> AsyncGenerator[Batch]:
        at = 0
        while True:
            at += 1
            await asyncio.sleep(0.01)
            yield Batch(next_offsets={place: at}, ends={place: at if more.is_set() else at + 9})

    def kept() -> int:
        with database.reading() as connection:
            return len(connection.execute(select(story_moved)).all())

    follower = following(database, behind, keep_seconds=3600)
    until(lambda: positions(database).get(place, 0) > 20, "it has cleaned", 10)
    assert kept() == 1
    more.set()
    until(lambda: kept() == 0, "it has forgotten it", 10)
    follower.stop()
