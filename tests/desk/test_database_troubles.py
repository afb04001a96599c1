"""A database that takes no rows is a sentence; it is read all the same, and filled afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text
from starlette.testclient import TestClient

from streams.desk import database as module
from streams.desk.database import Database, DatabaseError, open_database
from streams.desk.follow import Progress
from streams.desk.ingest import Incoming
from streams.desk.tables import article, metadata
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from tests.desk.newsroom import take_in

Trouble = Callable[[Database], Iterator[None]]


def articles_in(database: Database) -> int:
    with database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(article)) or 0


@contextmanager
def with_pragma(database: Database, pragma: str) -> Iterator[None]:
    """Every new connection of the desk's has it."""

    def set_it(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(database.engine, "connect", set_it)
    database.engine.dispose()
    try:
        yield
    finally:
        event.remove(database.engine, "connect", set_it)
        database.engine.dispose()


def locked(database: Database) -> Iterator[None]:
    with closing(sqlite3.connect(database.engine.url.database or "")) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def full(database: Database) -> Iterator[None]:
    with database.reading() as connection:
        pages = connection.scalar(text("PRAGMA page_count"))
    with with_pragma(database, f"max_page_count={pages}"):
        yield


def read_only(database: Database) -> Iterator[None]:
    with with_pragma(database, "query_only=1"):
        yield


@pytest.mark.parametrize(
    ("trouble", "sentence"),
    [
        (locked, "the database is locked: another program is writing to it"),
        (full, "the disk is full: nothing can be written to the database"),
        (read_only, "the database is read-only: this user may not write to"),
    ],
)
def test_a_file_that_takes_no_rows(
    trouble: Trouble,
    sentence: str,
    tmp_path: Path,
    sample: list[Incoming],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_BUSY_MILLISECONDS", 100)
    database = open_database(str(tmp_path / "desk.db"))
    take_in(database, sample[:40])
    before = articles_in(database)
    assert before
    with contextmanager(trouble)(database):
        with pytest.raises(DatabaseError, match=sentence):
            take_in(database, sample)
        assert articles_in(database) == before
    take_in(database, sample)
    assert articles_in(database) > before
    database.close()


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)
def test_a_postgresql_that_takes_no_rows(database: Database, sample: list[Incoming]) -> None:
    """As a server does whose disk is full, or that has become a standby."""
    take_in(database, sample[:40])
    before = articles_in(database)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
        name = database.engine.url.database
        for value in ("on", "off"):
            admin.execute(
                text(f"ALTER DATABASE {name} SET default_transaction_read_only = {value}")
            )
            database.engine.dispose()
            if value == "on":
                with pytest.raises(DatabaseError, match="the database is read-only: its server"):
                    take_in(database, sample)
                assert articles_in(database) == before
    take_in(database, sample)
    assert articles_in(database) > before


def test_no_address_fails_without_a_sentence(small: Database) -> None:
    client = TestClient(create_app(Desk(small, Progress(lag=0))), base_url="http://localhost")
    with small.writing() as connection:
        for table in metadata.sorted_tables:
            connection.execute(text(f"DROP TABLE {table.name}"))
    for address in (
        "/stories", "/articles.json", "/articles/a", "/publishers", "/agencies", "/about",
        "/review", "/review/results", "/review/docs.jsonl", "/review/pairs.jsonl",
    ):  # fmt: skip
        answer = client.get(address)
        assert (answer.status_code, "the database refused" in answer.text) == (503, True), address
