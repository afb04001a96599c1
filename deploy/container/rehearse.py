"""`python -m deploy.container.rehearse`: do what the Containerfile does, without a container.

Builds the wheel, installs it with the locked dependencies into an environment of its own, and runs
the image's command with the image's settings: in an empty folder that cannot be written, as a user
without rights where this one may become another (root), with nothing of this project in reach.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from deploy.kafka.embedded import EmbeddedKafka

ROOT = Path(__file__).parents[2]
CONTAINERFILE = Path(__file__).with_name("Containerfile")
SAMPLE = ROOT / "deploy" / "demo" / "sample.jsonl"
NOBODY = 65534
_READY_SECONDS = 120.0
_SAMPLE_VERDICTS = 150
_PYTHONS = ("python3.11", "/usr/bin/python3.11", "/usr/local/bin/python3.11")


class RehearsalFailedError(Exception):
    """A step that failed, with its output."""


def image_settings(containerfile: str) -> dict[str, str]:
    """The ECHOWIRE_* variables that the image sets."""
    return dict(re.findall(r"(ECHOWIRE_[A-Z_]+)=(\S+)", containerfile))


def image_command(containerfile: str) -> list[str]:
    """ENTRYPOINT and CMD together."""
    found = re.findall(r"^(?:ENTRYPOINT|CMD) \[(.+)\]$", containerfile, re.MULTILINE)
    return [word.strip(' "') for line in found for word in line.split(",")]


def main() -> None:
    """Rehearse; exits with 1 and says what failed."""
    with tempfile.TemporaryDirectory(prefix="echowire-image-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            _install(folder)
            _run(folder)
        except RehearsalFailedError as error:
            sys.exit(str(error))


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _call(*command: str | Path, cwd: Path = ROOT) -> None:
    done = subprocess.run(  # noqa: S603
        [str(word) for word in command], cwd=cwd, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RehearsalFailedError(f"{shlex.join(map(str, command))}:\n{done.stdout}{done.stderr}")


def _user() -> int | None:
    """The user to run as: nobody if possible, else ourselves."""
    return NOBODY if os.geteuid() == 0 else None


def _python() -> str:
    """A Python 3.11 that this user can run: root's own may be where nobody else can read it."""
    for name in _PYTHONS:
        path = shutil.which(name)
        if path is None:
            continue
        try:
            tried = subprocess.run(  # noqa: S603
                [path, "-c", "import venv, ensurepip, sys; sys.exit(sys.version_info[1] != 11)"],
                user=_user(), check=False, capture_output=True, cwd="/", env={"PATH": "/usr/bin"},
            )  # fmt: skip
        except OSError:
            continue
        if tried.returncode == 0:
            return path
    raise RehearsalFailedError("no Python 3.11 that a user without rights can run: install one")


def _install(folder: Path) -> None:
    started = time.monotonic()
    python, environment = _python(), folder / "echowire"
    _say(f"building the wheel, installing it with {python} and the locked dependencies ...")
    _call(Path(sys.executable).with_name("hatchling"), "build", "-t", "wheel", "-d", folder)
    _call(python, "-m", "venv", environment)
    pip = environment / "bin" / "pip"
    lock = ROOT / "deploy" / "lock" / "runtime.txt"
    _call(pip, "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", lock)
    (wheel,) = folder.glob("*.whl")
    _call(pip, "install", "--quiet", "--no-deps", wheel)
    size = sum(p.stat().st_size for p in environment.rglob("*") if p.is_file()) / 1e6
    _say(f"installed in {time.monotonic() - started:.0f} s: {size:.0f} MB")


def _run(folder: Path) -> None:
    text = CONTAINERFILE.read_text(encoding="utf-8")
    empty, scratch = folder / "empty", folder / "tmp"
    empty.mkdir(mode=0o555)
    scratch.mkdir()
    scratch.chmod(0o777)
    with EmbeddedKafka() as kafka, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {
            "PATH": f"{folder / 'echowire' / 'bin'}:/usr/bin:/bin",
            "TMPDIR": str(scratch),
            "NUMBA_CACHE_DIR": str(scratch / "numba"),
            "PYTHONDONTWRITEBYTECODE": "1",
            **image_settings(text),
            "ECHOWIRE_HTTP_HOST": "127.0.0.1",
            "ECHOWIRE_HTTP_PORT": str(port),
            "ECHOWIRE_BOOTSTRAP_SERVERS": kafka.bootstrap,
        }
        command = image_command(text)
        echowire = str(folder / "echowire" / "bin" / command[0])

        def call(*arguments: str, given: bytes = b"") -> None:
            done = subprocess.run(  # noqa: S603
                [echowire, *arguments], cwd=empty, env=environment, user=_user(), check=False,
                capture_output=True, input=given,
            )  # fmt: skip
            if done.returncode:
                said = (done.stdout + done.stderr).decode()
                raise RehearsalFailedError(f"{arguments}:\n{said}")

        call("topics", "create")
        started, log = time.monotonic(), folder / "worker.log"
        with log.open("wb") as sink:
            worker = subprocess.Popen(  # noqa: S603
                [echowire, *command[1:]], cwd=empty, env=environment, user=_user(),
                stdout=sink, stderr=sink,
            )  # fmt: skip
        try:
            _until_ready(worker, port, log)
            _say(f"ready after {time.monotonic() - started:.1f} s as user {_user()}")
            call("produce", "-", given=SAMPLE.read_bytes())
            _until_judged(worker, port, log)
        finally:
            worker.send_signal(signal.SIGTERM)
            status = worker.wait(30)
        if status:
            raise RehearsalFailedError(f"ended with {status}:\n{log.read_text(encoding='utf-8')}")
        if list(empty.iterdir()):
            raise RehearsalFailedError(f"wrote into its folder: {list(empty.iterdir())}")
        _say("stopped in order; nothing was written outside of its temporary folder")


def _until_judged(worker: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the sample has passed through: at least this many verdicts."""
    deadline, verdicts = time.monotonic() + _READY_SECONDS, 0.0
    while verdicts < _SAMPLE_VERDICTS:
        if worker.poll() is not None or time.monotonic() > deadline:
            text = log.read_text(encoding="utf-8")
            raise RehearsalFailedError(f"{verdicts:.0f} verdicts, then nothing:\n{text}")
        time.sleep(0.2)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        counted = [line for line in lines if line.startswith("echowire_verdicts_total{")]
        verdicts = sum(float(line.rsplit(" ", 1)[1]) for line in counted)
    _say(f"{verdicts:.0f} verdicts on the sample")


def _until_ready(worker: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
                return
        except OSError:
            if worker.poll() is not None or time.monotonic() > deadline:
                text = log.read_text(encoding="utf-8")
                raise RehearsalFailedError(f"the worker did not become ready:\n{text}") from None
            time.sleep(0.2)


if __name__ == "__main__":
    main()
