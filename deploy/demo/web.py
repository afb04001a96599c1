"""The demo's desk: the web application, showing the results."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_START_SECONDS = 60.0


@contextmanager
def desk(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """Run `echowire desk` -> what to print: its address, or why it did not start."""
    log = folder / "desk.log"
    command = [sys.executable, "-m", "streams.cli.main", "desk", "--port", "0", "--keep", "all"]
    with log.open("wb") as sink:
        process = subprocess.Popen(  # noqa: S603
            [*command, "--database", str(folder / "desk.db")],
            env=dict(environment), stdout=sink, stderr=sink,
        )  # fmt: skip
    try:
        yield _address(process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        found = re.search(r"http://\S+", log.read_text(errors="replace"))
        if found:
            return f"{found[0]}  (stories, copies, comparisons)"
        time.sleep(0.1)
    return f"did not start: {log.read_text(errors='replace').strip() or 'it said nothing'}"
