"""Writes docs/cli.md, the reference of all commands, from their own help.

python -m deploy.command_reference            write it
python -m deploy.command_reference --check    fail if it is stale
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.core import TyperGroup
from typer.main import get_command

from streams.cli.group import LazyCommand, app
from streams.cli.main import ABOUT, COMMANDS

PAGE = Path(__file__).parents[1] / "docs" / "cli.md"
_WIDTH = 80
_HEAD = f"""# Commands

{ABOUT}

The help of every command (`echowire COMMAND --help`), written by `make cli`.

| command | |
|---|---|
"""


def reference() -> str:
    """The whole page."""
    rows = "\n".join(
        f"| [`{name}`](#echowire-{name}) | {text} |" for name, (_, text) in COMMANDS.items()
    )
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    sections = [
        section
        for name in COMMANDS
        for section in _sections(f"echowire {name}", root.commands[name])
    ]
    return _HEAD + rows + "\n\n" + "\n".join(sections)


def _sections(path: str, command: Any) -> Iterator[str]:
    if isinstance(command, LazyCommand):
        command = command.load()
    # The width of a narrow terminal, whatever this one has.
    context = command.context_class(
        command, info_name=path, terminal_width=_WIDTH, max_content_width=_WIDTH
    )
    help_ = command.get_help(context).rstrip()
    yield f"## {path}\n\n```text\n{_without_trailing_blanks(help_)}\n```\n"
    if isinstance(command, TyperGroup):
        for name, inner in command.commands.items():
            yield from _sections(f"{path} {name}", inner)


def _without_trailing_blanks(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines())


if __name__ == "__main__":
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != reference():
            sys.exit("stale, run `make cli`: docs/cli.md")
    else:
        PAGE.write_text(reference(), encoding="utf-8")
