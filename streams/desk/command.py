"""`echowire desk`: the web application, started."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from streams.cli.options import BootstrapServers, TopicPrefix
from streams.desk.access.startup import ask_for_user, open_to
from streams.desk.database import Database, open_database
from streams.desk.follow import Follower
from streams.desk.ingest import Kind, Place
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk, Options
from streams.errors import UserError
from streams.kafka.topic_reader import read_topics
from streams.kafka.topics import ENRICHED, STORIES, STORY_EVENTS
from streams.settings import Settings, load_settings

KINDS: Mapping[str, Kind] = {ENRICHED: "articles", STORIES: "stories", STORY_EVENTS: "events"}
PORT = 6067
_UNITS = {"h": 3600, "d": 86_400, "w": 7 * 86_400}


def desk_command(
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    database: Annotated[
        str, typer.Option(help="A file for SQLite, or postgresql://USER@HOST/NAME.")
    ] = "echowire-desk.db",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one.")] = PORT,
    keep: Annotated[
        str, typer.Option(help="How much is kept, by event time: 30d, 12h, 8w, or 'all'.")
    ] = "30d",
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Empty the database, and read the topics again.")
    ] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Without review: nobody can change anything.")
    ] = False,
    users: Annotated[
        Path | None, typer.Option(help="File of names and passwords; --add-user writes it.")
    ] = None,
    add_user: Annotated[
        str | None, typer.Option(metavar="NAME", help="Ask for a password, add it to --users, end.")
    ] = None,
    trust_proxy_header: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Header in which a proxy says who has signed in."),
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A name that browsers reach the desk by; repeats.")
    ] = None,
) -> None:
    """Show stories, their copies and their verdicts on web pages.

    Follows the topics into a database of its own, and disturbs no worker. Without a password file
    or a proxy, only this machine can reach it.
    """
    if add_user is not None:
        ask_for_user(users, add_user)
        return
    options = Options(
        read_only=read_only,
        keep_seconds=_keep_seconds(keep),
        users_file=users,
        proxy_header=trust_proxy_header,
        hosts=open_to(host, users, trust_proxy_header, allow_host or []),
    )
    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    opened = open_database(database, rebuild=rebuild)
    try:
        _serve(opened, settings, options, host, port)
    finally:
        opened.close()


def _keep_seconds(keep: str) -> int | None:
    if keep == "all":
        return None
    number, unit = keep[:-1], keep[-1:]
    if not (number.isdecimal() and int(number) and unit in _UNITS):
        raise UserError(f"--keep: expected a number with h, d or w, or 'all', got {keep!r}")
    return int(number) * _UNITS[unit]


def _serve(database: Database, settings: Settings, options: Options, host: str, port: int) -> None:
    def read(start: Mapping[Place, int], most: int) -> Any:
        return read_topics(settings, list(KINDS), start, most)

    follower = Follower(database, read, KINDS, lambda source: source, options.keep_seconds)
    desk = Desk(database, follower.progress, options)
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(desk), host=host, port=port, log_level="warning", server_header=False,
            timeout_graceful_shutdown=2, proxy_headers=False,
        )
    )  # fmt: skip
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    asyncio.run(_run(server, follower))


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
    """A bar while the desk catches up, where there is a terminal; trouble as a line."""
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
