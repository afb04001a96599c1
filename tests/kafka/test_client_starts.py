"""Clients that start at the same time: what aiokafka logs is silenced for as long as that takes."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from streams.kafka import connection
from streams.kafka.connection import BrokerUnreachableError, admin_client
from streams.settings import Settings

LOGGER = logging.getLogger("aiokafka")


class Admin:
    """Starts when it is let."""

    def __init__(self, **_options: object) -> None:
        self.let, self.closed = asyncio.Event(), False
        ADMINS.append(self)

    async def start(self) -> None:
        await self.let.wait()

    async def close(self) -> None:
        self.closed = True


ADMINS: list[Admin] = []


@pytest.fixture(autouse=True)
def _admins(monkeypatch: pytest.MonkeyPatch) -> None:
    ADMINS.clear()
    monkeypatch.setattr(connection, "AIOKafkaAdminClient", Admin)
    monkeypatch.setattr(LOGGER, "level", LOGGER.level)
    LOGGER.setLevel(logging.WARNING)


async def start() -> None:
    async with admin_client(Settings()):
        pass


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_the_last_one_that_has_started_lets_it_log_again(order: tuple[int, int]) -> None:
    tasks = [asyncio.create_task(start()) for _ in order]
    await asyncio.sleep(0.01)
    assert LOGGER.level == logging.CRITICAL
    for number in order:
        assert LOGGER.level == logging.CRITICAL
        ADMINS[number].let.set()
        await tasks[number]
    assert LOGGER.level == logging.WARNING


async def test_one_that_is_cancelled_while_it_starts_is_closed() -> None:
    one = asyncio.create_task(start())
    await asyncio.sleep(0.01)
    other = asyncio.create_task(start())
    one.cancel()
    with pytest.raises(asyncio.CancelledError):
        await one
    await asyncio.sleep(0.01)
    assert ADMINS[0].closed
    ADMINS[1].let.set()
    await other
    assert LOGGER.level == logging.WARNING


async def test_one_that_reaches_no_broker_lets_it_log_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def why(_settings: Settings, _error: Exception) -> str:
        return "nobody there"

    async def refused(_admin: Any) -> None:
        raise OSError(111, "Connection refused")

    monkeypatch.setattr(connection, "diagnosis", why)
    monkeypatch.setattr(Admin, "start", refused)
    with pytest.raises(BrokerUnreachableError, match="nobody there"):
        await start()
    assert LOGGER.level == logging.WARNING
