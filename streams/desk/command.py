"""`echowire desk`: its options. What it needs is imported when it runs."""
# ruff: noqa: PLC0415

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.options import BootstrapServers, TopicPrefix
from streams.errors import UserError

PORT = 6067
_UNITS = {"h": 3600, "d": 86_400, "w": 7 * 86_400}


def desk_command(
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    database: Annotated[
        str, typer.Option(help="A file for SQLite, or postgresql://USER@HOST/NAME.")
    ] = "echowire-desk.db",
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port; 0 picks a free one.")] = PORT,
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
    try:
        from streams.desk.access.startup import ask_for_user, open_to
        from streams.desk.database import open_database
        from streams.desk.serve import serve
        from streams.desk.web.desk import Options
    except ModuleNotFoundError as error:
        raise UserError(
            f"the desk needs {error.name}: pip install 'echowire[desk]' brings what it needs"
        ) from None
    from streams.settings import load_settings

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
        serve(opened, settings, options, host, port)
    finally:
        opened.close()


def _keep_seconds(keep: str) -> int | None:
    if keep == "all":
        return None
    number, unit = keep[:-1], keep[-1:]
    if not (number.isdecimal() and int(number) and unit in _UNITS):
        raise UserError(f"--keep: expected a number with h, d or w, or 'all', got {keep!r}")
    return int(number) * _UNITS[unit]
