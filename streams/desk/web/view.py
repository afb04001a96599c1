"""What a page shows, and its three formats: HTML, `.json` with the same data, `.csv` of its tables.

Its texts come from anyone: templates escape all of them, and cells of a CSV that a spreadsheet
would take for a formula begin with an apostrophe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

import orjson
from starlette.requests import Request
from starlette.responses import Response

Form = Literal["html", "json", "csv"]
Table = Sequence[Mapping[str, object]]

_TYPES: dict[Form, str] = {
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(slots=True)
class View:
    """A page before rendering. The first of `tables` is the CSV, or the one of `?table=`.

    `extra` is for the template alone: drawings of the data, or things of no use to a program.
    """

    template: str
    data: Mapping[str, object]
    tables: dict[str, Table] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)
    status: int = 200


class NoSuchTableError(Exception):
    """A CSV was requested from a page, or table, without one; the message says which there are."""


def form_of(path: str) -> tuple[str, Form]:
    """/stories.json -> /stories, json."""
    for form in ("json", "csv"):
        if path.endswith(f".{form}"):
            return path[: -len(form) - 1], form
    return path, "html"


def as_json(view: View) -> bytes:
    """The data, for programs."""
    return orjson.dumps(view.data, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS)


def as_csv(view: View, name: str | None) -> bytes:
    """One of the tables, with a header line. Raises NoSuchTableError."""
    if not view.tables:
        raise NoSuchTableError("this page has no table: ask for .json")
    chosen = name or next(iter(view.tables))
    if chosen not in view.tables:
        raise NoSuchTableError(
            f"expected table to be one of {', '.join(view.tables)}, got {chosen!r}"
        )
    rows = view.tables[chosen]
    sink = io.StringIO()
    writer = csv.writer(sink)
    columns = list(rows[0]) if rows else []
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return sink.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        value = orjson.dumps(value).decode()
    if isinstance(value, str):
        value = value.replace("\x00", "")
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
    return value


def respond(request: Request, body: bytes, form: Form, status: int = 200) -> Response:
    """A response with an ETag; 304 if the browser already has this body."""
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": "private, no-cache", "vary": "cookie"}
    if status == 200 and tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, _TYPES[form])
