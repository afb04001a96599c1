"""Commands implemented elsewhere: `worker`, `show`, `process`, `settings`, `version`.

What they need is imported when they run, so that `--help` of any of them starts at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli import main
from streams.cli.options import BootstrapServers, TopicPrefix

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streams.pipeline import Sketched
    from streams.sources.raw_events import FileRecord

Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Any other setting: `echowire settings`."),
]


def worker(
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
    stage: Annotated[
        str, typer.Option(help="'normalise', 'detect', or 'all': both in one process.")
    ] = "all",
    group: Annotated[str | None, typer.Option(help="Consumer group of the workers.")] = None,
    http_port: Annotated[
        int | None, typer.Option(help="Port of /metrics, /livez, /readyz, /status.")
    ] = None,
    set_: Assignments = None,
) -> None:
    """Run a worker: raw articles in, enriched articles, stories and events out.

    Start up to as many as there are partitions; they share the work. Stop one with Ctrl-C or
    SIGTERM: another takes over what it has not finished.
    """
    from schemas.topics import STAGES, Stage
    from streams.articles.outlets import outlets
    from streams.settings import SettingsError, load_settings

    if stage != "all" and stage not in STAGES:
        raise SettingsError(f"--stage: expected normalise, detect or all, got {stage!r}")
    settings = load_settings(
        bootstrap_servers=bootstrap_servers,
        topic_prefix=topic_prefix,
        group=group,
        http_port=http_port,
        **_assignments(set_ or []),
    )
    stages = STAGES if stage == "all" else [stage]
    if Stage.NORMALISE in stages:
        outlets(settings.outlets_file)  # raises if it is wrong; processes forked later inherit it
    # Imported last: compiled loops take seconds to load, and a wrong setting is known before.
    from streams.cli.worker import run_worker

    run_worker(settings, stages)


def show(
    what: Annotated[
        str,
        typer.Argument(metavar="FILE|ID", help="A file that `produce` takes, or an article id."),
    ],
    event: Annotated[int, typer.Option(min=1, help="Number of the event in the file.")] = 1,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """Show how one raw event was understood: story, what was cut and why, parts, attribution.

    An article id (32 hex digits) is looked up in Kafka; a file needs none. Exits with 1 if the
    event was rejected.
    """
    from streams.cli.show import show_event
    from streams.settings import load_settings

    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    if not show_event(what, event, settings):
        raise typer.Exit(1)


def process(
    source: Annotated[
        Path, typer.Argument(metavar="[FILE|-]", help="Raw events: anything `produce` takes.")
    ] = Path("-"),
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE|-", help="Enriched events, JSON lines.")
    ] = Path("-"),
    rejected: Annotated[
        Path | None, typer.Option(help="File for rejected events, with their reasons.")
    ] = None,
    set_: Assignments = None,
) -> None:
    """Run the whole pipeline without Kafka: raw events in, enriched events out, as JSON lines.

    The same events with the same times give the same bytes as through Kafka. An event without a
    time of its own takes that of the one before it. Exits with 1 if all events of a file were
    rejected, unless --rejected is set and they are pages without an article.
    """
    from streams.articles.outlets import outlets
    from streams.cli.output import refuse_overwriting, written
    from streams.settings import load_settings
    from streams.sources.inputs import Meter, input_files, read_events

    settings, meter = load_settings(**_assignments(set_ or [])), Meter()
    outlets(settings.outlets_file)  # raises if it is wrong
    inputs = input_files([source])
    refuse_overwriting(filter(None, (output, rejected)), inputs)
    events = read_events(inputs, meter)
    # Imported last: compiled loops take seconds to load, and a missing file is known before.
    from streams.agents.running.normaliser_pool import NormaliserPool
    from streams.cli.process import Summary, normalised_in_time, process
    from streams.pipeline import Pipeline

    summary = Summary()
    processes = max(settings.normalising_processes, _cores())
    pool = NormaliserPool(processes)
    pool.start()
    pipeline = Pipeline(settings.parameters())

    def begin(records: Sequence[FileRecord]) -> Callable[[], Sketched]:
        return pool.begin(
            normalised_in_time,
            records,
            limit_bytes=settings.record_bytes,
            outlets_file=settings.outlets_file,
            page_seconds=settings.page_seconds,
        )

    with ExitStack() as files:
        files.callback(pool.close)
        sink = files.enter_context(written(output))
        refused = files.enter_context(written(rejected)) if rejected else None
        for done in process(
            events, pipeline, settings.chunk_records, summary, begin, ahead=processes
        ):
            sink.writelines(line + b"\n" for line in done.enriched)
            if refused:
                refused.writelines(line + b"\n" for line in done.rejected)
        sink.flush()
    relations = ", ".join(f"{count} {name}" for name, count in summary.relations.most_common())
    reasons = ", ".join(f"{count} {name}" for name, count in summary.rejected.most_common())
    outdated = f" ({summary.outdated} outdated)" if summary.outdated else ""
    typer.echo(
        f"{summary.events} events: {relations or 'no articles'};"
        f" {summary.redeliveries} redeliveries{outdated}; {summary.rejected.total()} rejected"
        + (f" ({reasons})" if reasons else ""),
        err=True,
    )
    for why in meter.refused:
        typer.echo(why, err=True)
    # A page that turns out not to be an article is an answer if --rejected records it.
    judged = summary.rejected["no_article"] if rejected else 0
    if meter.refused or summary.rejected.total() - judged == summary.events > 0:
        raise typer.Exit(1)


def _cores() -> int:
    """How many CPUs this process may use."""
    usable = getattr(os, "sched_getaffinity", None)
    return len(usable(0)) if usable else os.cpu_count() or 1


def settings() -> None:
    """Show every setting with its value and meaning."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    from streams.settings import DEFAULT_FILE, PREFIX, Settings, load_settings, settings_file

    values, out = load_settings(), Console(highlight=False)
    file = settings_file() or f"none: {PREFIX}CONFIG, or {DEFAULT_FILE} here"
    out.print(
        f"Flags take precedence, then the environment ({PREFIX}WINDOW_SECONDS=3600), then"
        f" the settings file ({file}).\n"
    )
    for name, field in Settings.model_fields.items():
        out.print(Text(f"{name} = {getattr(values, name)}", "bold"), soft_wrap=True)
        out.print(Padding(field.description or "", (0, 0, 0, 4)))


def version() -> None:
    """Show the version."""
    typer.echo(main.version(), nl=False)


def _assignments(pairs: list[str]) -> dict[str, str]:
    from streams.settings import SettingsError

    wrong = next((pair for pair in pairs if "=" not in pair), None)
    if wrong is not None:
        raise SettingsError(f"--set: expected NAME=VALUE, got {wrong!r}")
    return dict(pair.split("=", 1) for pair in pairs)
