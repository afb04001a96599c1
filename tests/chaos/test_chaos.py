"""The short form of the chaos suite; `make chaos` runs the long one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from deploy.kafka.embedded import EmbeddedKafka
from streams.settings import Settings
from tests.chaos import scenarios
from tests.chaos.accounts import audit
from tests.chaos.corpus import RECORD_BYTES, make_records
from tests.chaos.crew import Feed
from tests.chaos.scenarios import Disturbance, Extent
from tests.kafka.service import make_topics, push

pytestmark = [pytest.mark.broker, pytest.mark.timeout(600)]

SHORT = Extent(records=1000, seconds=8, strikes=3, away_seconds=3)
SEED = 1


@pytest.mark.parametrize(
    "disturb",
    [
        scenarios.steps,
        pytest.param(scenarios.signals, marks=pytest.mark.trial),
        pytest.param(scenarios.membership, marks=pytest.mark.trial),
    ],
    ids=lambda d: d.__name__,
)
def test_nothing_is_lost_and_nothing_contradicted(
    kafka: EmbeddedKafka,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    disturb: Disturbance,
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    small = settings.model_copy(
        update={
            "record_bytes": RECORD_BYTES,
            "chunk_records": 100,
            "canary_seconds": 0,
            "session_timeout_seconds": 4,
        }
    )
    outcome = scenarios.run(disturb, [kafka], small, tmp_path, SHORT, SEED)
    assert outcome.wrong == [], outcome
    assert outcome.verdicts + outcome.letters + outcome.redeliveries == SHORT.records


def test_the_accounts_name_what_is_wrong(settings: Settings) -> None:
    """Or a green suite would mean little: here nobody has worked at all."""
    settings = settings.model_copy(update={"record_bytes": RECORD_BYTES})
    asyncio.run(make_topics(settings))
    records = make_records(50, SEED)
    Feed(settings, records[:49], 0.1).start().finish()
    asyncio.run(push(settings, [b"{}"]))
    wrong, expected = audit(settings, records)
    assert "1 of 50 records sent are not in the raw topic" in wrong
    assert "1 raw records that nobody sent" in wrong
    assert any(line.endswith(", committed is None") for line in wrong)
    counts = {"verdicts": len(expected.enriched), "dead letters": len(expected.letters)}
    for what, count in counts.items():
        assert any(line.startswith(f"{count} {what} lost, as ") for line in wrong)
