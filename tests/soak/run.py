"""One soak: a load, a monitored worker, and rounds of disturbances."""

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
from schemas.topics import STORIES, TOPICS
from streams.kafka.connection import admin_client
from streams.kafka.topics import topic_name
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
    rounds = _Rounds(settings, broker, folder, plan)
    worker = _Watched(settings, folder)
    try:
        worker.launch()
        until(worker.ready, "the worker is ready", START_SECONDS)
        auditor.start()
        load.start()
        wrong = _carry_out(rounds, plan, worker, auditor, seen.samples)
        load.finish()
        wrong += _drained(auditor)
        seen.wraps = auditor.wraps()
        if not worker.ended() and (code := worker.stop()):
            wrong.append(
                f"the worker was told to stop and ended with {code}: {worker.log()[-2000:]}"
            )
        auditor.finish()
    finally:
        worker.kill()
        if rounds.other is not None:
            rounds.other.kill()
    ledger, seen.done = auditor.ledger, rounds.done
    seen.counts, seen.repeated = ledger.counts, ledger.repeated
    seen.confirmed, seen.redeliveries = load.confirmed, auditor.redeliveries
    seen.wrong = [*wrong, *ledger.wrong()]
    return seen


async def _make_bounded_topics(settings: Settings) -> None:
    """Topics of which brokers keep so many bytes, whatever the times of their records say."""
    await make_topics(settings, SHARDS)
    bounds = {"retention.bytes": str(TOPIC_BYTES), "segment.bytes": str(SEGMENT_BYTES)}
    async with admin_client(settings) as admin:
        for topic in TOPICS:
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


class _Rounds:
    """Each the same: another worker comes, takes part for a while and goes, and the broker is
    restarted."""

    def __init__(self, settings: Settings, broker: EmbeddedKafka, folder: Path, plan: Plan) -> None:
        self._settings, self._broker, self._folder, self._plan = settings, broker, folder, plan
        self._round, self._step = 0, 0
        self.other: Worker | None = None
        self.done: Counter[str] = Counter()

    def go_on(self, now: float) -> None:
        """Take the step that is due after so many seconds, if one is."""
        at = now / self._plan.round_seconds - self._round
        join, leave, restart = 0.1, 0.55, 0.75
        if self._step == 0 and at >= join:
            self.other = Worker(self._settings, self._folder).launch()
        elif self._step == 1 and at >= leave:
            if not self._gone(in_any_case=at >= restart):
                return
        elif self._step == 2 and at >= restart:
            self._broker.restart()
            self.done["broker restarted"] += 1
        elif self._step == 3 and at >= 1:
            self._round, self._step = self._round + 1, -1
        else:
            return
        self._step += 1

    def _gone(self, *, in_any_case: bool) -> bool:
        """Whether the other worker has left: when it has taken part, or the round will not wait."""
        assert self.other is not None
        took_part = self.other.ready()
        if not took_part and not in_any_case:
            return False
        if took_part:
            self.done["a second worker took part"] += 1
        leaving = (signal.SIGTERM, signal.SIGKILL)[self._round % 2]
        self.other.signal(leaving)
        self.other.process.wait(60)
        self.done[f"it went by {leaving.name}"] += 1
        return True


def _carry_out(
    rounds: _Rounds, plan: Plan, worker: _Watched, auditor: Auditor, samples: list[Sample]
) -> list[str]:
    """Disturb and look until the time is over; -> what is wrong."""
    started, look = time.monotonic(), 0.0
    while (now := time.monotonic() - started) < plan.seconds:
        auditor.check()
        if worker.ended():
            code, words = worker.process.returncode, worker.log()[-3000:]
            return [f"the watched worker ended with {code}: {words}"]
        rounds.go_on(now)
        if now >= look:
            look = now + plan.sample_seconds
            samples.append(_look(now, worker, auditor))
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
