"""How fast a worker clears a backlog: all articles are in the topic before it starts."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.benchmarks.cluster import Topics, read_events
from tests.benchmarks.contestants import BenchmarkError, Contestant, Run
from tests.benchmarks.figures import copies_found
from tests.benchmarks.worker import Usage, Worker, running

# A look takes a millisecond of two processors that the worker wants: only those that tell when it
# began and when it was done are close together.
LOOK_EVERY_SECONDS, LOOK_CLOSELY_EVERY_SECONDS = 0.2, 0.02
LAST_SHARE = 0.05
STANDSTILL_SECONDS = 90.0
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Throughput:
    """From the first output to the last, as the count of records in the output topic tells."""

    articles_per_second: float
    cpu_us_per_article: float  # of the worker and its children, user and system
    cpu_seconds_in_all: float  # from the worker's start on
    peak_rss_mib: float
    copies_found: float | None
    seconds_to_first_output: float
    load_average_before: float


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen at one moment (monotonic seconds)."""

    at: float
    count: int
    usage: Usage


def measure_throughput(run: Run, count: int, originals: Mapping[int, int]) -> Throughput:
    """Raises BenchmarkError if the worker ends, stops or loses articles."""
    topics = Topics(run.place)
    title = run.contestant.title
    topics.create()
    topics.fill(read_events(run.events_path, count))
    load_average = os.getloadavg()[0]
    started = time.monotonic()
    with running(run) as worker:
        looks = list(_look_until(worker, topics, count))
    verdicts = list(_verdicts(run.contestant, topics))
    topics.delete()
    if len({number for number, _, _ in verdicts}) != count:
        raise BenchmarkError(f"{title}: {len(verdicts)} outputs, but not of each article")
    known = {copy: original for copy, original in originals.items() if copy < count}
    first, last = looks[0], looks[-1]
    articles = last.count - first.count
    if not articles:
        raise BenchmarkError(f"{title}: all {count} articles came at once: too few")
    cpu_seconds = last.usage.cpu_seconds - first.usage.cpu_seconds
    return Throughput(
        articles_per_second=articles / (last.at - first.at),
        cpu_us_per_article=cpu_seconds / articles * 1e6,
        cpu_seconds_in_all=last.usage.cpu_seconds,
        peak_rss_mib=max(look.usage.rss_bytes for look in looks) / MIB,
        copies_found=copies_found(verdicts, known),
        seconds_to_first_output=first.at - started,
        load_average_before=load_average,
    )


def _look_until(worker: Worker, topics: Topics, count: int) -> Iterator[Look]:
    """Looks from the first at which there was output to the first at which all was there."""
    seen, moved = 0, time.monotonic()
    while seen < count:
        closely = not seen or seen > (1 - LAST_SHARE) * count
        time.sleep(LOOK_CLOSELY_EVERY_SECONDS if closely else LOOK_EVERY_SECONDS)
        now_seen, now, usage = topics.count_output(), time.monotonic(), worker.usage()
        if now_seen > seen:
            seen, moved = now_seen, now
        if now - moved > STANDSTILL_SECONDS:
            raise worker.failure(f"no progress for {STANDSTILL_SECONDS:.0f} s at {seen} of {count}")
        if seen:
            yield Look(now, seen, usage)


def _verdicts(contestant: Contestant, topics: Topics) -> Iterator[tuple[int, str, list[str]]]:
    for record in topics.output():
        yield int(record["attributes"]["number"]), *contestant.verdict(record)
