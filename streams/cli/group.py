"""All commands as one Typer application, none of which is imported before it runs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from streams.cli.main import ABOUT, COMMANDS, overview
from streams.json_object import Json

_STYLE: Json = {
    "rich_markup_mode": None,  # plain help: drawing boxes takes .2 s
    "pretty_exceptions_enable": False,
    "add_completion": False,
}


class LazyCommand(TyperCommand):
    """A command known by its name and summary until it is called."""

    def __init__(self, name: str, place: str, summary: str) -> None:
        super().__init__(name, help=summary)
        self.place = place

    def load(self) -> Any:
        """Import the command, or group of commands, itself."""
        module, name = self.place.split(":")
        found = getattr(import_module(module), name)
        one = typer.Typer(**_STYLE)
        if isinstance(found, typer.Typer):
            one.add_typer(found, name=self.name)
            return typer.main.get_group(one).commands[str(self.name)]
        one.command(self.name)(found)
        return typer.main.get_command(one)

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """A context of the real command, which then runs."""
        return self.load().make_context(info_name, args, parent, **extra)


class LazyGroup(TyperGroup):
    """The group of all commands."""

    def __init__(self, **attributes: Any) -> None:
        commands = [LazyCommand(name, *about) for name, about in COMMANDS.items()]
        super().__init__(**{**attributes, "commands": commands})

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """The same overview as without Typer."""
        formatter.write(overview())


app = typer.Typer(name="echowire", cls=LazyGroup, no_args_is_help=True, **_STYLE)


@app.callback(help=ABOUT)
def echowire() -> None:
    """Only makes this a group."""
