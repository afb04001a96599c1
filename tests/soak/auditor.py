"""Reads all topics alongside the service and computes independently what they must hold."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Self

import orjson
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord, TopicPartition

from schemas.topics import DEAD_LETTERS, ENRICHED, NORMALISED, RAW, STORY_EVENTS
from streams.detection.decide import decide
from streams.detection.index.arrivals import ArticleColumns
from streams.detection.index.state import ShardState
from streams.detection.sketch.entry import decode_entries
from streams.detection.verdict import VerdictWriter
from streams.kafka.connection import client_options
from streams.kafka.event_time import own_time
from streams.kafka.headers import carried_entry, is_notice
from streams.settings import Settings
from tests.chaos.accounts import SHARDS
from tests.chaos.oracle import normalised
from tests.soak.ledger import Ledger
from tests.soak.load import Load

TOPICS = (RAW, NORMALISED, DEAD_LETTERS, ENRICHED, STORY_EVENTS)
READ_AT_ONCE = 500


class Auditor:
    """One thread that follows the topics; the rest of the soak asks it how things stand."""

    def __init__(self, settings: Settings, load: Load) -> None:
        self._settings, self._load = settings, load
        parameters = settings.parameters()
        self._writer = VerdictWriter(parameters)
        self._shards = [ShardState(parameters) for _ in range(SHARDS)]
        self._read: dict[str, Callable[[list[ConsumerRecord]], None]] = {
            RAW: self._raw, NORMALISED: self._articles, DEAD_LETTERS: self._letters,
            ENRICHED: self._verdicts, STORY_EVENTS: self._events,
        }  # fmt: skip
        self._latencies: list[float] = []
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.ledger = Ledger()
        self.read: Counter[str] = Counter()
        self.redeliveries = 0

    def start(self) -> Self:
        self._thread.start()
        return self

    def wraps(self) -> float:
        """How often the window of the shard with the fewest articles has been filled."""
        return min(state.count for state in self._shards) / self._settings.window_articles

    def latencies(self) -> list[float]:
        """Seconds from sending to the verdict, of those that came since this was asked last."""
        taken, self._latencies = self._latencies, []
        return taken

    def check(self) -> None:
        """Raise what ended the reading, if anything did."""
        if self._failure:
            raise self._failure

    def settled(self) -> bool:
        """Whether all that was confirmed has been read, and everything balances."""
        self.check()
        return self.read[RAW] >= self._load.confirmed and not self.ledger.wrong()

    def finish(self) -> None:
        self._stop.set()
        self._thread.join(30)
        self.check()

    def _run(self) -> None:
        try:
            asyncio.run(self._follow())
        except BaseException as error:  # noqa: BLE001 - raised where the soak asks
            self._failure = error

    async def _follow(self) -> None:
        names = {self._settings.topic_prefix + topic: topic for topic in TOPICS}
        async with AIOKafkaConsumer(
            **client_options(self._settings), isolation_level="read_committed",
            fetch_max_wait_ms=50, enable_auto_commit=False,
        ) as consumer:  # fmt: skip
            consumer.assign([TopicPartition(name, p) for name in names for p in range(SHARDS)])
            await consumer.seek_to_beginning()
            while not self._stop.is_set():
                fetched = await consumer.getmany(timeout_ms=100, max_records=READ_AT_ONCE)
                for tp, records in fetched.items():
                    topic = names[tp.topic]
                    self._read[topic](records)
                    self.read[topic] += len(records)

    def _raw(self, records: list[ConsumerRecord]) -> None:
        chunk = normalised(records, self._settings)
        for place, why in chunk.rejections:
            record = records[place]
            self.ledger.expect(
                ("dead letter", f"{record.partition}:{record.offset} {why.reason.value}",
                 record.value or b"")
            )  # fmt: skip
        for place, article, value in zip(chunk.places, chunk.articles, chunk.values, strict=True):
            record = records[place]
            name = f"{record.partition}:{record.offset} {article['article_id']}"
            self.ledger.expect(("article", name, value))

    def _letters(self, records: list[ConsumerRecord]) -> None:
        for record in records:
            headers = {name: value.decode() for name, value in record.headers}
            place = f"{headers['dlt_partition']}:{headers['dlt_offset']}"
            self.ledger.find(
                ("dead letter", f"{place} {headers['dlt_reason']}", record.value or b"")
            )

    def _articles(self, records: list[ConsumerRecord]) -> None:
        """They are found here, and what the second stage must say of them is worked out."""
        for record in records:
            if is_notice(record.headers):
                continue  # a copy, for a shard that may have something to withdraw
            article = orjson.loads(record.value)
            raw = article["raw"]
            name = f"{raw['partition']}:{raw['offset']} {article['article_id']}"
            self.ledger.find(("article", name, record.value))
        shard = self._shards[records[0].partition]
        chunk = _chunk(records)
        decision = decide(shard, chunk, self._writer)
        shard.apply(decision.segment)
        self.redeliveries += decision.redeliveries
        for article_id, value in zip(decision.article_ids, decision.enriched, strict=True):
            self.ledger.expect(("verdict", article_id, value))
        for story_id, sequence, _time, value in decision.events:
            self.ledger.expect(("story event", f"{story_id} {sequence}", value))

    def _verdicts(self, records: list[ConsumerRecord]) -> None:
        now = time.monotonic()
        for record in records:
            self.ledger.find(("verdict", record.key.decode(), record.value))
            raw = orjson.loads(record.value)["raw"]
            began = self._load.begun.pop((raw["partition"], raw["offset"]), None)
            if began is not None:  # a page's first article stops the watch, and repetitions do not
                self._latencies.append(now - began)

    def _events(self, records: list[ConsumerRecord]) -> None:
        for record in records:
            event = orjson.loads(record.value)
            name = f"{event['story_id']} {event['sequence']}"
            self.ledger.find(("story event", name, record.value))


def _chunk(records: Sequence[ConsumerRecord]) -> ArticleColumns:
    return ArticleColumns(
        values=[record.value for record in records],
        entries=decode_entries([carried_entry(record.headers) for record in records]),
        times=[own_time(record) for record in records],
        offsets=[record.offset for record in records],
        notices=[is_notice(record.headers) for record in records],
    )
