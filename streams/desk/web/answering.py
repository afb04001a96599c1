"""A request -> a page: who asks, what it shows, in which format; errors in clear words."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from streams.desk.access.people import (
    COOKIE,
    SESSION_SECONDS,
    NotSignedInError,
    People,
    cookie_of,
    new_cookie,
)
from streams.desk.database import DatabaseError
from streams.desk.web.desk import Desk, Person, trouble_of
from streams.desk.web.pages import Asked, MovedError, NotFoundError, Page
from streams.desk.web.view import Form, NoSuchTableError, View, as_csv, as_json, respond
from streams.errors import UserError

log = logging.getLogger("echowire.desk")

NAVIGATION = (
    ("/stories", "Stories"),
    ("/articles", "Articles"),
    ("/publishers", "Publishers"),
    ("/agencies", "Agencies"),
    ("/paste", "Paste"),
    ("/review", "Review"),
)
MOST_POSTED_BYTES = 6 << 20
_NOBODY = Person("", "")
_SENTENCES = {
    400: ("Bad request", "The address has a NUL in it, which no text of the desk's has."),
    404: ("Not found", "The desk has no page at this address."),
    405: ("Not allowed", "This address does not take such a request."),
    413: ("Too large", f"The desk takes {MOST_POSTED_BYTES >> 20} MB at most."),
}


class TooLargeError(Exception):
    """More was posted than the desk accepts."""


@dataclass(slots=True)
class Answering:
    """Responds to the requests of one desk."""

    desk: Desk
    people: People

    def endpoint(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        """The endpoint of a page, for GET and, if it accepts changes, POST."""

        async def endpoint(request: Request) -> Response:
            posted: Mapping[str, str] | None = None
            if request.method == "POST":
                try:
                    posted = await posted_form(request)
                except TooLargeError:
                    return self.failed(request, 413, *_SENTENCES[413])
            return await run_in_threadpool(self._answer, page, request, posted)

        return endpoint

    def _answer(self, page: Page, request: Request, posted: Mapping[str, str] | None) -> Response:
        started = time.perf_counter()
        cookie = cookie_of(request)
        fresh = "" if cookie else new_cookie()
        person = self.let_in(request, cookie or fresh)
        if isinstance(person, Response):
            return person
        asked = Asked(request.path_params, request.query_params, person, url_of(request))
        if posted is not None:
            if self.desk.options.read_only and not page.reads_only:
                return self.failed(request, 403, "Read-only", "This desk takes no changes.")
            if not self.people.allows(cookie, posted.get("csrf", ""), request):
                sentence = "This form is too old, or not the desk's own: load its page again."
                return self.failed(request, 403, "Not taken", sentence)
            asked = Asked(asked.path, asked.query, person, asked.url, posted)
        response = self._built(page, request, asked, started)
        if fresh:
            set_cookie(request, response, fresh)
        return response

    def _built(self, page: Page, request: Request, asked: Asked, started: float) -> Response:
        build = page.change if asked.form and page.change else page.build
        form: Form = request.scope.get("form", "html")
        # PostgreSQL has no text with such a letter, not even to compare with.
        if any("\0" in part for part in asked.path.values()):
            return self.failed(request, 404, *_SENTENCES[404], asked.person)
        if any("\0" in value for value in asked.query.values()):
            return self.failed(request, 400, *_SENTENCES[400], asked.person)
        try:
            view = build(self.desk, asked)
        except MovedError as moved:
            path, mark, query = moved.address.partition("?")
            suffix = "" if form == "html" else f".{form}"
            return RedirectResponse(path + suffix + mark + query, 303 if asked.form else 302)
        except NotFoundError as error:
            return self.failed(request, 404, "Not found", str(error), asked.person)
        except DatabaseError as error:
            log.warning("%s", error)
            title = "The database cannot be used"
            return self.failed(request, 503, title, f"{error}.", asked.person)
        response = self.written(request, view, asked)
        response.headers["server-timing"] = f"app;dur={(time.perf_counter() - started) * 1000:.1f}"
        return response

    def let_in(self, request: Request, cookie: str) -> Person | Response:
        """The user; or the response, if they have not signed in, or nobody can be told."""
        try:
            return self.people.person(request, cookie, self.desk.clock())
        except NotSignedInError as error:
            return self._sign_in_first(request, str(error))
        except UserError as error:  # of the database, or of the file of users
            return self.failed(request, 503, "The desk cannot tell who you are", f"{error}.")

    def _sign_in_first(self, request: Request, sentence: str) -> Response:
        if self.people.users is None:
            return self.failed(request, 401, "Who are you?", sentence)
        if request.scope.get("form", "html") != "html":
            return self.failed(request, 401, "Not signed in", sentence)
        return RedirectResponse(f"/login?next={quote(url_of(request))}", 302)

    def failed(
        self, request: Request, status: int, title: str, sentence: str, person: Person = _NOBODY
    ) -> Response:
        """A page that says what went wrong."""
        view = View("error.html", {"error": title, "detail": sentence}, status=status)
        return self.written(request, view, Asked({}, {}, person, url_of(request)))

    def written(self, request: Request, view: View, asked: Asked) -> Response:
        """A view in the requested format."""
        form: Form = request.scope.get("form", "html")
        if form == "csv" and view.status == 200:
            try:
                body = as_csv(view, request.query_params.get("table"))
                return respond(request, body, "csv")
            except NoSuchTableError as error:
                said = orjson.dumps({"error": "No such table", "detail": str(error)})
                return respond(request, said, "json", 404)
        if form != "html":
            return respond(request, as_json(view), "json", view.status)
        template = self.desk.environment.get_template(view.template)
        frame = self._frame(request, asked, view)
        html = template.render(**view.data, **view.extra, desk=self.desk, page=frame)
        return respond(request, html.encode("utf-8", "replace"), "html", view.status)

    def _frame(self, request: Request, asked: Asked, view: View) -> Mapping[str, object]:
        """What every page's frame needs."""
        path = _path_of(request)
        query = f"?{request.url.query}" if request.url.query else ""
        more = "&" if query else "?"
        absent = [("/review", "Review")] if self.desk.options.read_only else []
        return {
            "path": request.url.path,
            "json": f"{path}.json{query}",
            "csv": [(name, f"{path}.csv{query}{more}table={name}") for name in view.tables],
            "trouble": trouble_of(self.desk.progress, self.desk.clock()),
            "progress": self.desk.progress,
            "person": asked.person,
            "signed_in": self.people.users is not None and asked.person.name,
            "nav": [link for link in NAVIGATION if link not in absent],
            "read_only": self.desk.options.read_only,
            "search": asked.query.get("q", "")[:300],
        }

    def handler(self, request: Request, error: Exception) -> Response:
        """For Starlette's own errors: no such address, no such method."""
        status = error.status_code if isinstance(error, HTTPException) else 500
        return self.failed(request, status, *_SENTENCES.get(status, ("Error", str(error))))


def url_of(request: Request) -> str:
    """Path and query of a request, as received."""
    query = request.url.query
    return f"{_path_of(request)}?{query}" if query else _path_of(request)


def _path_of(request: Request) -> str:
    """A request's path, as links have it. Not by `request.url`, where a `?` in a name is quoted
    already; with two slashes at its beginning a link would lead to another host."""
    return quote("/" + request.scope["path"].lstrip("/"), safe="/:@+~()")


def set_cookie(request: Request, response: Response, cookie: str) -> None:
    """Give a browser its cookie: never readable by scripts, nor sent with other sites' forms."""
    secure = request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
    response.set_cookie(
        COOKIE, cookie, max_age=SESSION_SECONDS, httponly=True, samesite="lax", secure=secure
    )


async def posted_form(request: Request) -> dict[str, str]:
    """The fields of a form; a file's content becomes its field. Raises TooLargeError."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_POSTED_BYTES:
            raise TooLargeError
    request._body = bytes(body)  # noqa: SLF001 - so that the form is parsed from what was counted
    fields: dict[str, str] = {}
    async with request.form(max_files=1, max_fields=50, max_part_size=MOST_POSTED_BYTES) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                content = (await value.read()).decode("utf-8", "replace")
                fields[name] = content
                fields[f"{name}_name"] = value.filename or ""
            else:
                fields[name] = value
    return fields
