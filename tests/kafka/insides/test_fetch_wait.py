"""How long a fetch waits for records, fetched or offered."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.consumer.fetcher import Fetcher
from aiokafka.errors import KafkaError
from faust.types import TP

from streams.kafka.insides.short_cut import ShortCut, fetched_or_offered, wake

SHARD = TP("normalised", 0)


class Subscriptions:
    """aiokafka's, of a group in which a rebalance may be in progress."""

    reassignment_in_progress = False
    subscription = SimpleNamespace(assignment=None)

    async def wait_for_assignment(self) -> None:
        await asyncio.get_running_loop().create_future()


@pytest.fixture
async def fetcher() -> Fetcher:
    """One that fetches nothing."""
    made = Fetcher.__new__(Fetcher)
    made._loop, made._subscriptions = asyncio.get_running_loop(), Subscriptions()
    made._records, made._fetch_waiters, made._closed = {}, set(), False
    return made


async def test_a_fetch_without_records_ends_in_time_also_in_a_rebalance(fetcher: Fetcher) -> None:
    fetching = fetched_or_offered(fetcher, ShortCut(), [], 0.1, None)
    loop = asyncio.get_running_loop()
    loop.call_later(0.01, setattr, fetcher._subscriptions, "reassignment_in_progress", True)
    async with asyncio.timeout(5):
        assert await fetching == ({}, {})
    await asyncio.sleep(0)
    assert not fetcher._fetch_waiters


async def test_a_fetch_that_is_woken_looks_again_and_waits_on(fetcher: Fetcher) -> None:
    looks: list[object] = []

    class Watched(ShortCut):
        def take(self, *_: object) -> dict[TP, list[Any]]:
            looks.append(None)
            return {SHARD: ["record"]} if len(looks) == 3 else {}

    fetching = asyncio.create_task(fetched_or_offered(fetcher, Watched(), [SHARD], 60, None))
    for count in (1, 2):
        await asyncio.sleep(0.01)
        assert len(looks) == count
        wake(fetcher)
    async with asyncio.timeout(5):
        assert await fetching == ({}, {SHARD: ["record"]})


async def test_an_error_of_the_group_ends_a_fetch(fetcher: Fetcher) -> None:
    fetching = asyncio.create_task(fetched_or_offered(fetcher, ShortCut(), [], 60, None))
    await asyncio.sleep(0.01)
    (waiter,) = fetcher._fetch_waiters
    waiter.set_exception(KafkaError("not allowed"))
    with pytest.raises(KafkaError, match="not allowed"):
        await fetching
