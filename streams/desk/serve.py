"""Runs the desk: its web server, and the thread that follows the topics."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from schemas.topics import ENRICHED, STORIES, STORY_EVENTS
from streams.articles.outlets import outlets
from streams.desk.database import Database
from streams.desk.follow import Follower
from streams.desk.ingest import Kind, Place
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk, Options
from streams.errors import UserError
from streams.kafka.one_record import raw_record_at
from streams.kafka.topic_reader import read_topics
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.understand import Understood

KINDS: Mapping[str, Kind] = {ENRICHED: "articles", STORIES: "stories", STORY_EVENTS: "events"}


def serve(database: Database, settings: Settings, options: Options, host: str, port: int) -> None:
    """Serve until a signal arrives. Raises UserError if it cannot listen there."""

    def read(start: Mapping[Place, int], most: int) -> Any:
        return read_topics(settings, list(KINDS), start, most)

    def read_again(topic: str, partition: int, offset: int) -> Understood:
        # Imported here: compiled loops take memory and a second, which a desk at rest saves.
        from streams.understand import understand  # noqa: PLC0415

        record = asyncio.run(raw_record_at(settings, topic, partition, offset))
        return understand(record, settings.record_bytes, settings.outlets_file)

    family_of = outlets(settings.outlets_file).family
    follower = Follower(database, read, KINDS, family_of, options.keep_seconds)
    desk = Desk(database, follower.progress, options, read_again)
    server = _Server(
        uvicorn.Config(
            create_app(desk), host=host, port=port, log_level="warning", server_header=False,
            timeout_graceful_shutdown=2, proxy_headers=False,
        )
    )  # fmt: skip
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    asyncio.run(_run(server, follower))


class _Server(uvicorn.Server):
    """uvicorn's server, but we handle signals: it would end the process before the follower
    has written its batch.
    """

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As in uvicorn, without raising the signal again."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def _run(server: uvicorn.Server, follower: Follower) -> None:
    serving = asyncio.create_task(server.serve())
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event
        await asyncio.sleep(0.05)
    if not server.started:
        await serving
        raise UserError("the desk could not listen there: is the port taken by another program?")
    name, port = server.servers[0].sockets[0].getsockname()[:2]
    console = Console(stderr=True, highlight=False)
    console.print(f"The desk is at [bold]http://{f'[{name}]' if ':' in name else name}:{port}/[/]")
    follower.start()
    showing = asyncio.create_task(_show_progress(console, follower))
    try:
        await serving
    finally:
        showing.cancel()
        await asyncio.to_thread(follower.stop)


async def _show_progress(console: Console, follower: Follower) -> None:
    """A progress bar while the desk catches up, on a terminal; trouble as a line."""
    progress, said = follower.progress, None
    while progress.lag is None:
        if progress.trouble != said:
            said = progress.trouble
            console.print(f"[yellow]waiting:[/] {said}", soft_wrap=True)
        await asyncio.sleep(0.2)
    if not sys.stderr.isatty():
        return
    columns = (
        TextColumn("catching up"),
        BarColumn(),
        TextColumn("{task.completed:,} of {task.total:,}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=max(1, progress.lag_at_start))
        while not progress.caught_up():
            bar.update(task, completed=max(0, progress.lag_at_start - (progress.lag or 0)))
            await asyncio.sleep(0.3)
    console.print(f"caught up: {progress.articles:,} articles taken in")
