"""What a group's coordinator refuses for good: a right, the length of sessions, anything unknown.

aiokafka then stops all that it does for the group, and keeps the error for a fetch that waits, or
the next call of a few of its methods. There may be neither: before the first assignment, in a
rebalance, and while enough is in hand, nothing is fetched. The worker would have no partitions, and
not say why.

aiokafka also has no name for `FENCED_INSTANCE_ID`, which a member gets as an answer when another of
the same name joins before it was answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, NoReturn

from streams.kafka.duplicate_instance import InstanceTakenError

_LOOK_SECONDS = 1.0
_FENCED_INSTANCE_ID = 82
_WHERE = "as a member of its group"

Failed = Callable[[Exception, str], None]


def watch_fencing(coordinator: Any, on_failure: Failed) -> None:
    """Calls `on_failure` if another member of the group has this one's name."""
    plain = coordinator._send_req

    async def send_req(request: Any) -> Any:
        response = await plain(request)
        if getattr(response, "error_code", 0) == _FENCED_INSTANCE_ID:
            on_failure(InstanceTakenError(coordinator._group_instance_id), _WHERE)
        return response

    coordinator._send_req = send_req


async def watch_group(coordinator: Any, on_failure: Failed) -> NoReturn:
    """Calls `on_failure` with the error with which aiokafka's coordinator stopped; until
    cancelled."""
    while True:
        try:
            coordinator.check_errors()
        except Exception as error:
            on_failure(error, _WHERE)
            raise
        await asyncio.sleep(_LOOK_SECONDS)
