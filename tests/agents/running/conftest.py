"""A pool of one process, closed after its test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from streams.agents.running.normaliser_pool import NormaliserPool


@pytest.fixture
def pool() -> Iterator[Any]:
    pool = NormaliserPool(1)
    yield pool
    pool.close()
