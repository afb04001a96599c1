"""The command line's entry: answers what needs no library; Typer handles the rest.

`echowire --help` and `echowire version` import the standard library only, and start at once.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import sys
import textwrap

from streams.errors import UserError

ABOUT = "Finds syndicated copies in a stream of news articles, on Kafka, as they come."

# Name -> where the command is, and its line in the list of commands: the first sentence of its
# docstring, or of its group's help.
COMMANDS = {
    "worker": (
        "streams.cli.commands:worker",
        "Run a worker: raw articles in, enriched articles, stories and events out.",
    ),
    "produce": (
        "streams.cli.produce:produce_command",
        "Send raw events to Kafka. Exits with 1 if any fails, or all of a file will be rejected.",
    ),
    "tail": (
        "streams.cli.tail:tail_command",
        "Show articles with their verdicts, stories, events or dead letters as they come.",
    ),
    "show": (
        "streams.cli.commands:show",
        "Show how one raw event was understood: story, what was cut and why, parts, attribution.",
    ),
    "process": (
        "streams.cli.commands:process",
        "Run the whole pipeline without Kafka: raw events in, enriched events out, as JSON lines.",
    ),
    "desk": (
        "streams.desk.command:desk_command",
        "Show stories, their copies and their verdicts on web pages.",
    ),
    "evaluate": (
        "streams.cli.evaluate:evaluate_command",
        "Run detection on labelled documents and measure its quality.",
    ),
    "topics": (
        "streams.cli.topics:app",
        "Create, check and alter the Kafka topics.",
    ),
    "dead-letters": (
        "streams.cli.dead_letters:app",
        "List, show, export and replay the records that could not become articles.",
    ),
    "rebuild": (
        "streams.cli.rebuild:rebuild_command",
        "Recompute detection.segments from articles.normalised, when a new version asks for it.",
    ),
    "settings": (
        "streams.cli.commands:settings",
        "Show every setting with its value and meaning.",
    ),
    "version": (
        "streams.cli.commands:version",
        "Show the version.",
    ),
}
_WIDEST = 100
_FULL = errno.ENOSPC, errno.EDQUOT, errno.EFBIG  # a disk, a quota, a file that may not grow


def overview() -> str:
    """What `echowire --help` prints: every command with a sentence about it."""
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    column = max(map(len, COMMANDS)) + 4
    commands = "\n".join(
        textwrap.fill(f"  {name:<{column - 2}}{sentence}", width, subsequent_indent=" " * column)
        for name, (_, sentence) in COMMANDS.items()
    )
    return (
        "Usage: echowire COMMAND [OPTIONS] [ARGUMENTS]\n\n"
        f"{textwrap.fill(ABOUT, width)}\n\n"
        f"Commands:\n{commands}\n\n"
        "`echowire COMMAND --help` explains a command and its options.\n"
    )


def version() -> str:
    """What `echowire version` prints."""
    from importlib import metadata  # noqa: PLC0415 -- 30 ms, which only this command needs

    return f"echowire {metadata.version('echowire')}\n"


def run() -> None:
    """The entry point. An error that the user can fix is one sentence, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # not every terminal can write every letter
            stream.reconfigure(errors="backslashreplace")
    try:
        _run(sys.argv[1:])
    except UserError as error:
        from rich.console import Console  # noqa: PLC0415

        console = Console(stderr=True, highlight=False)
        console.print("[red]error:[/]", error, soft_wrap=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of a pipe has gone
        _give_up_output()
    except Exception as error:
        sentence, code = _ending_of(error)
        if code is None:
            raise
        sys.stderr.write(f"error: {sentence}\n")
        sys.exit(code)


def _run(arguments: list[str]) -> None:
    match arguments:
        case ["--help"]:
            sys.stdout.write(overview())
        case ["version"] | ["--version"]:
            sys.stdout.write(version())
        case _:
            from streams.cli.group import app  # noqa: PLC0415 -- with all of Typer

            app(prog_name="echowire")
    sys.stdout.flush()


def _ending_of(error: Exception) -> tuple[str, int | None]:
    """What to say of an error of the system or the brokers, and the exit code, as in sysexits.h; no
    code for any other. Imports nothing, as each import takes a descriptor."""
    if isinstance(error, OSError):
        if error.errno in _FULL:
            _give_up_output()
            return f"{error.strerror}: what was written is not complete", 74
        if error.errno in (errno.EMFILE, errno.ENFILE):
            return f"{error.strerror}: raise the limit (`ulimit -n`)", 78
    errors = sys.modules.get("aiokafka.errors")  # it is there if the error is one of these
    if errors is None or not isinstance(error, errors.KafkaError):
        return "", None
    if "Authorization" in type(error).__name__:
        return f"the brokers do not allow it ({error}): docs/security.md lists the rights", 77
    if error.retriable:  # while they elect leaders and coordinators
        return f"the brokers cannot answer now ({error}): try again soon", 69
    return "", None


def _give_up_output() -> None:
    """Python must not write to standard output again at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    run()
