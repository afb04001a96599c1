"""Of several desks on one PostgreSQL, one ingests records: also after its session has ended."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from streams.desk import follow
from streams.desk.database import Database, DatabaseError, open_database
from tests.desk.test_follower_troubles import following, read
from tests.kafka.service import until

pytestmark = pytest.mark.parametrize("address", ["postgresql"], indirect=True)

_END_LEADER = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_locks"
    " WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database"
    " WHERE datname = current_database())"
)


@pytest.fixture
def other(address: str, database: Database) -> Iterator[Database]:
    """Another desk's connections to the same database, once that has its tables."""
    assert database
    opened = open_database(address)
    yield opened
    opened.close()


def end_the_leaders_session(database: Database) -> None:
    """As a restart of the server does."""
    with database.reading() as connection:
        assert connection.scalar(_END_LEADER)


def test_the_next_desk_leads_when_the_first_stops(database: Database, other: Database) -> None:
    with database.ingesting() as ours:
        assert ours is not None
        ours()
        with other.ingesting() as theirs:
            assert theirs is None
    with other.ingesting() as theirs:
        assert theirs is not None


def test_a_desk_whose_session_has_ended_does_not_lead_any_more(
    database: Database, other: Database
) -> None:
    with database.ingesting() as ours:
        assert ours is not None
        end_the_leaders_session(other)
        with other.ingesting() as theirs:
            assert theirs is not None
        with pytest.raises(DatabaseError):
            ours()


def test_a_follower_stands_by_when_another_desk_has_taken_over(
    database: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then what was wrong, and how much was to come, is no longer its own."""
    monkeypatch.setattr(follow, "_RETRY_SECONDS", 0.5)
    follower = following(database, read)
    until(follower.progress.caught_up, "it leads", 10)
    end_the_leaders_session(other)
    with other.ingesting() as theirs:
        assert theirs is not None
        until(lambda: follower.progress.trouble is not None, "it has noticed", 10)
        progress = follower.progress
        until(lambda: not progress.ingesting and progress.lag is None, "it stands by", 10)
        assert progress.trouble is None
    until(follower.progress.caught_up, "it leads again", 10)
    follower.stop()
