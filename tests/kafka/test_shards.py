"""What a shard writes to its segments is written, or told again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from streams.agents.stages.detect import DetectStage
from streams.detection.index.segment import decode_segment
from streams.kafka.headers import decode_headers
from streams.kafka.outgoing import Outgoing
from streams.kafka.shard_note import ShardNote, note_of
from streams.kafka.shards import Shard
from streams.metrics import Metrics
from streams.settings import load_settings
from tests.kafka.test_decided_log import LOG, desk_of


class Publisher:
    """Keeps what is published, once it is let."""

    def __init__(self) -> None:
        self.written: list[Outgoing] = []
        self.asked, self.open = asyncio.Event(), asyncio.Event()

    async def publish(self, outgoing: Sequence[Outgoing]) -> int:
        self.asked.set()
        await self.open.wait()
        self.written += outgoing
        return 1

    def notes(self) -> list[ShardNote | None]:
        return [note_of(decode_headers(one.headers[0], 0)) for one in self.written]


def cut_shard() -> tuple[Any, Publisher]:
    """A shard whose log was cut at offset 5."""
    shard: Any = Shard(load_settings(), 0)
    for data in desk_of(LOG).segments:
        shard.state.apply(decode_segment(data))
    shard.cut(5)
    shard.publisher = Publisher()
    return shard, shard.publisher


async def interrupted(writing: Any, publisher: Publisher) -> None:
    """Cancelled while it waits for the brokers."""
    task = asyncio.ensure_future(writing)
    await publisher.asked.wait()
    task.cancel()
    await asyncio.wait([task])
    publisher.open.set()


async def test_a_cut_is_told_again_if_the_takeover_that_told_it_was_interrupted() -> None:
    shard, publisher = cut_shard()
    await interrupted(shard._write_first(), publisher)
    await shard._write_first()
    await shard._write_first()
    assert [note.cut for note in publisher.notes() if note] == [5, -1]
    assert [note.decided for note in publisher.notes() if note] == [len(LOG), -1]


async def test_a_cut_is_told_again_if_a_record_that_was_given_up_could_not_be_passed_over() -> None:
    shard, publisher = cut_shard()

    async def ready(_: int) -> Any:
        return shard

    shards: Any = SimpleNamespace(shard=ready)
    stage = DetectStage(load_settings(), shards, Metrics())
    record: Any = SimpleNamespace(partition=0, offset=5)
    await interrupted(stage.pass_over(record), publisher)
    notes = [note_of([shard.note(articles=True)]) for _ in range(2)]
    assert [note.cut for note in notes if note] == [5, -1]
