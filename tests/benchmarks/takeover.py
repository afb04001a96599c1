"""How long partitions wait after their worker is killed: from SIGKILL to the next verdict.

python -m tests.benchmarks.takeover [--rounds N]
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import orjson
from confluent_kafka import Consumer, Producer, TopicPartition

from deploy.kafka.embedded import EmbeddedKafka
from schemas.topics import ENRICHED, RAW
from streams.kafka.topics import topic_name
from streams.settings import Settings, load_settings
from tests.benchmarks.cluster import PARTITIONS
from tests.kafka.service import Worker, make_topics, until

SESSION_SECONDS = 5.0
EVERY_SECONDS = 0.02
SETTLED_SECONDS = 3.0


class Traffic:
    """Articles sent in turn over the partitions, and when the first verdicts on them came."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._address = {"bootstrap.servers": settings.bootstrap_servers}
        self._over = threading.Event()
        self.sent: list[float] = []  # by the article's number, monotonic seconds
        self.answered: dict[int, float] = {}  # by the article's number

    def threads(self) -> Iterator[threading.Thread]:
        """To be started: one that sends, one that reads."""
        yield threading.Thread(target=self._send, daemon=True)
        yield threading.Thread(target=self._read, daemon=True)

    def end(self) -> None:
        """Stop sending and reading."""
        self._over.set()

    def seconds_until_served(self, since: float) -> float | None:
        """From a moment on, until every partition had a verdict on an article sent later.

        None while one has none.
        """
        first = next((n for n, at in enumerate(self.sent) if at > since), None)
        if first is None:
            return None
        served: dict[int, float] = {}
        for number in range(first, len(self.sent)):
            if number in self.answered:
                served.setdefault(number % PARTITIONS, self.answered[number])
        return max(served.values()) - since if len(served) == PARTITIONS else None

    def served_since(self, since: float) -> bool:
        """Whether every partition has had a verdict on an article sent after a moment."""
        return self.seconds_until_served(since) is not None

    def _send(self) -> None:
        producer, topic = Producer(self._address), topic_name(self._settings, RAW)
        for number in itertools.count():
            if self._over.wait(EVERY_SECONDS):
                break
            words = random.Random(number).choices(range(10_000), k=60)
            text = "the words of this article are " + " ".join(f"w{word}" for word in words)
            event = {"id": str(number), "source": "example.com", "language": "en", "text": text}
            producer.produce(topic, orjson.dumps(event), str(number), number % PARTITIONS)
            self.sent.append(time.monotonic())
            producer.poll(0)
        producer.flush(10)

    def _read(self) -> None:
        consumer = Consumer({**self._address, "group.id": "takeover", "fetch.wait.max.ms": 10})
        topic = topic_name(self._settings, ENRICHED)
        consumer.assign([TopicPartition(topic, number, 0) for number in range(PARTITIONS)])
        while not self._over.is_set():
            message = consumer.poll(0.1)
            if message is not None and not message.error():
                number = int(orjson.loads(message.value() or b"")["producer_id"])
                self.answered.setdefault(number, time.monotonic())
        consumer.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.takeover")
    parser.add_argument("--rounds", type=int, default=6)
    rounds = parser.parse_args().rounds
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="takeover-")))
        settings = load_settings(
            bootstrap_servers=stack.enter_context(EmbeddedKafka()).bootstrap,
            topic_prefix="takeover.", http_port=0, session_timeout_seconds=SESSION_SECONDS,
            normalising_processes=1, window_articles=1 << 16,
        )  # fmt: skip
        asyncio.run(make_topics(settings, PARTITIONS))
        traffic = Traffic(settings)
        stack.callback(traffic.end)
        workers = [_started(settings, folder, stack) for _ in range(2)]
        for thread in traffic.threads():
            thread.start()
        took = []
        for number in range(rounds):
            began = time.monotonic()
            until(partial(traffic.served_since, began), "served")
            time.sleep(SETTLED_SECONDS)
            killed = time.monotonic()
            workers.pop(0).kill()
            until(partial(traffic.served_since, killed), "served")
            took.append(traffic.seconds_until_served(killed) or 0.0)
            print(f"round {number + 1}: {took[-1]:.2f} s", flush=True)
            workers.append(_started(settings, folder, stack))
        print(f"from SIGKILL to the next verdict of every partition: {max(took):.2f} s at most,")
        middle = statistics.median(took)
        print(f"{middle:.2f} s in the middle; session timeout {SESSION_SECONDS:g} s")


def _started(settings: Settings, folder: Path, stack: ExitStack) -> Worker:
    return stack.enter_context(Worker(settings, folder).start())


if __name__ == "__main__":
    main()
