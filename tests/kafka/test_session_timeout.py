"""A session that the brokers do not accept ends the worker, before it has any partitions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.kafka.embedded import EmbeddedKafka
from streams.agents.running.exit import EXIT_CONFIGURATION
from streams.settings import Settings, load_settings
from tests.kafka.service import Worker, make_topics, until

pytestmark = pytest.mark.broker

AS_BY_DEFAULT = {"group.min.session.timeout.ms": "6000"}  # which our other brokers lower


@pytest.fixture
def settings() -> Iterator[Settings]:
    with EmbeddedKafka(settings=AS_BY_DEFAULT) as broker:
        yield load_settings(
            bootstrap_servers=broker.bootstrap, http_port=0, normalising_processes=1,
            window_articles=4096, session_timeout_seconds=5,
        )  # fmt: skip


def test_a_session_that_the_brokers_do_not_accept_ends_the_worker_with_a_sentence(
    settings: Settings, tmp_path: Path
) -> None:
    """Stock: the group's work stops without a word, for ever."""
    asyncio.run(make_topics(settings, partitions=1))
    with Worker(settings, tmp_path).launch() as worker:
        until(worker.ended, "it has ended")
        assert worker.process.returncode == EXIT_CONFIGURATION, worker.log()
        last = worker.log().splitlines()[-1]
        assert "ended as a member of its group: the brokers do not accept session_timeout_" in last
        assert "group.min.session.timeout.ms" in last
