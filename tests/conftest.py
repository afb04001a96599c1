"""What tests of several folders share: one broker a session, and fresh topics for each test."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import hypothesis
import pytest

from deploy.kafka.embedded import EmbeddedKafka
from streams.settings import Settings, load_settings

# On a busy machine an example may take any time, and the first draw of a text builds a table of all
# characters, for seconds. Neither says anything about the code. `make test` draws the same examples
# for the same code, so that a change fails by its own fault; `make fuzz` draws new ones.
_QUIET = [hypothesis.HealthCheck.too_slow]
hypothesis.settings.register_profile(
    "same", deadline=None, suppress_health_check=_QUIET, derandomize=True
)
hypothesis.settings.register_profile("new", deadline=None, suppress_health_check=_QUIET)
hypothesis.settings.load_profile("new" if "FUZZ_INPUTS" in os.environ else "same")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own ECHOWIRE_* variables must not change what tests see."""
    for name in [name for name in os.environ if name.startswith("ECHOWIRE_")]:
        if name != "ECHOWIRE_CACHE":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def kafka() -> Iterator[EmbeddedKafka]:
    with EmbeddedKafka() as broker:
        yield broker


@pytest.fixture
def settings(kafka: EmbeddedKafka) -> Settings:
    """Settings of a test's own: its topics and its group are nobody else's."""
    name = uuid.uuid4().hex[:12]
    return load_settings(
        bootstrap_servers=kafka.bootstrap,
        topic_prefix=f"{name}.",
        group=name,
        http_port=0,
        session_timeout_seconds=6,
        window_articles=4096,
        normalising_processes=1,
    )
