"""What a group's coordinator refuses for good: a right, the length of sessions, anything unknown.

aiokafka then stops all that it does for the group, and keeps the error for a fetch that waits, or
the next call of a few of its methods. There may be neither: before the first assignment, in a
rebalance, and while enough is in hand, nothing is fetched. The worker would have no partitions, and
not say why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NoReturn

_LOOK_SECONDS = 1.0


async def watch_group(coordinator: Any, on_failure: Callable[[Exception, str], None]) -> NoReturn:
    """Calls `on_failure` with the error with which aiokafka's coordinator stopped; until
    cancelled."""
    while True:
        try:
            coordinator.check_errors()
        except Exception as error:
            on_failure(error, "as a member of its group")
            raise
        await asyncio.sleep(_LOOK_SECONDS)
