"""Topics of a test's own."""

from __future__ import annotations

import pytest

from streams.settings import Settings
from tests.cli.broker import create


@pytest.fixture
async def topics(settings: Settings) -> Settings:
    """Settings whose topics exist."""
    await create(settings)
    return settings
