"""Databases of both kinds, and a desk that holds the sample."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from streams.desk.access import passwords
from streams.desk.access.passwords import add_user
from streams.desk.database import Database, open_database
from streams.desk.follow import Progress
from streams.desk.ingest import Incoming
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from tests.desk.newsroom import SAMPLE, records_of, take_in
from tests.desk.postgresql import Server, running_server
from tests.desk.visitors import PASSWORD


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new database may be made: of both kinds, one after the other."""
    if request.param == "sqlite":
        return str(tmp_path / "desk.db")
    server: Server = request.getfixturevalue("postgresql")
    name = f"desk_{uuid.uuid4().hex[:12]}"
    admin = server.address("postgres").replace("postgresql:", "postgresql+psycopg:")
    engine = create_engine(admin, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return server.address(name)


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    opened = open_database(address)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def sample() -> list[Incoming]:
    """The demo's sample, decided."""
    return records_of(SAMPLE)


@pytest.fixture
def desk(database: Database, sample: list[Incoming]) -> Desk:
    """A desk that has caught up with the sample."""
    take_in(database, sample)
    return Desk(database, Progress(lag=0))


@pytest.fixture
def client(desk: Desk) -> TestClient:
    return TestClient(create_app(desk), base_url="http://127.0.0.1:6067")


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of one user. Passwords take less work: what they cost is a number in the file."""
    monkeypatch.setattr(passwords, "_N", 1 << 10)
    add_user(tmp_path / "users", "ann", PASSWORD)
    return tmp_path / "users"


@pytest.fixture
def small(tmp_path: Path) -> Database:
    return open_database(str(tmp_path / "desk.db"))
