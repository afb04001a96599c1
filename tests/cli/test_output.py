"""Files that commands write: never one that they read, and a wrong name is a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from streams.cli import dead_letters
from streams.cli.group import app
from streams.cli.output import OutputError, refuse_overwriting, written
from streams.evaluation.labelled import read_labelled
from streams.evaluation.plot import NoPlotsError, draw
from streams.settings import Settings

LINE = b'{"id":"1","text":"Some words of a text."}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An input, with other names of it."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.jsonl").write_bytes(LINE)
    os.link(tmp_path / "in" / "a.jsonl", tmp_path / "hard.jsonl")
    (tmp_path / "soft.jsonl").symlink_to(tmp_path / "in" / "a.jsonl")
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ("in/a.jsonl", "-o", "in/a.jsonl"),
        ("in/a.jsonl", "--rejected", "in/a.jsonl"),
        ("in/a.jsonl", "-o", "hard.jsonl"),
        ("in", "-o", "soft.jsonl"),
        ("in/a.jsonl", "-o", "new.jsonl", "--rejected", "in/../new.jsonl"),
    ],
)
def test_process_does_not_write_over_its_input_or_its_other_output(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(folder)
    done = CliRunner().invoke(app, ["process", *arguments])
    assert done.exit_code == 1
    assert isinstance(done.exception, OutputError)
    assert "write to another file" in str(done.exception)
    assert (folder / "in" / "a.jsonl").read_bytes() == LINE


def test_standard_input_that_is_the_output_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (folder / "in" / "a.jsonl").open() as file:
        monkeypatch.setattr("sys.stdin", file)
        with pytest.raises(OutputError, match="is the input -"):
            refuse_overwriting([folder / "hard.jsonl"], [Path("-")])


def test_devices_may_be_read_and_written() -> None:
    refuse_overwriting([Path(os.devnull), Path(os.devnull)], [Path(os.devnull)])


def test_an_output_that_cannot_be_opened_is_a_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputError, match=r"nowhere/out: cannot be written: No such file"),
        written(tmp_path / "nowhere" / "out"),
    ):
        pass


def test_dead_letters_are_exported_to_what_can_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "_read", lambda _settings, _choice: [])
    done = CliRunner().invoke(app, ["dead-letters", "export", str(tmp_path)])
    assert isinstance(done.exception, OutputError)


@pytest.mark.parametrize("name", ["nowhere/plot.png", "plot.jsonl"])
def test_a_plot_that_cannot_be_written_is_a_sentence(tmp_path: Path, name: str) -> None:
    documents, pairs = tmp_path / "docs.jsonl", tmp_path / "pairs.jsonl"
    documents.write_text('{"idx": 0, "text": "One."}\n{"idx": 1, "text": "Two."}\n')
    pairs.write_text('{"a": 0, "b": 1, "label": "NEG"}\n')
    with pytest.raises(NoPlotsError, match=name.replace(".", r"\.")):
        draw(read_labelled(documents, pairs), Settings().parameters(), tmp_path / name)
