"""What runs beside the demo: a watch on its broker; with `KEEP=1` a Prometheus, and more news."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from deploy.prometheus.server import INSTALL, Prometheus, is_installed
from schemas.topics import RAW
from streams.articles.times import format_milliseconds

# Slow enough that the alert on the share of copies, which wants a thousand articles an hour, keeps
# quiet: the sample is the same few stories over and over.
_SECONDS_BETWEEN = 4.0
_LOOK_SECONDS = 0.2
_LAST_ARTICLE_SECONDS = 10.0


class BrokerEndedError(Exception):
    """The demo's broker ended unexpectedly."""


@contextmanager
def while_it_runs(broker: subprocess.Popen[bytes]) -> Iterator[None]:
    """Interrupt the block, as Ctrl-C would, when the broker ends.

    Needs the main thread. Raises BrokerEndedError instead of whatever else that causes.
    """
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            if broker.poll() is not None:
                os.kill(os.getpid(), signal.SIGINT)
                return

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    except BaseException:
        if (status := broker.poll()) is None:
            raise
        raise BrokerEndedError(
            f"its broker has ended ({f'by signal {-status}' if status < 0 else f'status {status}'})"
        ) from None
    finally:
        over.set()
        with suppress(KeyboardInterrupt):  # what the last check saw
            watching.join()


@contextmanager
def watched(folder: Path, port: int) -> Iterator[str]:
    """Scrape the worker at this port with the rules of production -> what to tell of it."""
    if not is_installed():
        yield INSTALL
        return
    with Prometheus(folder, [f"127.0.0.1:{port}"], "demo") as prometheus:
        yield f"http://{prometheus.address}/alerts  (a real Prometheus)"


@contextmanager
def news_that_go_on(sample: Path, bootstrap: str) -> Iterator[None]:
    """Send the sample's articles again, dated now, one by one, until stopped."""
    over = threading.Event()
    sending = threading.Thread(
        target=lambda: asyncio.run(_send_while_it_can(sample, bootstrap, over)), daemon=True
    )
    sending.start()
    try:
        yield
    finally:
        over.set()
        sending.join(_LAST_ARTICLE_SECONDS)


async def _send_while_it_can(sample: Path, bootstrap: str, over: threading.Event) -> None:
    with suppress(KafkaError):  # the broker has gone: that is reported elsewhere
        await _send(sample, bootstrap, over)


async def _send(sample: Path, bootstrap: str, over: threading.Event) -> None:
    number = 0
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        while not over.is_set():
            for event in _articles(sample):
                number += 1
                now = format_milliseconds(time.time_ns() // 1_000_000)
                event |= {"id": f"live-{number}", "published_at": now, "fetched_at": now}
                await producer.send_and_wait(RAW, orjson.dumps(event))
                if await asyncio.to_thread(over.wait, _SECONDS_BETWEEN):
                    return


def _articles(sample: Path) -> Iterator[dict[str, Any]]:
    """The events of the sample that are articles with a text."""
    for line in sample.read_bytes().splitlines():
        try:
            event = orjson.loads(line)
        except orjson.JSONDecodeError:  # the sample has some that are broken on purpose
            continue
        if isinstance(event, dict) and isinstance(event.get("text"), str) and event["text"].strip():
            event.pop("status", None)
            yield event
