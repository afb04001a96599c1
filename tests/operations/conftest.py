"""One worker shared by all tests of this folder that only observe it."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator

import pytest

from deploy.kafka.embedded import EmbeddedKafka
from streams.settings import load_settings
from tests.kafka.service import Worker, make_topics


@pytest.fixture(scope="package")
def watched(kafka: EmbeddedKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """It says all that it does, in JSON, and sends itself canaries twice a second."""
    # Anew each time: between two files of this folder a process may run others.
    name = f"watched-{uuid.uuid4().hex[:8]}"
    settings = load_settings(
        bootstrap_servers=kafka.bootstrap, topic_prefix=f"{name}.", group=name, http_port=0,
        window_articles=4096, normalising_processes=1, canary_seconds=0.5, log_level="debug",
        log_format="json",
    )  # fmt: skip
    asyncio.run(make_topics(settings))
    with Worker(settings, tmp_path_factory.mktemp("watched")) as worker:
        yield worker
