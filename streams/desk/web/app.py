"""The web application: its routes and middleware."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from streams.desk.access.people import People
from streams.desk.web import (
    account,
    article_pages,
    paste_pages,
    publisher_pages,
    reading_pages,
    review_pages,
    service,
    story_pages,
)
from streams.desk.web.answering import Answering
from streams.desk.web.desk import STATIC, Desk
from streams.desk.web.pages import Page
from streams.desk.web.security import SecurityHeaders
from streams.desk.web.view import form_of

PAGES: tuple[Page, ...] = (
    *story_pages.PAGES,
    *article_pages.PAGES,
    *reading_pages.PAGES,
    *publisher_pages.PAGES,
    *paste_pages.PAGES,
    *review_pages.PAGES,
    *service.PAGES,
)
_KEEP_FOR_EVER = "public, max-age=31536000, immutable"
# Addresses that are not pages: a suffix like a format's stays.
_PLAIN = ("/static/", "/openapi.json")


class Files(StaticFiles):
    """Static files; with `?v=` they may be cached forever: their address changes with them."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """As in Starlette."""
        response = await super().get_response(path, scope)
        if scope.get("query_string", b"").startswith(b"v="):
            response.headers["cache-control"] = _KEEP_FOR_EVER
        return response


class Forms:
    """Strips `.json` and `.csv` from an address, and remembers which it was."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As in ASGI."""
        path = scope.get("path", "")
        if scope["type"] == "http" and not path.startswith(_PLAIN):
            plain, form = form_of(path)
            scope = {**scope, "path": plain, "form": form, "raw_path": plain.encode()}
        await self._app(scope, receive, send)


def create_app(desk: Desk) -> Starlette:
    """The application of one desk."""
    answering = Answering(desk, People(desk.database, desk.options))
    routes: list[BaseRoute] = [
        *review_pages.export_routes(answering),
        Route("/", lambda _: RedirectResponse("/stories", 302)),
        *(
            Route(
                page.path,
                answering.endpoint(page),
                methods=["GET", "POST"] if page.change else ["GET"],
            )
            for page in PAGES
        ),
        *account.routes(answering),
        *service.routes(answering, PAGES),
        Mount("/static", Files(directory=STATIC)),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(SecurityHeaders, hosts=desk.options.hosts),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
            Middleware(Forms),
        ],
        exception_handlers={404: answering.handler, 405: answering.handler},
    )
    app.state.desk = desk
    return app
