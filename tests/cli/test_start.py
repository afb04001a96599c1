"""The command line starts fast: each command imports what it needs when it runs."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata

import pytest
from typer.testing import CliRunner

from streams.cli import group
from streams.cli.main import COMMANDS, overview

# Each costs more than the whole start may: .4 s of CPU is the limit, .15 s the aim.
HEAVY = {
    "numpy", "numba", "faust", "aiokafka", "pydantic", "typer", "rich", "trafilatura", "lxml",
    "sqlalchemy", "starlette", "uvicorn",
}  # fmt: skip


def modules_of(program: str, *arguments: str) -> set[str]:
    """The packages that are imported when a program ends."""
    code = f"import sys\n{program}\nprint(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    return {name.split(".")[0] for name in done.stderr.split()}


def imported_by(*arguments: str) -> set[str]:
    """The packages that one run of the command imports."""
    run = "from streams.cli.main import run; run()"
    return modules_of(f"try:\n    {run}\nexcept SystemExit:\n    pass", *arguments)


@pytest.mark.parametrize("argument", ["--help", "version", "--version"])
def test_help_and_version_import_the_standard_library_only(argument: str) -> None:
    known = {*sys.stdlib_module_names, *modules_of("pass"), "streams"}
    assert imported_by(argument) - known == set()


@pytest.mark.parametrize("command", ["worker", "show", "process", "topics", "settings", "desk"])
def test_help_of_a_command_imports_nothing_that_only_its_work_needs(command: str) -> None:
    allowed = {"pydantic", "typer", "rich"}  # Typer's own, and for errors
    assert (HEAVY - allowed) & imported_by(command, "--help") == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["worker", "--set", "chunk_records=0"],
        ["worker", "--set", "outlets_file=nowhere.toml"],
        ["process", "nowhere.jsonl"],
    ],
)
def test_a_mistake_is_named_before_compiled_loops_are_loaded(arguments: list[str]) -> None:
    assert {"numba", "faust", "aiokafka"} & imported_by(*arguments) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_describes_a_command_as_its_own_help_does(name: str) -> None:
    _, sentence = COMMANDS[name]
    shown = CliRunner().invoke(group.app, [name, "--help"], env={"COLUMNS": "300"}).stdout
    assert sentence in " ".join(shown.split())


def test_the_overview_is_what_the_command_alone_prints_and_names_every_command() -> None:
    alone = CliRunner().invoke(group.app, [])
    assert alone.output.split() == overview().split()
    assert all(f"\n  {name} " in overview() for name in COMMANDS)


def test_a_command_that_does_not_exist_is_an_error_that_names_the_nearest() -> None:
    done = CliRunner().invoke(group.app, ["wroker"])
    assert done.exit_code == 2
    assert "worker" in done.output


def test_the_version_is_that_of_the_package() -> None:
    shown = CliRunner().invoke(group.app, ["version"]).stdout
    assert shown == f"echowire {metadata.version('echowire')}\n"
