"""The Faust application: two agents, the topics they read, and what they share."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

import faust
from faust.types import TP

from schemas.topics import DEAD_LETTERS, INPUT, SEGMENTS, STAGES, Stage
from streams.agents.canaries.sender import CanarySender
from streams.agents.running.chunk_life import ChunkHandler
from streams.agents.running.exit import exit_process
from streams.agents.running.holes import Holes
from streams.agents.running.lifecycle import Lifecycle
from streams.agents.running.loop import ChunkLoop
from streams.agents.running.normaliser_pool import NormaliserPool
from streams.agents.running.page_time import last_page_done
from streams.agents.stages import detect, normalise
from streams.agents.stages.detect import DetectStage
from streams.agents.stages.measure import count_given_up
from streams.agents.stages.normalise import NormaliseStage
from streams.health import Progress
from streams.heap import release_freed_memory_regularly
from streams.kafka.connection import METADATA_SECONDS
from streams.kafka.duplicate_instance import DuplicateInstanceWatch, InstanceTakenError
from streams.kafka.insides.app import App
from streams.kafka.insides.chunk import ChunkSchema
from streams.kafka.insides.consumer import ChunkTransport
from streams.kafka.insides.heartbeats import heartbeat_seconds
from streams.kafka.insides.short_cut import Offer
from streams.kafka.outgoing import Encoded
from streams.kafka.poison_records import CrashLedger
from streams.kafka.publish import BatchPublisher
from streams.kafka.refused import give_up
from streams.kafka.retention import watch_retention
from streams.kafka.security import faust_credentials
from streams.kafka.shards import NotEnoughMemoryError, Shards
from streams.kafka.topic_watch import TopicWatch
from streams.kafka.topics import topic_name
from streams.metrics import Metrics
from streams.settings import Settings
from streams.status import StatusPage
from streams.tracing import ChunkTracer, create_tracer
from streams.web import WebServer

log = logging.getLogger("echowire")

# Chunks that may wait for an agent: more than the consumer ever hands over ahead of acks, with
# one chunk per partition of a topic, so that no stage's queue holds up the consumer.
_CHUNKS_AHEAD = 1024
# After this long without a fetch aiokafka leaves its group, and does not join again until there is
# one. But there is none while chunks wait for their shard to be read back, nor from when partitions
# are given up until others are assigned, and brokers may be away meanwhile. `/livez` reports what
# stands still.
_WITHOUT_FETCH_SECONDS = 10 * 365 * 86_400.0
# The longest wait for an answer: Faust's own. It must be longer than a session, and than a
# rebalance, for which brokers hold back the answer to a request to join.
_ANSWER_SECONDS, _ANSWER_AFTER_SESSION_SECONDS = 90.0, 10.0


@dataclass(frozen=True, slots=True)
class EchoWire:
    """An application and its parts, for runners and tests."""

    app: faust.App
    metrics: Metrics
    progress: Progress
    web: WebServer
    shards: Shards
    tracer: ChunkTracer  # to be shut down by the runner, after the application


def create_app(
    settings: Settings,
    stages: Collection[str] = STAGES,
    pool: NormaliserPool | None = None,
) -> EchoWire:
    """Build the application for one worker that runs these stages. Connects to nothing yet.

    `pool` may have its processes already; without one, they start with the first chunk.
    """
    pool = pool or NormaliserPool(settings.normalising_processes)
    publisher = BatchPublisher(settings)
    app = App(
        settings.group,
        connect=publisher.start,
        broker=[f"kafka://{address}" for address in settings.bootstrap_servers.split(",")],
        broker_credentials=faust_credentials(settings),
        store="memory://",
        autodiscover=False,
        web_enabled=False,  # its /table and /router are open to anyone
        topic_disable_leader=True,
        topic_allow_declare=False,
        # If nothing is committed, or the log has a gap, `InnerConsumer` decides.
        consumer_auto_offset_reset="none",
        consumer_metadata_max_age_ms=int(METADATA_SECONDS * 1000),
        # An empty id would be one, too, shared by all workers.
        consumer_group_instance_id=settings.instance_id or None,
        consumer_max_fetch_size=max(1 << 20, settings.record_bytes),
        broker_max_poll_records=settings.chunk_records,
        broker_commit_interval=1.0,
        broker_session_timeout=settings.session_timeout_seconds,
        broker_heartbeat_interval=heartbeat_seconds(settings.session_timeout_seconds),
        broker_rebalance_timeout=max(30.0, settings.session_timeout_seconds),
        broker_max_poll_interval=_WITHOUT_FETCH_SECONDS,
        broker_request_timeout=max(
            _ANSWER_SECONDS, settings.session_timeout_seconds + _ANSWER_AFTER_SESSION_SECONDS
        ),
        stream_buffer_maxsize=_CHUNKS_AHEAD,
        stream_wait_empty=False,
        worker_redirect_stdouts=False,
    )
    topics: dict[str, str] = {stage: topic_name(settings, INPUT[stage].name) for stage in Stage}
    read = {topics[stage]: stage for stage in stages}
    metrics, tracer = Metrics(), create_tracer(settings)

    def recovered(articles: int, seconds: float) -> None:
        metrics.recovered.inc(articles)
        metrics.recovery_seconds.inc(seconds)

    def unrecovered(error: Exception) -> None:
        exit_process(error, "while a shard was being read back")

    shards = Shards(settings, recovered, unrecovered)
    app.transport = ChunkTransport(
        app,
        gather_seconds=settings.gather_seconds,
        isolation_level=settings.isolation_level,
        merged_topics=[topics[normalise.STAGE]],
        on_rebalance=shards.rebalancing,
        on_failure=exit_process,
        on_hole=Holes(metrics, read, topics[detect.STAGE]),
    )
    metrics.window_articles.set(settings.window_articles)
    metrics.window_seconds.set(settings.window_seconds)

    ledger = CrashLedger(app, settings)
    segments = topic_name(settings, SEGMENTS)
    watch = TopicWatch(
        app,
        [*read, segments] if detect.STAGE in stages else read,
        (topics[detect.STAGE], segments),
        partial(exit_process, where="as a topic changed"),
    )
    progress = Progress(app, read, shards, metrics, watch, last_page_done)
    status = StatusPage(settings, list(stages), metrics, progress, shards)
    web = WebServer(settings, metrics, progress, status)
    first = TP(topics[normalise.STAGE], 0)
    canaries = CanarySender(settings, publisher, metrics, partial(progress.newest_time, first))
    hand_over = partial(_offer, app, publisher) if detect.STAGE in stages else None
    normalising = NormaliseStage(settings, publisher, metrics, pool, hand_over)
    detecting = DetectStage(settings, shards, metrics)
    built: dict[str, ChunkHandler] = {normalise.STAGE: normalising, detect.STAGE: detecting}
    background = [watch.run, release_freed_memory_regularly]
    if detect.STAGE in stages:
        background.append(partial(watch_retention, settings, metrics))
    if normalise.STAGE in stages:
        background.append(canaries.run)
    for stage in stages:
        letters = topic_name(settings, DEAD_LETTERS)
        giving_up = partial(give_up, publisher, letters, stage, partial(count_given_up, metrics))
        loop = ChunkLoop(stage, built[stage], progress, ledger, giving_up, tracer)
        _add_agent(app, stage, topics[stage], loop)

    app.service(
        Lifecycle(
            publisher=publisher,
            progress=progress,
            web=web,
            shards=shards,
            pages=pool,
            background=background,
        )
    )
    instances = DuplicateInstanceWatch(settings.instance_id)
    _follow_rebalances(app, topics[detect.STAGE], shards, ledger, progress, instances)
    return EchoWire(app, metrics, progress, web, shards, tracer)


def _offer(app: faust.App, publisher: BatchPublisher, batches: Sequence[Encoded]) -> None:
    """Hand records to the stage that reads them; they are in their log by now."""
    app.consumer.offer(
        [
            Offer(TP(b.topic, b.partition), b.batch, publisher.connection(b.topic, b.partition))
            for b in batches
        ]
    )


def _follow_rebalances(
    app: faust.App,
    shard_topic: str,
    shards: Shards,
    ledger: CrashLedger,
    progress: Progress,
    instances: DuplicateInstanceWatch,
) -> None:
    @app.on_partitions_assigned.connect  # type: ignore[untyped-decorator]
    async def assigned(_: faust.App, assigned: set[TP], **_kwargs: object) -> None:
        mine = {tp.partition for tp in assigned if tp.topic == shard_topic}
        ledger.assigned(assigned)
        try:
            instances.assigned(assigned, time.monotonic())
            shards.assigned(mine)
        except (InstanceTakenError, NotEnoughMemoryError) as error:
            exit_process(error, "before it took its partitions")
        progress.assign(assigned)
        log.info("assigned: %s", ", ".join(f"{t.topic}[{t.partition}]" for t in sorted(assigned)))

    @app.on_partitions_revoked.connect  # type: ignore[untyped-decorator]
    async def revoked(_: faust.App, _revoked: set[TP], **_kwargs: object) -> None:
        shards.revoked()


def _add_agent(app: faust.App, name: str, topic: str, loop: ChunkLoop) -> None:
    async def agent(stream: faust.StreamT) -> None:
        await loop.run(stream)

    channel = app.topic(topic, schema=ChunkSchema())
    app.agent(channel, name=name)(agent)
