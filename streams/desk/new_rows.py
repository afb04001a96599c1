"""Rows that are certainly new: PostgreSQL takes them by COPY, at a third of an INSERT's cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Table
from sqlalchemy.exc import DBAPIError


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows of the same columns, none of whose keys the table has."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(table.insert(), rows)
        return
    columns = list(rows[0])
    quoted = ", ".join(f'"{column}"' for column in columns)
    statement = f"COPY {table.name} ({quoted}) FROM STDIN"
    copy_rows(connection, statement, ([row[column] for column in columns] for row in rows))


def copy_rows(connection: Connection, statement: str, rows: Iterable[Sequence[object]]) -> None:
    """Run a COPY of PostgreSQL: with a row's values, or with bytes of its binary format."""
    driver: Any = connection.connection.driver_connection
    dbapi = connection.dialect.loaded_dbapi
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                if isinstance(row, bytes):
                    copy.write(row)
                else:
                    copy.write_row(row)
    except dbapi.Error as error:
        said = DBAPIError.instance(statement, None, cast("Exception", error), dbapi.Error)
        raise said from error
