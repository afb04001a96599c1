"""A chunk as Faust's event."""

from __future__ import annotations

from typing import Any

import faust
from faust.types import TP

from streams.kafka.insides.app import App
from streams.kafka.insides.chunk import Chunk, ChunkSchema

RAW = TP("raw", 0)


def chunk() -> Chunk:
    return Chunk("raw", 0, 9, 1.0, 0, None, None, b"", None, 0, 0, RAW, generation_id=7)


async def test_the_event_of_a_chunk_is_the_one_that_faust_would_make() -> None:
    app: Any = App("group", broker="kafka://nowhere")
    raw = faust.Schema(key_serializer="raw", value_serializer="raw")
    made, theirs = chunk(), chunk()
    event = await app.topic("raw", schema=ChunkSchema()).decode(made, propagate=True)
    expected = await app.topic("raw", schema=raw).decode(theirs, propagate=True)
    assert event.message is made
    assert type(event) is type(expected)
    parts = (event.key, event.value, event.headers)
    assert parts == (expected.key, expected.value, expected.headers)


async def test_no_statistics_are_kept_of_events() -> None:
    app: Any = App("group", broker="kafka://nowhere")
    before = app.monitor.asdict()
    state = app.sensors.on_stream_event_in(RAW, 9, None, None)
    app.sensors.on_message_in(RAW, 9, chunk())
    app.sensors.on_stream_event_out(RAW, 9, None, None, state)
    app.sensors.on_message_out(RAW, 9, chunk())
    assert app.monitor.asdict() == before
