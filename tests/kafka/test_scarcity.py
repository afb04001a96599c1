"""Without shared memory or descriptors the work still gets done, or one sentence says why not."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from schemas.topics import ENRICHED
from streams.settings import Settings
from tests.kafka.service import Worker, everything_committed, make_topics, push, read, until

pytestmark = pytest.mark.broker

SHARED = Path("/dev/shm")
PAGE = "<html><body><article><p>" + "The council rebuilds the bridge over the river. " * 40
# Filled to the last byte, by a file of another program.
FULL = f"mount -t tmpfs -o size=64k tmpfs {SHARED} && cat /dev/zero >{SHARED}/other; "
MOUNTS = {
    "full": FULL,
    "read-only": f"mount -t tmpfs -o ro tmpfs {SHARED} && ",
    "of 16 MB": f"mount -t tmpfs -o size=16m tmpfs {SHARED} && ",
    "of 1 MB": f"mount -t tmpfs -o size=1m tmpfs {SHARED} && ",
}


def may_mount() -> bool:
    if shutil.which("unshare") is None or not SHARED.is_dir():
        return False
    tried = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", str(SHARED)]
    return subprocess.run(tried, check=False, capture_output=True).returncode == 0


class ShellWorker(Worker):
    """A worker that a shell command starts, at the end of other commands."""

    before = ""

    def launch(self) -> ShellWorker:
        self.program = (
            "-c",
            "import os, sys; os.execvp('unshare', ['unshare', '-rm', 'sh', '-c', *sys.argv[1:]])",
            f'{self.before} exec "$0" -m streams.cli.main "$@" 2>&1',
            sys.executable,
        )
        super().launch()
        return self


@pytest.mark.skipif(not may_mount(), reason="file systems cannot be mounted here")
@pytest.mark.parametrize("shared", MOUNTS)
def test_pages_are_read_with_or_without_shared_memory(
    settings: Settings, tmp_path: Path, shared: str
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    worker = ShellWorker(settings, tmp_path)
    worker.before = MOUNTS[shared]
    with worker.start():
        asyncio.run(push(settings, [{"id": str(n), "html": PAGE} for n in range(40)]))
        until(lambda: worker.ended() or everything_committed(settings), "all pages are read")
        assert not worker.ended()
        records = asyncio.run(read(settings, ENRICHED))
        assert {orjson.loads(r.value)["producer_id"] for r in records} == {
            str(n) for n in range(40)
        }
        assert worker.log().count("no processes for pages") == (shared in ("full", "read-only"))
        assert worker.stop() == 0
        assert "Traceback" not in worker.log()


def test_too_few_descriptors_are_reported_in_a_sentence(settings: Settings) -> None:
    ended = subprocess.run(
        ["sh", "-c", f'ulimit -n 32; exec "{sys.executable}" -m streams.cli.main worker'],
        env=os.environ | {"ECHOWIRE_BOOTSTRAP_SERVERS": settings.bootstrap_servers},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 78
    assert "32 files and connections may be open at once, and a worker needs" in ended.stderr
    assert "Traceback" not in ended.stderr


USES_UP = """
import errno, os, sys, threading, time, urllib.request
import streams.app
from streams.agents.stages.normalise import NormaliseStage
from streams.cli.main import run

work_out = NormaliseStage.work_out

async def use_up(self, chunk):
    try:
        while True:
            os.dup(2)
    except OSError:
        pass
    open(os.devnull)
    return await work_out(self, chunk)

NormaliseStage.work_out = use_up
run()
"""


def test_descriptors_that_run_out_later_are_reported_in_a_sentence(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    worker = Worker(settings, tmp_path)
    worker.program = ("-c", USES_UP)
    with worker.start():
        asyncio.run(push(settings, [{"id": "1", "html": PAGE}]))
        until(worker.ended, "it has ended")
        assert worker.process.returncode == 78
        assert "files and connections that may be open at once are open" in worker.log()
        assert "Traceback" not in worker.log()


HANGS = """
import threading
from streams.agents.running.normaliser_pool import NormaliserPool
from streams.cli import worker
from streams.cli.main import run
from streams.kafka.topic_watch import TopicWatch

worker.STOP_SECONDS = 2.0
NormaliserPool.close = lambda self: threading.Event().wait()

async def fail(self):
    raise RuntimeError("at the start")

TopicWatch.run = fail
run()
"""


def test_a_worker_that_hangs_as_it_ends_is_ended(settings: Settings, tmp_path: Path) -> None:
    """Nobody told it to stop: it ends by an error of its own."""
    asyncio.run(make_topics(settings, partitions=1))
    worker = Worker(settings, tmp_path)
    worker.program = ("-c", HANGS)
    with worker.launch():
        until(worker.ended, "it has ended")
        assert worker.process.returncode == 75
