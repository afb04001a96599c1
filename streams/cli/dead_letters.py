"""`echowire dead-letters`: what could not become an article, why, and how to retry it."""

from __future__ import annotations

import asyncio
import base64
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich import progress as columns
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from schemas.dead_letter import Reason
from streams.cli.options import BootstrapServers, TopicPrefix
from streams.cli.output import written
from streams.cli.terminal import safe
from streams.kafka.dead_letter_log import Choice, DeadLetter, letter_log
from streams.settings import Settings, SettingsError, load_settings

app = typer.Typer(
    help="List, show, export and replay the records that could not become articles.",
    no_args_is_help=True,
)
out, err = Console(highlight=False), Console(stderr=True, highlight=False)

Reasons = Annotated[
    list[Reason] | None,
    typer.Option("--reason", help="Only dead letters with this reason; repeatable."),
]
Since = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Only records of this time or later, as 2026-03-02T10:00Z."),
]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Only records before this time.")]

_VALUE_BYTES = 2000


@app.command("list")
def list_command(
    reason: Reasons = None,
    since: Since = None,
    until: Until = None,
    most: Annotated[int, typer.Option(min=1, help="Most dead letters to list.")] = 100,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """List dead letters with their details, oldest first, and count them by reason."""
    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    choice = Choice(reason or (), _time(since), _time(until))
    counts = Counter[Reason]()

    def take(letter: DeadLetter) -> None:
        if counts.total() < most:
            _print(letter)
        counts[letter.why.dlt_reason] += 1

    _read(settings, choice, take)
    if counts.total() > most:
        out.print(f"... and {counts.total() - most} more; --most shows them")
    found = ", ".join(f"{counts[each]} {each.value}" for each in Reason if counts[each])
    out.print(f"{counts.total()} dead letters{': ' if found else ''}{found}")


def _print(letter: DeadLetter) -> None:
    """Two lines, or three."""
    why = letter.why
    origin = f"{why.dlt_topic}[{why.dlt_partition}]@{why.dlt_offset}"
    head = f"{letter.place:<7} {why.dlt_reason.value:<14} {why.dlt_time:<24} {origin}"
    tries = f", try {letter.attempt}" if letter.attempt != 1 else ""
    out.print(Text(safe(head + tries)), soft_wrap=True)
    out.print(Padding(Text(safe(why.dlt_detail), "dim"), (0, 0, 0, 8)))
    if why.dlt_truncated:
        out.print(Padding(Text(safe(why.dlt_truncated), "dim"), (0, 0, 0, 8)))


@app.command()
def show(
    place: Annotated[str, typer.Argument(help="PARTITION:OFFSET, as `list` shows it.")],
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """Show one dead letter: reason, headers and the original record."""
    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    found: list[DeadLetter] = []
    _read(settings, Choice(place=place), found.append)
    if not found:
        raise SettingsError(
            f"{place}: no dead letter there; `echowire dead-letters list` lists them"
        )
    letter = found[0]
    for name, value in letter.why.model_dump(mode="json").items():
        if value is not None:
            out.print(Text(f"{name.removeprefix('dlt_'):10} {safe(value)}"))
    for name, raw in letter.headers:
        said = "none" if raw is None else safe(raw.decode(errors="backslashreplace"))
        out.print(Text(f"header     {safe(name)}: {said}"))
    key = "none" if letter.key is None else safe(letter.key.decode(errors="backslashreplace"))
    out.print(Text(f"key        {key}"))
    value = letter.value or b""
    rest = f"... ({len(value)} bytes)" if len(value) > _VALUE_BYTES else ""
    out.print(Text(safe(value[:_VALUE_BYTES].decode(errors="backslashreplace")) + rest))


@app.command()
def export(
    output: Annotated[Path, typer.Argument(metavar="FILE|-", help="JSON lines.")] = Path("-"),
    reason: Reasons = None,
    since: Since = None,
    until: Until = None,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """Write dead letters as JSON lines: reason, headers, key and value; bytes as base64."""
    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    choice, count = Choice(reason or (), _time(since), _time(until)), 0
    with written(output) as sink:

        def take(letter: DeadLetter) -> None:
            nonlocal count
            sink.write(_line(letter))
            count += 1

        _read(settings, choice, take)
        sink.flush()
    err.print(f"{count} dead letters")


@app.command("replay")
def replay_command(
    reason: Reasons = None,
    since: Since = None,
    until: Until = None,
    place: Annotated[str | None, typer.Option(help="Only the one at PARTITION:OFFSET.")] = None,
    tries: Annotated[
        int, typer.Option(min=1, help="Only records with at most this many attempts.")
    ] = 1,
    rate: Annotated[float, typer.Option(min=0.1, help="Most records a second.")] = 100.0,
    do_it: Annotated[
        bool, typer.Option("--yes", help="Send them. Otherwise only report what would be sent.")
    ] = False,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """Send the records of dead letters to their original topic again.

    A record that fails again becomes another dead letter with a higher count of tries. It is left
    out next time, unless --tries says otherwise; then its newest dead letter is sent. Dead letters
    are never removed; a record sent twice is a redelivery and publishes nothing.
    """
    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    choice = Choice(reason or (), _time(since), _time(until), place, tries)
    asyncio.run(_replay(settings, choice, rate if do_it else None))


async def _replay(settings: Settings, choice: Choice, rate: float | None) -> None:
    # Imported here: the producer's compiled loops take time to load, which other commands avoid.
    from streams.kafka.replay import plan, replay  # noqa: PLC0415

    async with letter_log(settings) as log:
        plans = await plan(settings, log, choice)
        if plans.failed_again:
            out.print(f"{plans.failed_again} left out, which have failed again: see --tries")
        if plans.cut:
            out.print(
                f"{plans.cut} left out, whose letters do not hold the whole record: see `show`"
            )
        if rate is None:
            out.print(f"{plans.letters} records would be sent again; --yes sends them")
            return
        with columns.Progress(
            columns.BarColumn(), columns.MofNCompleteColumn(), columns.TimeRemainingColumn(),
            console=err, transient=True, disable=not err.is_terminal,
        ) as bar:  # fmt: skip
            task = bar.add_task("", total=plans.letters)
            sent = await replay(
                settings,
                (letter async for letter in log.read(choice) if plans.sends(letter)),
                rate=rate,
                progress=lambda done: bar.update(task, completed=done),
            )
    out.print(f"{sent} records sent again")


def _read(settings: Settings, choice: Choice, take: Callable[[DeadLetter], object]) -> None:
    async def read() -> None:
        async with letter_log(settings) as log:
            async for letter in log.read(choice):
                take(letter)

    asyncio.run(read())


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"{text!r}: expected a time such as 2026-03-02T10:00:00Z") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _line(letter: DeadLetter) -> bytes:
    """One dead letter as JSON; `value` too where it is text, since people grep for it."""

    def encoded(data: bytes | None) -> str | None:
        return None if data is None else base64.b64encode(data).decode()

    fields = {
        "place": letter.place,
        **letter.why.model_dump(mode="json"),
        "headers": {name: encoded(value) for name, value in letter.headers},
        "key_base64": encoded(letter.key),
        "value_base64": encoded(letter.value),
        "value": (letter.value or b"").decode(errors="replace"),
    }
    return orjson.dumps(fields) + b"\n"
