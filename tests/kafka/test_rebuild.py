"""Segments that no version can read any more are rebuilt from the articles."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition

from schemas.topics import ENRICHED, NORMALISED
from streams.agents.running.exit import EXIT_CONFIGURATION
from streams.detection.index.arrivals import ArticleColumns
from streams.detection.sketch.entry import ENTRY_VERSION, encode_entries, entries_of
from streams.detection.sketch.sketches import sketch_texts
from streams.kafka import rebuild
from streams.kafka.connection import admin_client, client_options, reader
from streams.kafka.event_time import CE_TIME
from streams.kafka.fencing import ShardPublisher
from streams.kafka.headers import ENTRY_HEADER
from streams.kafka.outgoing import Outgoing
from streams.kafka.rebuild import RebuildRefusedError, rebuild_all
from streams.settings import Settings
from tests.articles.records import normalised_chunk, raw
from tests.detection.newsroom import NOON, Desk, edited, remembered, story
from tests.kafka.service import Worker, end_offsets, read, until
from tests.kafka.shard_logs import (
    NEWS,
    ce_time,
    commit,
    decided,
    publish_articles,
    publish_segments,
    recovered,
)

pytestmark = pytest.mark.broker


async def test_rebuilt_segments_give_the_same_shard_and_publish_nothing(
    shard: Settings,
) -> None:
    decided_until = len(NEWS) - 3
    desk = decided(shard, NEWS[:decided_until])
    await publish_articles(shard, NEWS)
    await publish_segments(shard, [b"what an older version wrote"] * 3)
    await commit(shard, decided_until)
    told: list[tuple[int, int, int]] = []
    async with admin_client(shard) as admin:
        rebuilt = await rebuild_all(admin, shard, lambda *progress: told.append(progress))
    assert (rebuilt.articles, rebuilt.missing) == (desk.state.count, [])
    assert told[-1] == (0, decided_until, decided_until)
    recovery = await recovered(shard)
    assert remembered(recovery.state) == remembered(desk.state)
    assert await read(shard, ENRICHED) == []


async def test_articles_sketched_again_give_the_rows_of_the_live_run(shard: Settings) -> None:
    """Entries of another version: only the text is left to sketch, and it has to be the same part
    of it, without datelines and boilerplate."""
    ends = [
        "\n\n(Reporting by A. Berg; Editing by B. Cole)",
        "\n© 2026 Example. All rights reserved.",
    ]
    made = normalised_chunk(
        *(
            raw(id=f"a{n}", text=f"LONDON, March {n + 1} (Reuters) - {story(n)}{ends[n % 2]}")
            for n in range(6)
        ),
        raw(id="b", source="b.example", text=f"GENEVA: {edited(story(1))}{ends[0]}"),
    )
    entries = entries_of(made.articles, sketch_texts(made.story_texts))
    offsets = [*range(len(entries))]
    times = [NOON + n for n in offsets]
    live = Desk(shard.parameters())
    live.decide(ArticleColumns(made.values, entries, times, offsets, [False] * len(entries)))
    old = entries.copy()
    old["version"] = ENTRY_VERSION - 1
    async with AIOKafkaProducer(**client_options(shard)) as producer:
        for n, header in enumerate(encode_entries(old)):
            await producer.send_and_wait(
                shard.topic_prefix + NORMALISED, made.values[n],
                key=made.articles[n]["article_id"].encode(), partition=0,
                headers=[(CE_TIME, ce_time(times[n])), (ENTRY_HEADER, header)],
            )  # fmt: skip
    await commit(shard, len(entries))
    async with admin_client(shard) as admin:
        await rebuild_all(admin, shard, lambda *_: None)
    state = (await recovered(shard)).state
    assert len(live.state.stories) == 1
    assert remembered(state) == remembered(live.state)


async def test_segments_are_not_rebuilt_under_a_running_worker(shard: Settings) -> None:
    async with (
        AIOKafkaConsumer(
            shard.topic_prefix + NORMALISED, **client_options(shard), group_id=shard.group
        ),
        admin_client(shard) as admin,
    ):
        with pytest.raises(RebuildRefusedError, match=r"1 workers of group .* are running"):
            await rebuild_all(admin, shard, lambda *_: None)


async def test_articles_that_retention_deletes_under_a_rebuild_are_told_of(
    shard: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(0, len(NEWS), 5):  # batches of five, and one is fetched at a time
        await publish_articles(shard, NEWS[n : n + 5])
    await commit(shard, len(NEWS))
    monkeypatch.setattr(
        rebuild, "reader", lambda *_, **options: reader(*_, **options, max_partition_fetch_bytes=1)
    )
    publish, source = ShardPublisher.publish, TopicPartition(shard.topic_prefix + NORMALISED, 0)
    async with admin_client(shard) as admin:

        async def delete_meanwhile(self: ShardPublisher, outgoing: Sequence[Outgoing]) -> int:
            await admin.delete_records({source: RecordsToDelete(before_offset=23)})
            return await publish(self, outgoing)

        monkeypatch.setattr(ShardPublisher, "publish", delete_meanwhile)
        rebuilt = await rebuild_all(admin, shard, lambda *_: None)
    (missing,) = rebuilt.missing
    said = f"{source.topic} partition 0 lost offsets [0-9]+ to 22 while it was read: their articles"
    assert re.match(said, missing)
    assert rebuilt.articles > 5
    assert (await recovered(shard)).state.last_offset == len(NEWS) - 1


def test_a_worker_does_not_start_on_segments_that_it_cannot_apply(
    shard: Settings, tmp_path: Path
) -> None:
    asyncio.run(publish_segments(shard, [b"what an older version wrote"]))
    worker = Worker(shard, tmp_path).launch()
    until(worker.ended, "it has ended")
    assert worker.process.returncode == EXIT_CONFIGURATION
    assert "`echowire rebuild` recreates the segments" in worker.log()
    assert "Traceback" not in worker.log()
    assert asyncio.run(end_offsets(shard, ENRICHED)) == {0: 0, 1: 0}
