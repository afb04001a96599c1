"""The desk's database: SQLite in one file, or PostgreSQL. Their differences are all here.

A database that cannot be used raises DatabaseError, with a sentence for the person who started it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.sql.dml import Insert

from streams.desk.tables import OWN, SCHEMA_VERSION, meta, metadata
from streams.errors import UserError

_BUSY_MILLISECONDS = 10_000
_CACHE_KIBIBYTES = 16_384
_MAPPED_BYTES = 128 << 20  # counts as the process' memory, though the system may take it back
_INGEST_LOCK: Final = 0x6563686F  # PostgreSQL's advisory lock of the one desk that takes records in
_FULL_TEXT = {
    "sqlite": "CREATE VIRTUAL TABLE IF NOT EXISTS search"
    " USING fts5(title, body, content='', tokenize='unicode61')",
    "postgresql": "CREATE TABLE IF NOT EXISTS search (n integer PRIMARY KEY, words tsvector)",
}
# New words gather in a list of 16 MB before they are sorted into the index, which takes a tenth
# less time than by 4 MB; a search reads the list, too (some 10 ms). The rest is stored as it is:
# events are compressed already, and a search reads thousands of word lists.
_POSTGRESQL = (
    "CREATE INDEX search_words ON search USING gin (words) WITH (gin_pending_list_limit = 16384)",
    "ALTER TABLE search ALTER words SET STORAGE EXTERNAL",
    "ALTER TABLE version ALTER body SET STORAGE EXTERNAL",
)


class DatabaseError(UserError):
    """The database cannot be used; the message says why, and what would help."""


class Database:
    """Connections to one database, whose tables exist and are of this version."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read from. Raises DatabaseError."""
        with said_clearly(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed at the end of the block. Raises DatabaseError."""
        with said_clearly(), self.engine.begin() as connection:
            yield connection

    def upsert(self, table: Table, *, keep: Sequence[str] = ()) -> Insert:
        """An INSERT that replaces the row with the same primary key, except for the columns
        `keep`."""
        insert: Any = (sqlite if self.is_sqlite else postgresql).insert(table)
        keys = [column.name for column in table.primary_key]
        changed = {
            column.name: insert.excluded[column.name]
            for column in table.columns
            if column.name not in keys and column.name not in keep and column.server_default is None
        }
        done: Insert = insert.on_conflict_do_update(index_elements=keys, set_=changed)
        return done

    def size_bytes(self) -> int:
        """The database's size on disk."""
        with self.reading() as connection:
            if self.is_sqlite:
                pages = connection.scalar(text("PRAGMA page_count")) or 0
                return int(pages) * int(connection.scalar(text("PRAGMA page_size")) or 0)
            return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)

    @contextmanager
    def ingesting(self) -> Iterator[Callable[[], None] | None]:
        """None if another desk ingests records. If this one does: what raises DatabaseError once
        that is no longer certain, to be called before every batch.

        A SQLite file has one desk, and a second is refused when it starts.
        """
        if self.is_sqlite:
            yield lambda: None
            return
        with said_clearly(), self.engine.connect() as connection:
            connection.detach()  # its session ends with the block, and the lock with the session
            held = connection.scalar(text(f"SELECT pg_try_advisory_lock({_INGEST_LOCK})"))
            connection.commit()

            def still() -> None:
                # A server that restarts forgets the lock: another desk may have it by now.
                with said_clearly():
                    connection.scalar(select(1))
                    connection.commit()

            yield still if held else None

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(address: str, *, rebuild: bool = False) -> Database:
    """The database at a path or a postgresql:// address; its tables are created if missing.

    `rebuild` empties it first, except for judgements and sessions. Raises DatabaseError.
    """
    database = Database(_engine(address))
    try:
        with said_clearly():
            if rebuild:
                _drop(database)
            _make(database)
    except DatabaseError:
        database.close()
        raise
    return database


def _engine(address: str) -> Engine:
    if not address.startswith(("postgresql:", "postgres:", "postgresql+psycopg:")):
        if "://" in address:
            raise DatabaseError(
                f"--database: expected a path or postgresql://USER@HOST/NAME, got {address!r}"
            )
        folder = Path(address).absolute().parent
        if not folder.is_dir():
            raise DatabaseError(f"--database: {folder} is not a folder: create it first")
        engine = create_engine(f"sqlite:///{address}", pool_size=16, max_overflow=16)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    try:
        url = make_url(address.replace("postgres:", "postgresql:", 1)).set(
            drivername="postgresql+psycopg"
        )
        engine = create_engine(url, pool_size=8, max_overflow=16, pool_pre_ping=True)
    except ModuleNotFoundError:
        raise DatabaseError(
            "PostgreSQL needs psycopg: pip install 'echowire[desk-postgresql]'"
        ) from None
    except SQLAlchemyError as error:
        raise DatabaseError(f"--database: {error}") from None
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Readers never wait for the writer; a crash of the machine may cost the last commits, which
    are read from the topics again, because offsets are committed with the rows.
    """
    for pragma in (
        f"busy_timeout={_BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "temp_store=MEMORY",
        f"cache_size=-{_CACHE_KIBIBYTES}",
        f"mmap_size={_MAPPED_BYTES}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(connection: Any, _record: object) -> None:
    """By PostgreSQL's default, which is for rotating disks, a page of a publisher would read all
    articles instead of some thousands by index."""
    connection.execute("SET random_page_cost = 1.1")
    connection.commit()


def _make(database: Database) -> None:
    with database.engine.begin() as connection:
        if database.engine.dialect.has_table(connection, "meta"):
            found = connection.scalar(select(meta.c.value).where(meta.c.name == "schema"))
            if found != str(SCHEMA_VERSION):
                raise DatabaseError(
                    f"the database is of version {found}, this desk's is {SCHEMA_VERSION}: start it"
                    " with --rebuild, which reads the topics again (judgements stay)"
                )
            return
        metadata.create_all(connection)
        connection.execute(text(_FULL_TEXT[database.engine.dialect.name]))
        if not database.is_sqlite:
            for statement in _POSTGRESQL:
                connection.execute(text(statement))
        connection.execute(
            database.upsert(meta), [{"name": "schema", "value": str(SCHEMA_VERSION)}]
        )


def _drop(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS search"))
        metadata.drop_all(connection, tables=[t for t in metadata.sorted_tables if t not in OWN])


@contextmanager
def said_clearly() -> Iterator[None]:
    """Turn a database's errors into DatabaseError, with a sentence that names the remedy."""
    try:
        yield
    except DBAPIError as error:
        raise DatabaseError(_sentence(error)) from error
    except PoolTimeoutError as error:
        raise DatabaseError(
            "no connection to the database was free for 30 seconds: it answers slowly, or too many"
            " people ask at once"
        ) from error


_SENTENCES = (
    ("database is locked", "the database is locked: another program is writing to it"),
    ("disk is full", "the disk is full: nothing can be written to the database"),
    ("readonly database", "the database is read-only: this user may not write to the file"),
    ("attempt to write a readonly", "the database is read-only: this user may not write to it"),
    (
        "unable to open",
        "the database cannot be opened: check that this user may write to its folder",
    ),
    ("not a database", "the file is no SQLite database: name another, or remove it"),
    ("malformed", "the database is damaged: start the desk with --rebuild, or remove the file"),
    ("read-only transaction", "the database is read-only: its server takes no changes now"),
)


def _sentence(error: DBAPIError) -> str:
    found = str(error.orig or error)
    for part, sentence in _SENTENCES:
        if part in found:
            return sentence
    if isinstance(error, OperationalError) and "onnect" in found:
        return f"the database does not answer: {found.splitlines()[0]}"
    return f"the database refused: {found.splitlines()[0]}"
