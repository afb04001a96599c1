"""A PostgreSQL server for the tests, from Debian's packages or wherever its programs are."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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
def server(folder: Path) -> Iterator[str]:
    """A running server -> its address, of a database without tables. Skips where there is none."""
    found = programs()
    if found is None:
        pytest.skip("no PostgreSQL here (Debian: apt-get install postgresql)")
    as_user: list[str] = []
    if os.geteuid() == 0:  # which PostgreSQL refuses to run as
        try:
            owner = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
        as_user = ["runuser", "-u", "postgres", "--"]
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and parent != Path("/") and parent != Path("/tmp"):
                parent.chmod(parent.stat().st_mode | 0o011)
    data, sockets = folder / "data", folder
    call = [*as_user, str(found / "initdb"), "-D", str(data), "-U", "desk", "-A", "trust", "-N"]
    subprocess.run([*call, "-E", "UTF8"], check=True, capture_output=True)
    process = subprocess.Popen(
        [
            *as_user, str(found / "postgres"), "-D", str(data), "-k", str(sockets), "-c",
            "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    ready = [str(found / "pg_isready"), "-h", str(sockets), "-U", "desk", "-d", "postgres", "-t"]
    try:
        deadline = time.monotonic() + _START_SECONDS
        while subprocess.run([*ready, "1"], check=False, capture_output=True).returncode:
            assert process.poll() is None, f"PostgreSQL ended with {process.returncode}"
            assert time.monotonic() < deadline, f"PostgreSQL: not ready in {_START_SECONDS:.0f} s"
            time.sleep(0.2)
        yield f"postgresql://desk@/{{name}}?host={sockets}"
    finally:
        subprocess.run(
            [*as_user, str(found / "pg_ctl"), "-D", str(data), "-m", "fast", "-t", "60", "stop"],
            check=False,
            capture_output=True,
        )
        process.wait(90)
