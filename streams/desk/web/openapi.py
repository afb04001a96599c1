"""OpenAPI 3.1 of the desk: every page as JSON, from the registry of pages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.metadata import version

from streams.desk.web.pages import Page
from streams.json_object import Json


def described(pages: Sequence[Page], address: str) -> Json:
    """The description of a desk at an address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "echowire desk",
            "version": version("echowire"),
            "description": "Every page as JSON, its tables as CSV. Times are milliseconds since"
            " 1970, UTC. Lists go on with `after`, which takes the `next` of the page before."
            " Responses have an ETag.",
        },
        "servers": [{"url": address.rstrip("/")}],
        "paths": {
            f"{_plain(page.path)}.{form}": _path(page, form)
            for page in pages
            for form in (("json", "csv") if page.tables else ("json",))
        },
    }


def _plain(path: str) -> str:
    """/publishers/{name:path} -> /publishers/{name}."""
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path)


def _path(page: Page, form: str) -> Json:
    text = {"type": "string"}
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": text}
        for name in re.findall(r"\{(\w+)", page.path)
    ]
    parameters += [
        {"name": name, "in": "query", "description": meaning, "schema": text}
        for name, meaning in page.query.items()
    ]
    if form == "csv":
        which = {"type": "string", "enum": list(page.tables)}
        parameters.append({"name": "table", "in": "query", "schema": which})
    kind = "application/json" if form == "json" else "text/csv"
    schema = {"type": "object"} if form == "json" else text
    return {
        "get": {
            "summary": page.summary,
            "operationId": re.sub(r"\W+", "_", page.path).strip("_") + f"_{form}",
            "parameters": parameters,
            "responses": {
                "200": {"description": page.summary, "content": {kind: {"schema": schema}}},
                "304": {"description": "Unchanged since the response with this ETag"},
                "404": {"description": "There is no such thing"},
            },
        }
    }
