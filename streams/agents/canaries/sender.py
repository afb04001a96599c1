"""Sending canaries, and keeping their results out of the outputs."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace

import orjson
from aiokafka.errors import KafkaError

from schemas.records import EnrichedArticleRecord
from schemas.topics import RAW, Stage
from streams.agents.canaries.rounds import ENCODED_SOURCE, canary_round, judge
from streams.detection.decide import Decision
from streams.kafka.event_time import time_header
from streams.kafka.headers import encode_headers
from streams.kafka.outgoing import Outgoing
from streams.kafka.publish import BatchPublisher, StoppedError
from streams.kafka.topics import topic_name
from streams.metrics import Metrics
from streams.settings import Settings

log = logging.getLogger("echowire.canary")

_STAGE = Stage.DETECT


class CanarySender:
    """Sends a round every `canary_seconds`, from one worker of the group."""

    def __init__(
        self,
        settings: Settings,
        publisher: BatchPublisher,
        metrics: Metrics,
        event_time: Callable[[], int | None],
    ) -> None:
        """`event_time`: the milliseconds to date canaries with; None if none are to be sent, as
        other workers do it, or the stream's time is not known yet."""
        self._seconds = settings.canary_seconds
        self._topic = topic_name(settings, RAW)
        self._copy_overlap, self._record_bytes = settings.copy_overlap, settings.record_bytes
        self._publisher, self._metrics, self._event_time = publisher, metrics, event_time
        metrics.canary_interval.set(self._seconds)

    async def run(self) -> None:
        """Run until cancelled. A round that cannot be sent is skipped."""
        while self._seconds:
            await asyncio.sleep(self._seconds)
            event_time = self._event_time()
            if event_time is None:
                continue
            canaries = self._round(event_time)
            if not canaries.keys:
                continue
            try:
                await self._publisher.publish([canaries])
            except StoppedError:  # the worker is ending
                return
            except KafkaError as error:
                log.warning("a round of canaries could not be sent: %s", error)
            else:
                self._metrics.canary_sent.inc()

    def _round(self, event_time: int) -> Outgoing:
        out, now = Outgoing(self._topic), time.time_ns() // 1_000_000
        headers = encode_headers([time_header(event_time)])
        events = [orjson.dumps(event) for event in canary_round(now, self._copy_overlap)]
        for pair in zip(events[::2], events[1::2], strict=True):
            if max(map(len, pair)) > self._record_bytes:
                continue  # a longer record is rejected, whatever it says
            for event in pair:
                # In one partition: the earlier one of a pair comes first.
                out.add(ENCODED_SOURCE, event, now, headers)
        return out


def without_canaries(decision: Decision, metrics: Metrics) -> Decision:
    """The part of a decision for consumers; verdicts on canaries are counted instead.

    The segment stays whole: canaries are in the index like any other article.
    """
    rows = decision.segment.rows
    is_canary = rows["source"] == ENCODED_SOURCE
    if not is_canary.any():
        return decision
    ids = {row.tobytes().hex() for row in rows["article_id"][is_canary]}
    stories = {row.tobytes().hex() for row in rows["story_id"][is_canary]}
    kept: list[int] = []
    for i, article_id in enumerate(decision.article_ids):
        if article_id in ids:
            _count(orjson.loads(decision.enriched[i]), metrics)
        else:
            kept.append(i)
    return replace(
        decision,
        places=[decision.places[i] for i in kept],
        article_ids=[decision.article_ids[i] for i in kept],
        digests=[decision.digests[i] for i in kept],
        enriched=[decision.enriched[i] for i in kept],
        relations=[decision.relations[i] for i in kept],
        events=[event for event in decision.events if event[0] not in stories],
        stories=[story for story in decision.stories if story[0] not in stories],
    )


def _count(article: EnrichedArticleRecord, metrics: Metrics) -> None:
    answer = judge(article)
    if answer is None:
        return
    metrics.canary_verdicts[answer.kind, "right" if answer.right else "wrong"].inc()
    metrics.canary_latency.observe(_STAGE, max(0.0, time.time() - answer.sent_ms / 1000))
    if not answer.right:
        log.warning("the verdict on %s is wrong: %s", article["producer_id"], article["detection"])
