"""`echowire produce`: raw events from files or standard input to the topic of raw articles."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from aiokafka import AIOKafkaProducer
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError
from rich import progress as columns
from rich.console import Console

from schemas.topics import RAW
from streams.cli.options import BootstrapServers, TopicPrefix
from streams.kafka.connection import (
    BrokerUnreachableError,
    admin_client,
    client_options,
    unsaid_by_aiokafka,
)
from streams.kafka.event_time import time_header
from streams.kafka.topics import TopicsError, topic_name
from streams.settings import Settings, load_settings
from streams.sources.inputs import Meter, read_events
from streams.sources.raw_events import RawEvent

_UNCONFIRMED_EVENTS = 2000
_BATCH_BYTES = 64 << 10
_LINGER_MILLISECONDS = 5
_READ_AHEAD_EVENTS = 64  # each may be as large as a record may be
_LOOK_SECONDS = 0.2  # how often waiting for input checks for a cancellation
_SILENCE_SECONDS = 30.0  # without any confirmation: the broker is gone
_STOP_SECONDS = 5.0
_CATCH_UP_SECONDS = 0.1  # a rate is averaged over this; time lost to a paused pipe is not made up
_LISTED_FAILURES = 20


@dataclass(slots=True)
class ProduceReport:
    """What became of the events. `failures` has a sentence for each of the first that failed."""

    sent: int = 0
    confirmed: int = 0
    failed: int = 0
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def fail(self, origin: str, why: str) -> None:
        """Count an event that was not stored."""
        self.failed += 1
        if len(self.failures) < _LISTED_FAILURES:
            self.failures.append(f"{origin}: {why}")

    def __str__(self) -> str:
        rate = self.confirmed / self.seconds if self.seconds else 0.0
        return (
            f"{self.sent} events sent, {self.confirmed} confirmed by the broker,"
            f" {self.failed} failed ({self.seconds:.1f} s, {rate:.0f}/s)"
        )


async def produce(
    settings: Settings,
    events: Iterable[RawEvent],
    *,
    rate: float | None = None,
    progress: Callable[[ProduceReport], None] = lambda _: None,
) -> ProduceReport:
    """Send all events and await every confirmation; at most `rate` events a second.

    A header gives the event's time, if it has one; the record's own time is now. `progress` is
    called with the report so far after each event and each late confirmation. Raises TopicsError
    if the topic is missing, BrokerUnreachableError if no broker answers or none has confirmed
    anything for half a minute.
    """
    started = time.monotonic()
    most = await _record_bytes(settings)
    async with _producer(settings, most) as producer, aclosing(_as_they_come(events)) as incoming:
        delivery, due = _Delivery(producer, settings, most), time.monotonic()
        async for event in incoming:
            await delivery.send(event)
            await delivery.settle(leave=_UNCONFIRMED_EVENTS)
            progress(delivery.report)
            if rate is not None:
                due = max(due, time.monotonic() - _CATCH_UP_SECONDS) + 1 / rate
                await asyncio.sleep(due - time.monotonic())
        while delivery.unconfirmed:
            await delivery.settle(leave=len(delivery.unconfirmed) - 1)
            progress(delivery.report)
    delivery.report.seconds = time.monotonic() - started
    return delivery.report


def produce_command(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|FOLDER|-...",
            help="JSON lines, Parquet, pages (.html, .txt), feeds, ninjs, NewsML-G2, web archives"
            " (.warc), folders of them, also .gz, .xz and .zst; - is standard input.",
        ),
    ],
    rate: Annotated[float | None, typer.Option(min=0.001, help="Most events per second.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Report failures only.")] = False,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """Send raw events to Kafka. Exits with 1 if any fails, or all of a file will be rejected."""
    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    meter, console = Meter(), Console(stderr=True, highlight=False)
    events = read_events(files, meter)
    latest = ProduceReport()
    try:
        with _bar(console, meter, quiet) as bar:
            task = bar.add_task("", total=meter.total_bytes, report=latest)

            def show(report: ProduceReport) -> None:
                nonlocal latest
                latest = report
                bar.update(task, completed=meter.read_bytes, report=report)

            report = asyncio.run(produce(settings, events, rate=rate, progress=show))
    except KeyboardInterrupt:
        typer.echo(f"stopped: {latest.sent} events sent, {latest.confirmed} confirmed", err=True)
        raise typer.Exit(130) from None
    for failure in (*report.failures, *meter.refused):
        console.print(failure, markup=False, soft_wrap=True)
    if report.failed > len(report.failures):
        console.print(f"... and {report.failed - len(report.failures)} more")
    if not quiet:
        typer.echo(report)
    if report.failed or meter.refused:
        raise typer.Exit(1)


class _Delivery:
    """Events on their way to the broker, oldest first, and what became of the others."""

    def __init__(self, producer: AIOKafkaProducer, settings: Settings, record_bytes: int) -> None:
        self.report = ProduceReport()
        self.unconfirmed: deque[tuple[str, asyncio.Future[object]]] = deque()
        self._producer = producer
        self._record_bytes = record_bytes
        self._topic = topic_name(settings, RAW)
        self._address = settings.bootstrap_servers
        self._heard = 0.0  # when the broker confirmed something, or had nothing left to confirm

    async def send(self, event: RawEvent) -> None:
        """Hand one event to the producer, or count it as failed where the topic cannot take it."""
        self.report.sent += 1
        # In a header: by the record's own time Kafka would delete an archive before it is read.
        headers = [] if event.time is None else [time_header(event.time)]
        try:
            future = await self._producer.send(
                self._topic, event.value, key=event.key, headers=headers
            )
        except MessageSizeTooLargeError:
            most = self._record_bytes
            why = f"{len(event.value)} bytes, where a record of the topic may have {most} in all"
            self.report.fail(event.origin, why)
        except KafkaTimeoutError:
            raise self._silence() from None
        else:
            if not self.unconfirmed:
                self._heard = time.monotonic()
            self.unconfirmed.append((event.origin, future))

    async def settle(self, leave: int) -> None:
        """Count confirmations received, and await more until only `leave` are outstanding."""
        while self.unconfirmed:
            origin, future = self.unconfirmed[0]
            if not future.done():
                left = self._heard + _SILENCE_SECONDS - time.monotonic()
                if left > 0 and len(self.unconfirmed) <= leave:
                    return
                # At least a moment: this process may have been stopped, and the answer be there.
                await asyncio.wait([future], timeout=max(left, 1.0))
                if not future.done():
                    raise self._silence()
            self._heard = time.monotonic()
            self.unconfirmed.popleft()
            error = future.exception()
            if error is None:
                self.report.confirmed += 1
            elif isinstance(error, KafkaError):
                self.report.fail(origin, f"the broker refused it: {type(error).__name__}")
            else:
                raise error

    def _silence(self) -> BrokerUnreachableError:
        return BrokerUnreachableError(
            f"The broker at {self._address} has stopped confirming: {self.report.confirmed} events"
            f" are on {self._topic}, {len(self.unconfirmed)} were sent and may be."
        )


async def _record_bytes(settings: Settings) -> int:
    """How large a record of the topic may be."""
    name = topic_name(settings, RAW)
    async with admin_client(settings) as admin:
        # Asking for the topic's metadata could create it; asking for its settings does not.
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    code, _message, _kind, _name, entries = answers[0].resources[0]
    if code == 3:  # no such topic
        raise TopicsError(f"{name} is missing. `echowire topics create` makes it.")
    values = {entry[0]: entry[1] for entry in entries}  # empty if we may not ask
    return int(values.get("max.message.bytes", settings.record_bytes))


@asynccontextmanager
async def _producer(settings: Settings, record_bytes: int) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(
        **client_options(settings),
        acks="all",
        enable_idempotence=True,
        compression_type=None if settings.compression == "none" else settings.compression,
        max_request_size=record_bytes,
        max_batch_size=min(_BATCH_BYTES, record_bytes),
        linger_ms=_LINGER_MILLISECONDS,
    )
    await producer.start()
    with unsaid_by_aiokafka():
        try:
            yield producer
        finally:
            with suppress(TimeoutError):  # it would wait forever for a broker that has gone
                await asyncio.wait_for(producer.stop(), _STOP_SECONDS)


async def _as_they_come(events: Iterable[RawEvent]) -> AsyncGenerator[RawEvent]:
    """Read in a thread: while a pipe is silent, what came before is still sent and confirmed."""
    ready: queue.Queue[RawEvent | Exception | None] = queue.Queue(_READ_AHEAD_EVENTS)
    called_off = threading.Event()

    def read() -> None:
        try:
            for event in events:
                ready.put(event)
                if called_off.is_set():
                    return
            ready.put(None)
        except Exception as error:  # noqa: BLE001 - raised again below, where it is awaited
            ready.put(error)

    threading.Thread(target=read, daemon=True).start()
    try:
        while (item := await _next(ready)) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        called_off.set()
        with suppress(queue.Empty):
            while True:
                ready.get_nowait()  # releases a reader that waits for room


async def _next(ready: queue.Queue[RawEvent | Exception | None]) -> RawEvent | Exception | None:
    with suppress(queue.Empty):
        return ready.get_nowait()
    while True:
        with suppress(queue.Empty):
            return await asyncio.to_thread(ready.get, timeout=_LOOK_SECONDS)


def _bar(console: Console, meter: Meter, quiet: bool) -> columns.Progress:
    """Bytes if the total is known, and always the events."""
    known = (columns.BarColumn(), columns.TaskProgressColumn()) if meter.total_bytes else ()
    counts = "{task.fields[report].sent} sent, {task.fields[report].confirmed} confirmed"
    return columns.Progress(
        *(columns.SpinnerColumn(), *known, columns.TextColumn(counts), columns.TimeElapsedColumn()),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )
