"""`echowire dead-letters`: what could not become an article, why, and how to retry it."""

from __future__ import annotations

import asyncio
import base64
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
from streams.kafka.dead_letter_log import Choice, DeadLetter, read_letters
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
    letters = _read(settings, Choice(reason or (), _time(since), _time(until)))
    for letter in letters[:most]:
        why = letter.why
        origin = f"{why.dlt_topic}[{why.dlt_partition}]@{why.dlt_offset}"
        head = f"{letter.place:<7} {why.dlt_reason.value:<14} {why.dlt_time:<24} {origin}"
        tries = f", try {why.dlt_attempt}" if why.dlt_attempt != "1" else ""
        out.print(Text(safe(head + tries)), soft_wrap=True)
        detail = Text(safe(why.dlt_detail), "dim")
        out.print(Padding(detail, (0, 0, 0, 8)))
        if why.dlt_truncated:
            out.print(Padding(Text(safe(why.dlt_truncated), "dim"), (0, 0, 0, 8)))
    if len(letters) > most:
        out.print(f"... and {len(letters) - most} more; --most shows them")
    counts = {r.value: sum(letter.why.dlt_reason is r for letter in letters) for r in Reason}
    found = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    out.print(f"{len(letters)} dead letters{': ' if found else ''}{found}")


@app.command()
def show(
    place: Annotated[str, typer.Argument(help="PARTITION:OFFSET, as `list` shows it.")],
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """Show one dead letter: reason, headers and the original record."""
    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    letter = next(iter(_read(settings, Choice(place=place))), None)
    if letter is None:
        raise SettingsError(
            f"{place}: no dead letter there; `echowire dead-letters list` lists them"
        )
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
    letters = _read(settings, Choice(reason or (), _time(since), _time(until)))
    with written(output) as sink:
        sink.writelines(_line(letter) for letter in letters)
        sink.flush()
    err.print(f"{len(letters)} dead letters")


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

    A record that fails again becomes another dead letter with a higher count of tries, and is
    left out next time unless --tries says otherwise. Dead letters are never removed; a record
    sent twice is a redelivery and publishes nothing.
    """
    # Imported here: the producer's compiled loops take time to load, which other commands avoid.
    from streams.kafka.replay import replay  # noqa: PLC0415

    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    choice = Choice(reason or (), _time(since), _time(until), place, tries)
    found = _read(settings, choice)
    letters = [letter for letter in found if letter.whole]
    if cut := len(found) - len(letters):
        out.print(f"{cut} left out, whose letters do not hold the whole record: see `show`")
    if not do_it:
        out.print(f"{len(letters)} records would be sent again; --yes sends them")
        return
    with columns.Progress(
        columns.BarColumn(), columns.MofNCompleteColumn(), columns.TimeRemainingColumn(),
        console=err, transient=True, disable=not err.is_terminal,
    ) as bar:  # fmt: skip
        task = bar.add_task("", total=len(letters))
        sending = replay(
            settings, letters, rate=rate, progress=lambda done: bar.update(task, completed=done)
        )
        out.print(f"{asyncio.run(sending)} records sent again")


def _read(settings: Settings, choice: Choice) -> list[DeadLetter]:
    async def collect() -> list[DeadLetter]:
        return [letter async for letter in read_letters(settings, choice)]

    return asyncio.run(collect())


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
