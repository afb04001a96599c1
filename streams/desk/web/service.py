"""For programs: /livez, /readyz, /metrics, /live, /openapi.json; and /about, for people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import orjson
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from streams.desk.access.people import NotSignedInError, cookie_of
from streams.desk.database import DatabaseError
from streams.desk.tables import article, judgement, story
from streams.desk.web.answering import Answering
from streams.desk.web.desk import Desk
from streams.desk.web.openapi import described
from streams.desk.web.pages import Asked, Page
from streams.desk.web.view import View
from streams.errors import UserError

_POLL_SECONDS = 1.0
_STILL_THERE_SECONDS = 15


def show_about(desk: Desk, _asked: Asked) -> View:
    """The desk's progress, its contents, and its keys."""
    progress = desk.progress
    with desk.database.reading() as connection:
        oldest = connection.scalar(select(func.min(article.c.time)))
        newest = connection.scalar(select(func.max(article.c.time)))
        counts = {
            "articles": connection.scalar(select(func.count()).select_from(article)),
            "stories": connection.scalar(select(func.count()).select_from(story)),
            "judgements": connection.scalar(select(func.count()).select_from(judgement)),
        }
    data = {
        **counts,
        "oldest": oldest,
        "newest": newest,
        "database": "SQLite" if desk.database.is_sqlite else "PostgreSQL",
        "database_bytes": desk.size_bytes(),
        "keep_seconds": desk.options.keep_seconds,
        "lag_records": progress.lag,
        "skipped_records": progress.skipped,
        "trouble": progress.trouble,
        "takes_records_in": progress.ingesting,
        "heard_at": progress.heard_at and int(progress.heard_at * 1000),
    }
    return View("about.html", data)


class _Figures(Collector):
    """The desk's metrics, computed when scraped."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> list[Metric]:
        """As in prometheus_client."""
        progress = self._desk.progress
        taken = CounterMetricFamily(
            "echowire_desk_records", "Records read since the desk started.", labels=["kind"]
        )
        for kind in ("articles", "stories", "events", "skipped"):
            taken.add_metric([kind], getattr(progress, kind))
        return [
            taken,
            GaugeMetricFamily(
                "echowire_desk_lag_records", "Records still to come.", progress.lag or 0
            ),
            GaugeMetricFamily(
                "echowire_desk_database_bytes", "Size of the database.", self._desk.size_bytes()
            ),
            GaugeMetricFamily(
                "echowire_desk_in_trouble",
                "1 while nothing comes in.",
                progress.trouble is not None,
            ),
        ]


def routes(answering: Answering, pages: Sequence[Page]) -> list[Route]:
    """The addresses for programs."""
    desk = answering.desk
    registry = CollectorRegistry()
    registry.register(_Figures(desk))

    def livez(_request: Request) -> Response:
        return PlainTextResponse("alive\n")

    def readyz(_request: Request) -> Response:
        try:
            with desk.database.reading() as connection:
                connection.execute(select(1))
        except DatabaseError as error:
            return PlainTextResponse(f"{error}\n", 503)
        return PlainTextResponse("ready\n")

    def metrics(_request: Request) -> Response:
        return Response(generate_latest(registry), media_type="text/plain; version=0.0.4")

    def openapi(request: Request) -> Response:
        return Response(
            orjson.dumps(described(pages, str(request.base_url))), media_type="application/json"
        )

    async def live(request: Request) -> Response:
        try:
            await run_in_threadpool(
                answering.people.person, request, cookie_of(request), desk.clock()
            )
        except NotSignedInError as error:
            return PlainTextResponse(f"{error}\n", 401)
        except UserError as error:
            return PlainTextResponse(f"{error}\n", 503)
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(_changes(desk), media_type="text/event-stream", headers=headers)

    return [
        Route("/livez", livez),
        Route("/readyz", readyz),
        Route("/metrics", metrics),
        Route("/openapi.json", openapi),
        Route("/live", live),
    ]


async def _changes(desk: Desk) -> AsyncIterator[bytes]:
    """Server-sent events: what has arrived, whenever that changes."""
    said, silent = b"", 0.0
    yield b"retry: 3000\n\n"
    while True:
        now = await run_in_threadpool(_counts, desk)
        if now != said:
            said, silent = now, 0.0
            yield b"event: progress\ndata: " + now + b"\n\n"
        elif silent >= _STILL_THERE_SECONDS:
            silent = 0.0
            yield b": still there\n\n"
        await asyncio.sleep(_POLL_SECONDS)
        silent += _POLL_SECONDS


def _counts(desk: Desk) -> bytes:
    """From the database: another desk may be the one that ingests records."""
    progress = desk.progress
    if progress.ingesting:
        articles, stories = progress.articles, progress.stories
    else:
        try:
            with desk.database.reading() as connection:
                articles = connection.scalar(select(func.max(article.c.n))) or 0
                stories = connection.scalar(select(func.max(story.c.last_seen))) or 0
        except DatabaseError:
            articles = stories = 0
    return orjson.dumps({"articles": articles, "stories": stories, "lag": progress.lag})


PAGES = (Page("/about", show_about, "How far the desk is, and what it holds"),)
