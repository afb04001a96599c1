"""A PostgreSQL server for the tests, from Debian's packages or wherever its programs are."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

_START_SECONDS = 120.0


def programs() -> Path | None:
    """The folder with initdb and postgres, the newest version of Debian's; None where none is."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    return debian[-1].parent if debian else None


@contextmanager
def running_server() -> Iterator[Server]:
    """A server in a folder of its own. Not in pytest's: as root, each other run of pytest that
    begins meanwhile closes that to all other users, this server's among them."""
    with TemporaryDirectory(prefix="echowire-postgresql-") as folder:
        server = Server(Path(folder))
        try:
            yield server
        finally:
            server.stop()


class Server:
    """A server of a session's own. Skips where there are no programs for it."""

    def __init__(self, folder: Path) -> None:
        found = programs()
        if found is None:
            pytest.skip("no PostgreSQL here (Debian: apt-get install postgresql)")
        self._programs, self._folder, self._as = found, folder, _not_as_root(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._call("initdb", "-D", self._data, "-U", "desk", "-A", "trust", "-N", "-E", "UTF8")
        self._start()

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def address(self, name: str) -> str:
        """Of a database of this name. A server that ended meanwhile is started again, and its last
        words are a warning: it is not what is tested."""
        if self._process is None or self._process.poll() is not None:
            log = (self._folder / "log").read_text(errors="replace")
            warnings.warn(f"PostgreSQL had ended: {log[-2000:]}", stacklevel=2)
            self._start()
        return f"postgresql://desk@/{name}?host={self._folder}"

    def stop(self) -> None:
        self._call("pg_ctl", "-D", self._data, "-m", "fast", "-t", "60", "stop", check=False)
        if self._process is not None:
            try:
                self._process.wait(90)
            except subprocess.TimeoutExpired:
                self._process.kill()  # its other processes notice, and end
                self._process.wait(30)

    def _start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(self._programs / "postgres"), "-D", self._data, "-k", str(self._folder),
                    "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200",
                ],
                stdout=log, stderr=log, start_new_session=True, **self._as,
            )  # fmt: skip
        ready = ("-h", str(self._folder), "-U", "desk", "-d", "postgres", "-t", "1")
        deadline = time.monotonic() + _START_SECONDS
        while self._call("pg_isready", *ready, check=False):
            code = self._process.poll()
            assert code is None, f"PostgreSQL ended with {code}: see {self._folder}/log"
            assert time.monotonic() < deadline, f"PostgreSQL: not ready in {_START_SECONDS:.0f} s"
            time.sleep(0.2)

    def _call(self, name: str, *arguments: str, check: bool = True) -> int:
        command = [str(self._programs / name), *arguments]
        return subprocess.run(command, check=check, capture_output=True, **self._as).returncode


def _not_as_root(folder: Path) -> dict[str, Any]:
    """Options of a process by Debian's user postgres, who may write here, if we are root: as which
    PostgreSQL refuses to run."""
    if os.geteuid() != 0:
        return {}
    try:
        owner = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    for parent in folder.parents:
        if parent.stat().st_uid == 0 and parent != Path("/") and parent != Path("/tmp"):
            parent.chmod(parent.stat().st_mode | 0o011)
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": [], "cwd": folder}
