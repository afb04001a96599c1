"""The command line: `echowire COMMAND --help` teaches each command."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from streams.cli import dead_letters
from streams.cli.evaluate import evaluate_command
from streams.cli.options import BootstrapServers, TopicPrefix
from streams.cli.produce import produce_command
from streams.cli.rebuild import rebuild_command
from streams.cli.show import show_command
from streams.cli.tail import tail_command
from streams.kafka.connection import BrokerUnreachableError, admin_client
from streams.kafka.rights import RightsError
from streams.kafka.topics import DEFAULT_RETENTION_HOURS, TopicsError, check_topics, create_topics
from streams.settings import (
    DEFAULT_FILE,
    PREFIX,
    Settings,
    SettingsError,
    load_settings,
    settings_file,
)
from streams.sources.inputs import read_events
from streams.sources.raw_events import InputError

app = typer.Typer(
    name="echowire",
    help="Finds syndicated copies in a stream of news articles, on Kafka, as they come.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    add_completion=False,
)
topics_app = typer.Typer(help="Create and check the Kafka topics.", no_args_is_help=True)
app.add_typer(topics_app, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.command("produce")(produce_command)
app.command("tail")(tail_command)
app.command("rebuild")(rebuild_command)
app.command("show")(show_command)
app.command("evaluate")(evaluate_command)

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)


@app.command()
def worker(
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    stage: Annotated[
        str, typer.Option(help="'normalise', 'detect', or 'all': both in one process.")
    ] = "all",
    group: Annotated[str | None, typer.Option(help="Consumer group of the workers.")] = None,
    http_port: Annotated[
        int | None, typer.Option(help="Port of /metrics, /livez, /readyz.")
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Any other setting: `echowire settings`."),
    ] = None,
) -> None:
    """Run a worker: raw articles in, enriched articles, stories and events out.

    Start as many as there are partitions; they share the work. Stop one with Ctrl-C or SIGTERM:
    what it has not finished, another does.
    """
    # Importing Faust takes a second, which the other commands need not wait for.
    from streams.app import STAGES  # noqa: PLC0415
    from streams.cli.worker import run_worker  # noqa: PLC0415

    if stage != "all" and stage not in STAGES:
        raise SettingsError(f"--stage: expected normalise, detect or all, got {stage!r}")
    settings = load_settings(
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        group=group,
        http_port=http_port,
        **_assignments(set_ or []),
    )
    run_worker(settings, STAGES if stage == "all" else [stage])


@app.command("process")
def process_command(
    source: Annotated[
        Path, typer.Argument(metavar="[FILE|-]", help="Raw events: anything `produce` takes.")
    ] = Path("-"),
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE|-", help="Enriched events, JSON lines.")
    ] = Path("-"),
    rejected: Annotated[
        Path | None, typer.Option(help="Where rejected events go, with their reasons.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Any setting.")
    ] = None,
) -> None:
    """Do the whole work without Kafka: raw events in, enriched events out, as JSON lines.

    The same events with the same times give the same bytes as through Kafka. An event without a
    time of its own takes that of the one before it.
    """
    from streams.agents.page_pool import PagePool  # noqa: PLC0415
    from streams.pipeline import Summary, process  # noqa: PLC0415

    settings, summary = load_settings(**_assignments(set_ or [])), Summary()
    pool = PagePool(settings.page_processes, settings.page_seconds)
    with contextlib.ExitStack() as files:
        files.callback(pool.close)
        sink = sys.stdout.buffer if str(output) == "-" else files.enter_context(output.open("wb"))
        refused = files.enter_context(rejected.open("wb")) if rejected else None
        for done in process(read_events([source]), settings, pool.read_now, summary):
            sink.writelines(line + b"\n" for line in done.enriched)
            if refused:
                refused.writelines(line + b"\n" for line in done.rejected)
        sink.flush()
    relations = ", ".join(f"{count} {name}" for name, count in summary.relations.most_common())
    reasons = ", ".join(f"{count} {name}" for name, count in summary.rejected.most_common())
    err.print(
        f"{summary.events} events: {relations or 'no articles'};"
        f" {summary.redeliveries} redeliveries; {summary.rejected.total()} rejected"
        + (f" ({reasons})" if reasons else "")
    )


@topics_app.command("create")
def topics_create(
    partitions: Annotated[int, typer.Option(min=1, help="Of every topic.")] = 4,
    replication: Annotated[int, typer.Option(min=1, help="Copies of each record.")] = 1,
    retention_hours: Annotated[
        int,
        typer.Option(
            min=-1, help="How long records are kept; -1 for ever. Never below the window."
        ),
    ] = DEFAULT_RETENTION_HOURS,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """Create the topics that are missing. Those that exist are left as they are."""
    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)

    async def create() -> list[str]:
        async with admin_client(settings) as admin:
            created = await create_topics(admin, settings, partitions, replication, retention_hours)
            await check_topics(admin, settings)
            return created

    created = asyncio.run(create())
    out.print(f"created: {', '.join(created)}" if created else "all topics are there already")


@topics_app.command("check")
def topics_check(
    bootstrap_servers: BootstrapServers = None, topic_prefix: TopicPrefix = None
) -> None:
    """Compare the topics with what echowire needs; exit with 1 and name what is wrong."""
    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)

    async def check() -> dict[str, int]:
        async with admin_client(settings) as admin:
            return await check_topics(admin, settings)

    for name, count in asyncio.run(check()).items():
        out.print(f"{name}: {count} partitions")


@app.command("settings")
def settings_command() -> None:
    """Show every setting with its value and meaning."""
    settings = load_settings()
    file = settings_file() or f"none: {PREFIX}CONFIG, or {DEFAULT_FILE} here"
    out.print(
        f"A command's flags come first, then the environment ({PREFIX}WINDOW_SECONDS=3600), then"
        f" the settings file ({file}).\n"
    )
    for name, field in Settings.model_fields.items():
        out.print(Text(f"{name} = {getattr(settings, name)}", "bold"), soft_wrap=True)
        out.print(Padding(field.description or "", (0, 0, 0, 4)))


@app.command("version")
def version_command() -> None:
    """Show the version."""
    out.print(f"echowire {version('echowire')}")


def _assignments(pairs: list[str]) -> dict[str, Any]:
    wrong = next((pair for pair in pairs if "=" not in pair), None)
    if wrong is not None:
        raise SettingsError(f"--set: expected NAME=VALUE, got {wrong!r}")
    return dict(pair.split("=", 1) for pair in pairs)


def run() -> None:
    """The entry point: errors that a user can mend are one sentence, without a traceback."""
    try:
        app()
    except SettingsError as error:
        err.print("[red]error:[/]", error, soft_wrap=True)
        sys.exit(78)  # sysexits.h: configuration
    except RightsError as error:
        err.print("[red]error:[/]", error, soft_wrap=True)
        sys.exit(77)  # sysexits.h: permission denied
    except (TopicsError, BrokerUnreachableError, InputError) as error:
        err.print("[red]error:[/]", error, soft_wrap=True)
        sys.exit(1)
    except BrokenPipeError:  # the reader of a pipe has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    run()
