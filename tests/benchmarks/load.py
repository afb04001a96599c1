"""Steady load: one process sends at an even rate, another timestamps every output on arrival."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

import numpy as np
import numpy.typing as npt
from confluent_kafka import Consumer, Producer, TopicPartition

from tests.benchmarks.articles import UNSENT
from tests.benchmarks.cluster import PARTITIONS, read_events

Nanoseconds = npt.NDArray[np.int64]

SECOND_NS = 1_000_000_000
# The attributes pass through every contestant, some of which put spaces into JSON.
NUMBER = re.compile(rb'"number":\s*"(\d+)"')
SENT_NS = re.compile(rb'"sent_ns":\s*"(\d{19})"')


@dataclass(frozen=True, slots=True)
class Load:
    """Article numbers below `probes` are sent at once; the others wait for the word to go."""

    bootstrap_servers: str
    topic: str
    events_path: Path
    rate: int
    probes: int
    count: int


def send(load: Load, go: Event, reports: Connection) -> None:
    """Run as a process of its own; reports the start (time_ns), then the send times of all."""
    producer = Producer(
        {"bootstrap.servers": load.bootstrap_servers, "linger.ms": linger_ms(load.rate)}
    )
    events = read_events(load.events_path, load.count)
    sent = np.zeros(load.count, np.int64)
    interval_ns = SECOND_NS // load.rate
    start_ns = time.time_ns()
    for number, event in enumerate(events):
        if number == load.probes:
            producer.flush()
            go.wait()
            start_ns = time.time_ns()
            reports.send(start_ns)
        if number >= load.probes:
            _sleep_until(start_ns + (number - load.probes) * interval_ns)
        sent[number] = time.time_ns()
        stamped = stamp(event, int(sent[number]))
        producer.produce(load.topic, stamped, str(number), number % PARTITIONS)
        producer.poll(0)
    producer.flush()
    reports.send(sent)


def linger_ms(rate: int) -> int:
    """How long the sender gathers records; it is part of the latency, the same for every worker.

    A request for each article at 3,000/s costs the broker a core, which the worker then lacks.
    """
    return 0 if rate < 1000 else 5


def stamp(event: bytes, sent_ns: int) -> bytes:
    """The event with its send time, wall clock."""
    head, _, tail = event.rpartition(UNSENT.encode())
    return b"%s%019d%s" % (head, sent_ns, tail)


def _sleep_until(due_ns: int) -> None:
    left = due_ns - time.time_ns()
    if left > 0:
        time.sleep(left / SECOND_NS)


def receive(bootstrap_servers: str, topic: str, count: int, end: Event, report: Connection) -> None:
    """Run as a process of its own, until all `count` articles came out or `end` is set.

    Reports two arrays by article number: send time as it stands in the output, and the time at
    which the output was received first; 0 where none came.
    """
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap_servers,
            "group.id": "bench",
            "enable.auto.commit": False,
            "fetch.min.bytes": 1,
            "fetch.wait.max.ms": 10,
        }
    )
    consumer.assign([TopicPartition(topic, n, 0) for n in range(PARTITIONS)])
    sent, received = np.zeros((2, count), np.int64)
    missing = count
    while missing and not end.is_set():
        # One at a time: a call for several waits until it has them all.
        message = consumer.poll(0.1)
        now = time.time_ns()
        if message is None:
            continue
        if error := message.error():
            raise RuntimeError(f"{topic}: {error}")
        value = message.value() or b""
        number = _stamped(NUMBER, value)
        if not received[number]:
            missing -= 1
            sent[number] = _stamped(SENT_NS, value)
            received[number] = now
    consumer.close()
    report.send((sent, received))


def _stamped(pattern: re.Pattern[bytes], value: bytes) -> int:
    found = pattern.search(value)
    if found is None:
        raise RuntimeError(f"an output record without {pattern.pattern!r}: {value[:200]!r}")
    return int(found[1])
