"""The demo stays up whatever its user does to its worker."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from deploy.demo import __main__ as demo


def test_a_worker_that_has_ended_is_followed_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "_COMMAND", [sys.executable, "-c", "print('started'); exit(9)"])
    worker = demo._Worker({}, tmp_path / "worker.log")
    first = worker.process
    first.wait(20)
    worker.keep_up()
    assert worker.process is not first
    worker.process.wait(20)
    worker.stop()
    assert (tmp_path / "worker.log").read_text() == "started\nstarted\n"
    assert "the worker ended with 9; starting another" in capsys.readouterr().out
