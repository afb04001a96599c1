"""Keeps workers running through disturbances while records keep arriving."""

from __future__ import annotations

import asyncio
import math
import random
import signal
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import orjson
import psutil
from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from schemas.topics import RAW
from streams.agents.running.exit import EXIT_INTERNAL_ERROR
from streams.kafka.connection import client_options
from streams.settings import Settings
from tests.chaos.corpus import RawRecord, batches
from tests.chaos.faulty_worker import CLOCK_VARIABLE, Fault, InjectedError
from tests.kafka.service import Worker, until

BATCH = 100
DRAIN_SECONDS = 240.0
INJECTED = InjectedError.__name__


_TELLING_SECONDS = 2.0


class FaultyWorker(Worker):
    """A worker that breaks at chosen steps."""

    def __init__(self, settings: Settings, folder: Path, faults: list[Fault]) -> None:
        super().__init__(settings, folder)
        listed = [{"step": f.step, "nth": f.nth, "action": f.action} for f in faults]
        self.program = ("-m", "tests.chaos.faulty_worker", orjson.dumps(listed).decode())
        self._clock = self._log.with_suffix(".clock")
        self.environment = {CLOCK_VARIABLE: str(self._clock)}
        self.set_clock(0.0)

    def set_clock(self, seconds: float) -> None:
        """Its wall clock is ahead of the true time by so much from now on, or behind."""
        made = self._clock.with_suffix(".new")
        made.write_text(str(seconds))
        made.replace(self._clock)


class Crew:
    """So many workers; one that ends is replaced, as a supervisor would."""

    def __init__(self, settings: Settings, folder: Path, size: int) -> None:
        self.settings, self.folder, self.size = settings, folder, size
        self.workers: list[Worker] = []
        self.surprises: list[str] = []  # last words of those that nobody meant to end
        self.injected = [INJECTED]  # what the logs of those say whom we made fail
        self.done: Counter[str] = Counter()  # what was done to them, for the report

    def __enter__(self) -> Self:
        for _ in range(self.size):
            self.join()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is not None:
            self._print_last_words()
        for worker in self.workers:
            worker.kill()

    def _print_last_words(self) -> None:
        """The end of each log, with what the worker's tasks wait for: Faust tells at SIGUSR1."""
        for worker in self.workers:
            if not worker.ended():
                worker.signal(signal.SIGUSR1)
        time.sleep(_TELLING_SECONDS)
        for worker in self.workers:
            print(worker.log()[-20_000:])

    def join(self, faults: list[Fault] | None = None) -> Worker:
        """One more worker."""
        made = FaultyWorker(self.settings, self.folder, faults or [])
        self.workers.append(made.launch())
        return made

    def keep_up(self) -> None:
        """Replace those that ended; continue none that stopped."""
        self._let_go()
        while len(self.workers) < self.size:
            self.join()

    def _let_go(self) -> None:
        """Forget those that ended, but for how they did."""
        for worker in [w for w in self.workers if w.ended()]:
            self.workers.remove(worker)
            code, log = worker.process.returncode, worker.log()
            self.done[f"exit {code}"] += 1
            if code == EXIT_INTERNAL_ERROR and not any(words in log for words in self.injected):
                self.surprises.append(log[-4000:])

    def go_on(self) -> None:
        """Replace those that ended, and continue those that stopped by a fault of their own."""
        self.keep_up()
        for worker in self.workers:
            worker.signal(signal.SIGCONT)

    def wait(self, seconds: float) -> None:
        """Let time pass, with replacements."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.keep_up()
            time.sleep(0.1)

    def one_ready(self) -> None:
        """Wait until some worker takes part."""
        until(lambda: (self.keep_up(), any(w.ready() for w in self.workers))[1], "one is ready")

    def strike(self, chance: random.Random, pause: tuple[float, float]) -> None:
        """Do one thing to one worker: kill it, tell it to stop, or pause it for a while."""
        self.keep_up()
        worker = chance.choice(self.workers)
        what = chance.choice(("SIGKILL", "SIGTERM", "SIGSTOP"))
        self.done[what] += 1
        worker.signal(getattr(signal, what))
        if what == "SIGKILL":
            worker.process.wait(10)
        elif what == "SIGSTOP":
            self.wait(chance.uniform(*pause))
            if not worker.ended():
                worker.signal(signal.SIGCONT)

    def leave_in_order(self) -> dict[int, str]:
        """All that run stop; -> exit codes, with the end of a log of each."""
        self._let_go()
        for worker in self.workers:
            worker.signal(signal.SIGCONT)
            worker.signal(signal.SIGTERM)
        codes = {worker.process.wait(40): worker.log()[-4000:] for worker in self.workers}
        self.workers.clear()
        return codes


class Feed:
    """Sends records in the background, evenly over some seconds or until it shall finish, whatever
    the brokers do."""

    def __init__(self, settings: Settings, records: list[RawRecord], seconds: float) -> None:
        self._settings, self._records, self._seconds = settings, records, seconds
        self._thread = threading.Thread(target=lambda: asyncio.run(self._send()), daemon=True)
        self._failure: Exception | None = None
        self._hurry = threading.Event()
        self.sent = 0

    def start(self) -> Self:
        self._thread.start()
        return self

    def finish(self) -> None:
        """Send what is left at once, and wait until the broker has confirmed every record."""
        self._hurry.set()
        self._thread.join(DRAIN_SECONDS)
        if self._failure:
            raise self._failure
        assert self.sent == len(self._records), "not every record was confirmed in time"

    async def _send(self) -> None:
        try:
            await self._send_all()
        except Exception as error:  # noqa: BLE001 - raised where the end is awaited
            self._failure = error

    async def _send_all(self) -> None:
        await self._send_plain(self._records)

    async def _send_plain(self, records: list[RawRecord]) -> None:
        a_second = math.ceil(len(self._records) / self._seconds)
        async with AIOKafkaProducer(
            **client_options(self._settings), acks="all", enable_idempotence=True, linger_ms=5,
            request_timeout_ms=int(DRAIN_SECONDS * 1000),  # brokers are away for a minute
        ) as producer:  # fmt: skip
            for part in batches(records, min(BATCH, a_second)):
                began = time.monotonic()
                confirmations = [
                    await send_record(producer, self._settings, record) for record in part
                ]
                await asyncio.gather(*confirmations)
                self.sent += len(part)
                left = len(part) / a_second - (time.monotonic() - began)
                await asyncio.to_thread(self._hurry.wait, max(0.0, left))


async def send_record(
    producer: AIOKafkaProducer, settings: Settings, record: RawRecord
) -> asyncio.Future[RecordMetadata]:
    """-> what the broker's confirmation will set."""
    return await producer.send(
        settings.topic_prefix + RAW, record.value, key=record.key, partition=record.partition,
        timestamp_ms=record.time,
    )  # fmt: skip


def orphans(settings: Settings) -> list[str]:
    """Processes of workers with these settings whose parent is gone. Other tests have their own,
    which may be just about to end."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):  # it has ended by now, or is not ours to look at
            ours = process.environ().get("ECHOWIRE_TOPIC_PREFIX") == settings.topic_prefix
            if ours and process.ppid() == 1:
                found.append(" ".join(process.cmdline()))
    return found
