"""Disturbances of a service under load. Each ends with all workers healthy and no lag."""

from __future__ import annotations

import asyncio
import random
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.kafka.embedded import EmbeddedKafka
from schemas.topics import NORMALISED, RAW
from streams.agents.running.exit import EXIT_SHUT_OUT, EXIT_UNAVAILABLE
from streams.kafka.poison_records import CRASHES_TOLERATED
from streams.settings import Settings
from tests.chaos.accounts import audit
from tests.chaos.corpus import RawRecord, make_records
from tests.chaos.crew import DRAIN_SECONDS, Crew, Feed, orphans
from tests.chaos.faulty_worker import STEPS, Fault
from tests.kafka.service import (
    DEADLINE_SECONDS,
    committed,
    end_offsets,
    make_topics,
    uncommitted,
    until,
)
from tests.support.pauses import pause_until_fenced


@dataclass(frozen=True, slots=True)
class Extent:
    """How much: records, for how long they come, and how often something happens."""

    records: int
    seconds: float
    strikes: int
    away_seconds: float


# By SIGTERM also while it is still starting, before it listens to that; and when it was paused and
# shut out, it may find that out first, or that its connections are gone.
IN_ORDER = (0, -signal.SIGTERM, EXIT_SHUT_OUT, EXIT_UNAVAILABLE)

Brokers = Sequence[EmbeddedKafka]
Disturbance = Callable[[Crew, random.Random, Extent, Brokers], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    done: dict[str, int]
    wrong: list[str]
    verdicts: int
    letters: int
    redeliveries: int
    seconds: float


def signals(crew: Crew, chance: random.Random, extent: Extent, _: Brokers) -> None:
    """SIGKILL, SIGTERM and SIGSTOP with SIGCONT, at random moments."""
    for _strike in range(extent.strikes):
        crew.wait(chance.uniform(0.2, 2 * extent.seconds / extent.strikes))
        timeout = crew.settings.session_timeout_seconds
        crew.strike(chance, (0.2, 2 * timeout))


def membership(crew: Crew, chance: random.Random, extent: Extent, _: Brokers) -> None:
    """Workers join and leave; one stalls in the middle of a chunk while another joins, and one
    stops there until its partitions are another's."""
    for _strike in range(extent.strikes):
        step = chance.choice(STEPS[:-2])
        action = chance.choice(("stall", "stop"))
        late = crew.join([Fault(step, chance.randint(1, 4), action)])
        crew.done[f"{action} after {step}"] += 1
        crew.wait(extent.seconds / extent.strikes)
        leaving = chance.choice([w for w in crew.workers if w is not late] or [late])
        leaving.signal(signal.SIGTERM)
        crew.done["left"] += 1
        crew.wait(crew.settings.session_timeout_seconds + 1)
        if not late.ended():
            late.signal(signal.SIGCONT)


def steps(crew: Crew, chance: random.Random, extent: Extent, _: Brokers) -> None:
    """Killed, or ended by an error, between every two steps of the protocol: as many of these as
    strikes, in an order by chance, and each by a worker that has all partitions to itself."""
    size, crew.size = crew.size, 0
    for worker in crew.workers:
        worker.kill()
    breaks = [(step, action) for step in STEPS for action in ("kill", "error")]
    errors = 0
    for step, action in chance.sample(breaks, min(extent.strikes, len(breaks))):
        broken = crew.join([Fault(step, chance.randint(1, 2), action)])
        crew.done[f"{action} after {step}"] += 1
        until(broken.ended, f"it broke: {action} after {step}")
        errors += action == "error"
        if errors == CRASHES_TOLERATED - 1:  # the next in a row would give its record up
            _get_further(crew)
            errors = 0
    crew.size = size
    crew.wait(1)


def _get_further(crew: Crew) -> None:
    """Past all that has come, by a worker without a fault."""
    settings = crew.settings
    ends = {topic: asyncio.run(end_offsets(settings, topic)) for topic in (RAW, NORMALISED)}
    worker = crew.join()

    def is_further() -> bool:
        done = {topic: asyncio.run(committed(settings, topic)) for topic in ends}
        return all(
            done[topic].get(partition, 0) >= end
            for topic, of_topic in ends.items()
            for partition, end in of_topic.items()
        )

    until(is_further, "a worker without a fault has got further", DRAIN_SECONDS)
    worker.kill()


def broker_restarts(crew: Crew, _: random.Random, extent: Extent, brokers: Brokers) -> None:
    """The broker is stopped, killed, away for a while, and paused until its leaders are elected
    again, which loses no connection."""
    (broker,) = brokers
    crew.one_ready()
    crew.wait(extent.seconds / 8)
    pause_until_fenced(broker, crew.wait)
    crew.done["broker paused"] += 1
    crew.wait(extent.seconds / 8)
    broker.restart()
    crew.done["broker restarted"] += 1
    crew.wait(extent.seconds / 4)
    broker.kill()
    broker.start()
    crew.done["broker killed"] += 1
    crew.wait(extent.seconds / 4)
    broker.kill()
    crew.wait(extent.away_seconds)
    broker.start()
    crew.done["broker away"] += 1


def leaders_lost(crew: Crew, chance: random.Random, extent: Extent, brokers: Brokers) -> None:
    """One of three brokers is killed and comes back, again and again."""
    crew.one_ready()
    for _strike in range(extent.strikes):
        broker = chance.choice(brokers)
        broker.kill()
        crew.wait(extent.seconds / extent.strikes / 2)
        broker.start()
        crew.done["one of three brokers killed"] += 1
        crew.wait(extent.seconds / extent.strikes / 2)


def quota(crew: Crew, _: random.Random, extent: Extent, brokers: Brokers) -> None:
    """Producers may send far less than there is, for a while."""
    crew.one_ready()
    brokers[0].limit_producers(100_000)
    crew.done["produce quota"] += 1
    crew.wait(extent.seconds)
    brokers[0].limit_producers(1 << 40)


def _drain(crew: Crew) -> None:
    until(
        lambda: (crew.go_on(), not uncommitted(crew.settings))[1],
        "everything is committed", DRAIN_SECONDS,
    )  # fmt: skip


def run(
    disturb: Disturbance,
    brokers: Brokers,
    settings: Settings,
    folder: Path,
    extent: Extent,
    seed: int,
    *,
    replication: int = 1,
    make_crew: Callable[[Settings, Path, int], Crew] = Crew,
    make_feed: Callable[[Settings, list[RawRecord], float], Feed] = Feed,
) -> Outcome:
    """One disturbance under load, until everything is committed; then the accounts."""
    started, chance = time.monotonic(), random.Random(seed)
    asyncio.run(make_topics(settings, replication=replication))
    # Whoever breaks at the last step needs a record to do it, however slow those before were.
    seconds = extent.strikes * DEADLINE_SECONDS if disturb is steps else extent.seconds
    records = make_records(extent.records, seed)
    feed = make_feed(settings, records, seconds)
    with make_crew(settings, folder, 2) as crew:
        feed.start()
        disturb(crew, chance, extent, brokers)
        feed.finish()
        _drain(crew)
        # Who stood still may only now publish once more what others have done meanwhile.
        crew.wait(settings.session_timeout_seconds)
        _drain(crew)
        codes = crew.leave_in_order()
        wrong, expected = audit(settings, records)
        wrong += [
            f"a worker that was told to stop ended with {code}: {words}"
            for code, words in codes.items()
            if code not in IN_ORDER
        ]
        wrong += [f"a worker ended by itself: {words}" for words in crew.surprises]
        wrong += [f"left behind: {orphan}" for orphan in orphans(settings)]
        wrong += [f"left behind: {path}" for path in folder.glob("echowire-*")]
        return Outcome(
            dict(crew.done), wrong, len(expected.enriched), len(expected.letters),
            expected.redeliveries, time.monotonic() - started,
        )  # fmt: skip
