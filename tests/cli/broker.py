"""Topics for a test, and the commands as their users run them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from streams.kafka.connection import admin_client
from streams.kafka.topics import create_topics
from streams.settings import Settings

PARTITIONS = 4


async def create(settings: Settings) -> None:
    """Create all topics, to keep records of any age."""
    async with admin_client(settings) as admin:
        await create_topics(admin, settings, PARTITIONS, 1, retention_hours=-1)


def listen_to_interrupts() -> None:
    """As from a terminal: what a shell starts in the background ignores Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def echowire(command: str, settings: Settings, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a command with pipes on all sides."""
    where = ["-b", settings.bootstrap_servers, "--topic-prefix", settings.topic_prefix]
    return subprocess.Popen(
        [sys.executable, "-m", "streams.cli.main", command, *where, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "COLUMNS": "300"},
        preexec_fn=listen_to_interrupts,  # noqa: PLW1509 - no threads here yet
    )
