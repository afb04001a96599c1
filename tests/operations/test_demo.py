"""The demo stays up whatever its user does to its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from deploy.demo import __main__ as demo
from deploy.demo.watch import BrokerEndedError, while_it_runs
from tests.kafka.service import until


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


def waiting() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=-1)


def test_what_waits_is_interrupted_when_the_broker_has_ended() -> None:
    ended = pytest.raises(BrokerEndedError, match="by signal 9")
    with waiting() as broker, ended, while_it_runs(broker):
        broker.kill()
        threading.Event().wait(60)


def test_an_error_while_the_broker_runs_stays_what_it_is() -> None:
    with waiting() as broker:
        with pytest.raises(LookupError), while_it_runs(broker):
            raise LookupError
        broker.kill()


@pytest.mark.broker
def test_the_demo_whose_broker_is_killed_ends_with_one_sentence(tmp_path: Path) -> None:
    log = tmp_path / "demo.log"
    with log.open("wb") as sink:
        running = subprocess.Popen(
            [sys.executable, "-m", "deploy.demo", "--keep"],
            stdout=sink, stderr=sink, start_new_session=True,
        )  # fmt: skip
    try:
        until(lambda: "Still running" in log.read_text(), "it is up", 240)
        os.kill(broker_of(running.pid), signal.SIGKILL)
        until(lambda: running.poll() is not None, "it has ended")
        said = log.read_text().split("Ctrl-C stops everything.")[1].split("\n", 1)[1]
        assert said == "demo failed: its broker has ended (by signal 9)\n"
        assert running.returncode == 1
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGINT)
            running.wait(60)


def broker_of(demo_pid: int) -> int:
    """The only Java below the demo."""
    found = [p for p in psutil.Process(demo_pid).children(recursive=True) if "java" in p.name()]
    assert len(found) == 1
    return found[0].pid
