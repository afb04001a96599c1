"""Questions that brokers may be unable to answer for a moment, while leaders are elected."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiokafka.errors import KafkaError

Answer = TypeVar("Answer")

_PAUSE_SECONDS = 0.1


async def answered(ask: Callable[[], Awaitable[Answer]], seconds: float) -> Answer:
    """Ask, and ask again for this long if the error may pass. Raises KafkaError."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await ask()
        except KafkaError as error:
            if not error.retriable or time.monotonic() > deadline:
                raise
        await asyncio.sleep(_PAUSE_SECONDS)
