"""`echowire rebuild`: recomputes the segments of all shards from the articles."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich import progress as columns
from rich.console import Console

from streams.cli.options import BootstrapServers, TopicPrefix
from streams.kafka.connection import admin_client
from streams.settings import load_settings


def rebuild_command(
    group: Annotated[str | None, typer.Option(help="Consumer group of the workers.")] = None,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """Recompute detection.segments from articles.normalised, when a new version asks for it.

    Publishes no verdict: published ones stand. First stop all workers with SIGTERM, so that what
    they have decided is committed. Deletes the old segments.
    """
    # Imported here: the detector's compiled loops take time to load, which other commands avoid.
    from streams.kafka.rebuild import Rebuilt, rebuild_all  # noqa: PLC0415

    settings = load_settings(
        bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix, group=group
    )
    console = Console(stderr=True, highlight=False)
    with columns.Progress(
        columns.TextColumn("shard {task.description}"), columns.BarColumn(),
        columns.MofNCompleteColumn(), columns.TimeRemainingColumn(),
        console=console, transient=True, disable=not console.is_terminal,
    ) as bar:  # fmt: skip
        tasks: dict[int, columns.TaskID] = {}

        def show(partition: int, done: int, total: int) -> None:
            if partition not in tasks:
                tasks[partition] = bar.add_task(str(partition))
            bar.update(tasks[partition], completed=done, total=total)

        async def run() -> Rebuilt:
            async with admin_client(settings) as admin:
                return await rebuild_all(admin, settings, show)

        rebuilt = asyncio.run(run())
    for missing in rebuilt.missing:
        console.print(missing, style="yellow", markup=False)
    typer.echo(f"{rebuilt.articles} articles are in the shards' segments")
