"""The mixed load of a soak, sent at an even rate throughout."""

from __future__ import annotations

import asyncio
import html
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Self

from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from streams.kafka.connection import client_options
from streams.settings import Settings
from tests.chaos.corpus import Desk, RawRecord, endless_records
from tests.chaos.crew import send_record

TICK_SECONDS = 0.02
MOST_UNCONFIRMED = 20_000  # while a broker is away: what waits then comes late, not never
MOST_TIMED = 50_000
PATIENCE_SECONDS = 240.0

Place = tuple[int, int]  # partition and offset of a raw record


class SoakDesk(Desk):
    """Plain articles, copies, corrections and kills, and pages of both kinds."""

    kinds: Mapping[str, float] = {
        "new": 30, "copy": 26, "excerpt": 7, "expansion": 6, "revision": 8, "kill": 3, "short": 4,
        "page": 4, "site": 4, "wire": 8,
    }  # fmt: skip

    def _site(self) -> dict[str, object]:
        """An HTML page with what stands around a story, and the story of another in it."""
        rows = [" ".join(self._words(35)).capitalize() + "." for _ in range(6)]
        links = "".join(f'<li><a href="/{w}">{w}</a></li>' for w in self._words(40))
        told = " ".join(self._earlier()[1][:120])
        body = "".join(f"<p>{html.escape(row)}</p>" for row in rows)
        made = self._article(
            "",
            html=f"<html><head><title>News</title></head><body><nav><ul>{links}</ul></nav><main>"
            f"<article><h1>News of today</h1>{body}</article><aside><h2>Also read</h2><p>{told}</p>"
            f"</aside></main><footer><ul>{links}</ul></footer></body></html>",
        )
        return {name: value for name, value in made.items() if name != "text"}

    def _wire(self) -> dict[str, object]:
        """A page as plain text: menus, a headline, a dateline, a story, and headlines after it."""
        menu = "\n".join(word.capitalize() for word in self._words(12))
        rows = "\n\n".join(" ".join(self._words(40)).capitalize() + "." for _ in range(4))
        after = "\n".join(" ".join(self._words(7)).capitalize() for _ in range(6))
        return self._article(
            f"{menu}\n\nMinister opens harbour\n\nROTTERDAM (Reuters) - {rows}\n\nRelated\n{after}"
        )


class Load:
    """Sends in a thread of its own until told to stop; every record is confirmed in the end."""

    def __init__(self, settings: Settings, seed: int, a_second: float) -> None:
        self._settings, self._a_second = settings, a_second
        self._records: Iterator[RawRecord] = endless_records(seed, SoakDesk)
        self._enough = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._send()), daemon=True)
        self.begun: dict[Place, float] = {}  # monotonic time at which each was sent
        self.confirmed = 0

    def start(self) -> Self:
        self._thread.start()
        return self

    def finish(self) -> None:
        """Send no more, and wait for what is unconfirmed. Raises what went wrong."""
        self._enough.set()
        self._thread.join(PATIENCE_SECONDS)
        if self._failure:
            raise self._failure
        assert not self._thread.is_alive(), "not every record was confirmed in time"

    async def _send(self) -> None:
        try:
            async with AIOKafkaProducer(
                **client_options(self._settings), acks="all", enable_idempotence=True, linger_ms=5,
                request_timeout_ms=int(PATIENCE_SECONDS * 1000),
            ) as producer:  # fmt: skip
                room = asyncio.Semaphore(MOST_UNCONFIRMED)
                started, sent = time.monotonic(), 0
                while not self._enough.is_set():
                    while sent < (time.monotonic() - started) * self._a_second:
                        await room.acquire()
                        await self._one(producer, room)
                        sent += 1
                    await asyncio.sleep(TICK_SECONDS)
                for _ in range(MOST_UNCONFIRMED):
                    await room.acquire()
        except Exception as error:  # noqa: BLE001 - raised where the end is awaited
            self._failure = error

    async def _one(self, producer: AIOKafkaProducer, room: asyncio.Semaphore) -> None:
        began = time.monotonic()
        confirmation = await send_record(producer, self._settings, next(self._records))

        def confirmed(done: asyncio.Future[RecordMetadata]) -> None:
            if error := done.exception():
                self._failure = RuntimeError(f"a record was not confirmed: {error!r}")
                self._enough.set()
            else:
                told = done.result()
                self.begun[told.partition, told.offset] = began
                if len(self.begun) > MOST_TIMED:  # of what has no verdict of its own
                    del self.begun[next(iter(self.begun))]
                self.confirmed += 1
            room.release()

        confirmation.add_done_callback(confirmed)
