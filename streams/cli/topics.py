"""`echowire topics`: create, check and alter the Kafka topics."""
# ruff: noqa: PLC0415 -- Kafka is imported when a command runs, not for its help

from __future__ import annotations

import asyncio
from functools import partial
from typing import Annotated

import typer

from schemas.topics import Stage
from streams.cli.options import BootstrapServers, TopicPrefix

app = typer.Typer(help="Create, check and alter the Kafka topics.", no_args_is_help=True)


@app.command("create")
def create_command(
    partitions: Annotated[int, typer.Option(min=1, help="Partitions of every topic.")] = 4,
    replication: Annotated[int, typer.Option(min=1, help="Replicas of each partition.")] = 1,
    retention_hours: Annotated[
        int | None,
        typer.Option(
            min=-1,
            show_default="a week",
            help="How long records are kept; -1 keeps them forever. Never below the window.",
        ),
    ] = None,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """Create missing topics. Existing ones are left alone."""
    from streams.kafka.connection import admin_client
    from streams.kafka.topics import DEFAULT_RETENTION_HOURS, check_topics, create_topics
    from streams.settings import load_settings

    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    hours = DEFAULT_RETENTION_HOURS if retention_hours is None else retention_hours

    async def create() -> list[str]:
        async with admin_client(settings) as admin:
            created = await create_topics(admin, settings, partitions, replication, hours)
            await check_topics(admin, settings, tolerate=partial(typer.echo, err=True))
            return created

    created = asyncio.run(create())
    typer.echo(f"created: {', '.join(created)}" if created else "all topics exist already")


@app.command("check")
def check_command(
    bootstrap_servers: BootstrapServers = None, topic_prefix: TopicPrefix = None
) -> None:
    """Compare the topics with what echowire needs; exit with 1 and name what is wrong."""
    from streams.kafka.connection import admin_client
    from streams.kafka.topics import check_topics, refuse_unseen
    from streams.settings import load_settings

    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)

    async def check() -> dict[str, int]:
        async with admin_client(settings) as admin:
            counts = await check_topics(admin, settings)
            await refuse_unseen(admin, settings)
            return counts

    for name, count in asyncio.run(check()).items():
        typer.echo(f"{name}: {count} partitions")


@app.command("alter")
def alter_command(
    do_it: Annotated[
        bool,
        typer.Option("--yes", help="Change them. Otherwise only report what would be changed."),
    ] = False,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """Bring the settings of existing topics in line with what `check` expects.

    Run it once all workers have this version: an older one would take the times of writing for the
    articles' times.
    """
    from streams.kafka.connection import admin_client
    from streams.kafka.topics import alter_topics, refuse_unseen, topic_differences
    from streams.settings import load_settings

    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)

    async def alter() -> int:
        async with admin_client(settings) as admin:
            found = await topic_differences(admin, settings)
            for difference in found:
                typer.echo(f"{difference}\n    -> {difference.setting}={difference.needed}")
            if do_it:
                await alter_topics(admin, found)
            await refuse_unseen(admin, settings)
            return len(found)

    count = asyncio.run(alter())
    typer.echo(
        f"{count} settings {'changed' if do_it else 'would be changed; --yes changes them'}"
        if count
        else "all settings are correct"
    )


@app.command("acls")
def acls_command(
    principal: Annotated[
        str, typer.Argument(help="The workers' principal, as the brokers see it.")
    ],
    stages: Annotated[list[Stage], typer.Argument(help="The stages that these workers run.")],
    group: Annotated[str | None, typer.Option(help="Consumer group of the workers.")] = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """Print the kafka-acls.sh commands that grant the rights these stages need, and no more.

    They lack your brokers' address (--bootstrap-server) and an administrator's --command-config.
    Nothing is changed, and no broker is asked.
    """
    from streams.kafka.rights import acl_command, rights
    from streams.settings import load_settings

    settings = load_settings(topic_prefix=topic_prefix, group=group)
    for right in rights(settings, stages):
        typer.echo(acl_command(principal, right))
