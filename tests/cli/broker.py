"""Topics for a test, and the commands as their users run them."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from streams.kafka.connection import admin_client
from streams.kafka.topics import TopicsError, check_topics, create_topics
from streams.settings import Settings

PARTITIONS = 4


async def create(settings: Settings) -> None:
    """Create all topics, to keep records of any age, and wait until the broker knows them."""
    async with admin_client(settings) as admin:
        await create_topics(admin, settings, PARTITIONS, 1, retention_hours=-1)
        deadline = time.monotonic() + 30
        while True:  # it answers for topics that it does not know yet
            try:
                await check_topics(admin, settings)
            except TopicsError:
                assert time.monotonic() < deadline
            else:
                return


def echowire(command: str, settings: Settings, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a command with pipes on all sides."""
    where = ["-b", settings.bootstrap_servers, "--topic-prefix", settings.topic_prefix]
    return subprocess.Popen(
        [sys.executable, "-m", "streams.cli.main", command, *where, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "COLUMNS": "300"},
    )
