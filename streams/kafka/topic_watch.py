"""Topics that change under a running worker: deleted, recreated, or given more partitions.

The consumer itself notices what it can about its own reading. This covers what it cannot see: that
a topic was recreated under the same name, in which it would skip the records up to its old
position, and that a topic is gone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection

import faust
from aiokafka.errors import KafkaError
from faust.exceptions import ConsumerNotStarted

from streams.kafka.connection import METADATA_SECONDS
from streams.kafka.insides.topic_ids import TopicNow

log = logging.getLogger("echowire.topics")

_FIRST_LOOK_SECONDS = 0.5
_REMEDY = {
    False: "delete the segments' topic, too, and recreate both, or take another --topic-prefix.",
    True: "`echowire rebuild` recreates the segments from the articles.",
}


class TopicChangedError(Exception):
    """A topic is no longer the one that the shards were made from; the message says what to do."""


class TopicWatch:
    """Checks the topics that a worker reads, every METADATA_SECONDS / 2."""

    def __init__(
        self,
        app: faust.App,
        topics: Collection[str],
        shard_topics: tuple[str, str],
        on_failure: Callable[[Exception], None],
    ) -> None:
        """`topics`: their full names. `shard_topics`: those of the articles and the segments
        of the shards; a worker with shards cannot carry on if one of them is recreated, and
        `on_failure` is called."""
        self._app, self._topics, self._on_failure = app, list(topics), on_failure
        self._articles, self._segments = shard_topics
        self._known: dict[str, TopicNow] = {}
        self.missing: list[str] = []

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                await self._look()
            except (KafkaError, ConsumerNotStarted, TimeoutError) as error:
                log.debug("the topics could not be checked: %r", error)
            except NotImplementedError:
                log.warning("brokers older than Kafka 2.8 do not say when a topic is recreated")
                return
            seen = bool(self._known)
            await asyncio.sleep(METADATA_SECONDS / 2 if seen else _FIRST_LOOK_SECONDS)

    async def _look(self) -> None:
        now = await self._app.consumer.look_at_topics(self._topics)
        before, self._known = self._known, {**self._known, **{n: t for n, t in now.items() if t}}
        for name, topic in now.items():
            if topic is None and name not in self.missing:
                log.warning("%s is missing: nothing can be read until it is recreated", name)
            elif topic and (known := before.get(name)):
                if known.identity != topic.identity:
                    self._recreated(name)
                elif known.partitions != topic.partitions:
                    self._repartitioned(name, known.partitions, topic.partitions)
        self.missing = sorted(name for name, topic in now.items() if topic is None)

    def _recreated(self, name: str) -> None:
        if name in (self._articles, self._segments):
            self._on_failure(
                TopicChangedError(
                    f"{name} was recreated under this worker, and its shards were made from"
                    f" the previous one: {_REMEDY[name == self._segments]}"
                )
            )
            return
        log.warning("%s was recreated: it is read from its beginning", name)
        self._app.consumer.read_recreated(name)

    def _repartitioned(self, name: str, before: int, after: int) -> None:
        log.warning("%s has %d partitions now, %d before", name, after, before)
        if name != self._articles:
            return
        segments = self._known.get(self._segments)
        if segments and segments.partitions < after:
            self._on_failure(
                TopicChangedError(
                    f"{name} has {after} partitions now, and {self._segments} must have as many:"
                    f" {segments.partitions}. Alter it, too; see docs/operating.md"
                )
            )
        log.warning(
            "languages move to other shards, whose windows lack their earlier articles: copies of"
            " these are not found there, and articles delivered again get another verdict"
        )
