"""What a worker connects before it reads."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from streams.app import create_app
from streams.kafka.insides.app import App
from streams.kafka.publish import BatchPublisher
from streams.settings import load_settings


async def test_nothing_is_read_before_the_publisher_is_connected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Chunks that come before would end the worker, with a note against their records."""
    order, connected = list[str](), asyncio.Event()

    async def connect(_: BatchPublisher) -> None:
        order.append("connects")
        await connected.wait()
        order.append("connected")

    async def read(*_: Any) -> None:
        order.append("reads")

    monkeypatch.setattr(BatchPublisher, "start", connect)
    app: Any = create_app(load_settings()).app
    monkeypatch.setattr(type(app.consumer), "on_start", read)
    starting = asyncio.ensure_future(app.start())
    while not order:  # noqa: ASYNC110 - of what Faust does
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.05)
    assert order == ["connects"]
    connected.set()
    while "reads" not in order and not starting.done():  # noqa: ASYNC110
        await asyncio.sleep(0.005)
    starting.cancel()
    assert order == ["connects", "connected", "reads"]


def test_faust_has_no_producer_of_its_own() -> None:
    app: Any = create_app(load_settings()).app
    assert app.producer not in app.boot_strategy.server()


async def test_an_application_without_anything_to_connect_starts() -> None:
    app: Any = App("group", broker="kafka://nowhere")
    await app.on_start()
    assert app.finalized
