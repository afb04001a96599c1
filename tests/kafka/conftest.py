"""What the tests of shards share."""

from __future__ import annotations

import pytest

from streams.kafka.connection import admin_client
from streams.kafka.topics import create_topics
from streams.settings import Settings


@pytest.fixture
async def shard(settings: Settings) -> Settings:
    """Topics of two partitions, still empty."""
    async with admin_client(settings) as admin:
        await create_topics(admin, settings, 2, 1, retention_hours=-1)
    return settings
