"""One soak: a load, a worker that is watched, and rounds of disturbances around it."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.kafka.embedded import EmbeddedKafka
from streams.kafka.connection import admin_client
from streams.kafka.topics import STORIES, TABLE, topic_name
from streams.settings import Settings
from tests.chaos.accounts import SHARDS
from tests.kafka.service import Worker, make_topics, until
from tests.soak.auditor import Auditor
from tests.soak.load import Load
from tests.soak.samples import Sample, resources_of
from tests.soak.watched_worker import TASKS_VARIABLE

START_SECONDS = DRAIN_SECONDS = 240.0
# What a broker keeps of each partition: many times what the auditor may be behind, and more of the
# segments than the windows that are read back from them.
TOPIC_BYTES, SEGMENT_BYTES = 96 << 20, 24 << 20
BROKER_SETTINGS = {"log.retention.check.interval.ms": "15000", "log.initial.task.delay.ms": "15000"}


@dataclass(frozen=True, slots=True)
class Plan:
    """How long, how much, and how long a round of disturbances takes."""

    seconds: float
    a_second: float
    round_seconds: float
    sample_seconds: float
    seed: int


@dataclass(slots=True)
class Soak:
    """What was seen."""

    samples: list[Sample]
    done: Counter[str]
    counts: Counter[str]
    repeated: Counter[str]
    confirmed: int = 0
    redeliveries: int = 0
    wraps: float = 0.0
    wrong: list[str] | None = None


class _Watched(Worker):
    """The worker that lives throughout."""

    program = ("-m", "tests.soak.watched_worker")

    def __init__(self, settings: Settings, folder: Path) -> None:
        super().__init__(settings, folder)
        self._told = folder / "tasks"
        self.environment = {TASKS_VARIABLE: str(self._told)}

    def tasks(self) -> int:
        try:
            return int(self._told.read_text())
        except (OSError, ValueError):
            return 0


def window_for(seconds: float, a_second: float) -> int:
    """The largest power of two that each shard fills six times; at least the least there can be."""
    articles = seconds * a_second / SHARDS
    return max(1024, 1 << int(math.log2(max(2.0, articles / 6))))


def soak(settings: Settings, broker: EmbeddedKafka, folder: Path, plan: Plan) -> Soak:
    """Run it to its end; the accounts are in the result. Raises AssertionError where it cannot."""
    asyncio.run(_make_bounded_topics(settings))
    load = Load(settings, plan.seed, plan.a_second)
    auditor = Auditor(settings, load)
    seen = Soak([], Counter(), Counter(), Counter())
    worker = _Watched(settings, folder)
    others: list[Worker] = []
    try:
        worker.launch()
        until(worker.ready, "the worker is ready", START_SECONDS)
        auditor.start()
        load.start()
        wrong = _rounds(settings, broker, folder, plan, worker, others, load, auditor, seen)
        load.finish()
        wrong += _drained(auditor)
        seen.wraps = auditor.wraps()
        if not worker.ended() and (code := worker.stop()):
            wrong.append(
                f"the worker was told to stop and ended with {code}: {worker.log()[-2000:]}"
            )
        auditor.finish()
    finally:
        for one in (worker, *others):
            one.kill()
    ledger = auditor.ledger
    seen.counts, seen.repeated = ledger.counts, ledger.repeated
    seen.confirmed, seen.redeliveries = load.confirmed, auditor.redeliveries
    seen.wrong = [*wrong, *ledger.wrong()]
    return seen


async def _make_bounded_topics(settings: Settings) -> None:
    """Topics of which brokers keep so many bytes, whatever the times of their records say."""
    await make_topics(settings, SHARDS)
    bounds = {"retention.bytes": str(TOPIC_BYTES), "segment.bytes": str(SEGMENT_BYTES)}
    async with admin_client(settings) as admin:
        for topic in TABLE:
            name = topic_name(settings, topic.name)
            asked = ConfigResource(ConfigResourceType.TOPIC, name)
            (answer,) = await admin.describe_configs([asked])
            kept = {
                entry[0]: entry[1]
                for entry in answer.resources[0][4]
                if entry[3] == _SET_FOR_THE_TOPIC or entry[0] == "cleanup.policy"
            }
            mine = {"segment.bytes": bounds["segment.bytes"]} if topic.name == STORIES else bounds
            changed = ConfigResource(ConfigResourceType.TOPIC, name, {**kept, **mine})
            await admin.alter_configs([changed])


_SET_FOR_THE_TOPIC = 1  # Kafka's DYNAMIC_TOPIC_CONFIG


def _rounds(
    settings: Settings, broker: EmbeddedKafka, folder: Path, plan: Plan, worker: _Watched,
    others: list[Worker], load: Load, auditor: Auditor, seen: Soak,
) -> list[str]:  # fmt: skip
    """Each the same: another worker comes, goes, and the broker is restarted. -> what is wrong."""
    started, number = time.monotonic(), 0
    steps = ((0.2, "join"), (0.5, "leave"), (0.75, "restart"))
    due = [(number * plan.round_seconds + part * plan.round_seconds, what)
           for number in range(int(plan.seconds / plan.round_seconds) + 1)
           for part, what in steps]  # fmt: skip
    look, number = 0.0, 0
    while (now := time.monotonic() - started) < plan.seconds:
        auditor.check()
        if worker.ended():
            return [f"the watched worker ended with {worker.process.returncode}: "
                    + worker.log()[-3000:]]  # fmt: skip
        if due and now >= due[0][0]:
            what = due.pop(0)[1]
            if what == "join":
                others.append(Worker(settings, folder).launch())
                seen.done["a second worker came"] += 1
            elif what == "leave" and others:
                number += 1
                leaving = (signal.SIGTERM, signal.SIGKILL)[number % 2]
                others[-1].signal(leaving)
                others.pop().process.wait(60)
                seen.done[f"it went by {leaving.name}"] += 1
            elif what == "restart":
                broker.restart()
                seen.done["broker restarted"] += 1
        if now >= look:
            look += plan.sample_seconds
            seen.samples.append(_look(now, worker, auditor))
        time.sleep(0.1)
    return []


def _look(seconds: float, worker: _Watched, auditor: Auditor) -> Sample:
    memory, descriptors, threads = resources_of(worker.process.pid)
    latencies = sorted(1000 * latency for latency in auditor.latencies())
    cuts = quantiles(latencies, n=100) if len(latencies) > 1 else [math.nan] * 99
    return Sample(
        seconds=round(seconds, 1), memory_mib=round(memory, 2), descriptors=descriptors,
        threads=threads, tasks=worker.tasks(), latency_p50_ms=round(cuts[49], 1),
        latency_p99_ms=round(cuts[98], 1), verdicts=auditor.ledger.counts["verdict"],
        full=auditor.wraps() >= 1,
    )  # fmt: skip


def _drained(auditor: Auditor) -> list[str]:
    """Wait until everything balances; -> what did not in time."""
    try:
        until(auditor.settled, "all that was sent has come out", DRAIN_SECONDS)
    except AssertionError as error:
        return [str(error)]
    return []


def disk_bytes(folder: Path) -> int:
    """What a folder takes."""
    found = 0
    for root, _, files in os.walk(folder):
        for name in files:
            try:
                found += (Path(root) / name).stat().st_blocks * 512
            except OSError:  # deleted meanwhile
                continue
    return found
