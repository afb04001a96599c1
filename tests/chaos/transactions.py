"""A producer that writes in transactions and aborts as many as it commits."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack

from aiokafka import AIOKafkaProducer

from deploy.kafka.embedded import EmbeddedKafka
from streams.kafka.connection import client_options
from tests.chaos.corpus import RawRecord, batches
from tests.chaos.crew import Crew, Feed, send_record
from tests.chaos.scenarios import Extent

TRANSACTION_RECORDS = 40
PLAIN_SHARE = 0.1  # at the end: a topic that ends with a marker ends beyond what can be committed
PATIENCE_MILLISECONDS = 240_000


class TransactionalFeed(Feed):
    """Sends records in transactions that are committed. Between them, on the same partitions, stand
    records of transactions that are aborted: those that come next, so that whoever reads them takes
    the true ones for their copies."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self._chance = random.Random(len(self._records))
        self.aborted = 0

    async def _send_all(self) -> None:
        last = int(len(self._records) * (1 - PLAIN_SHARE))
        parts = list(batches(self._records[:last], TRANSACTION_RECORDS))
        async with AsyncExitStack() as stack:
            kept, dropped = [
                await stack.enter_async_context(self._producer(name))
                for name in ("kept", "dropped")
            ]
            for part, following in zip(parts, [*parts[1:], self._records[last:]], strict=True):
                await self._both(kept, dropped, part, following)
                self.sent += len(part)
                await asyncio.to_thread(self._hurry.wait, self._seconds / len(parts))
        await self._send_plain(self._records[last:])

    def _producer(self, name: str) -> AIOKafkaProducer:
        return AIOKafkaProducer(
            **client_options(self._settings), acks="all", linger_ms=5,
            transactional_id=f"{self._settings.topic_prefix}{name}",
            request_timeout_ms=PATIENCE_MILLISECONDS,
        )  # fmt: skip

    async def _both(
        self,
        kept: AIOKafkaProducer,
        dropped: AIOKafkaProducer,
        part: Sequence[RawRecord],
        following: Sequence[RawRecord],
    ) -> None:
        """One transaction of each, record by record in turn."""
        await kept.begin_transaction()
        await dropped.begin_transaction()
        phantoms = [*following, *part][: len(part)]
        for record, phantom in zip(part, phantoms, strict=True):
            await send_record(kept, self._settings, record)
            await send_record(dropped, self._settings, phantom)
            if self._chance.random() < 0.2:  # so that batches of both lie between each other
                await asyncio.gather(kept.flush(), dropped.flush())
        await dropped.flush()
        endings = [kept.commit_transaction, dropped.abort_transaction]
        self._chance.shuffle(endings)
        for end in endings:
            await end()
        self.aborted += len(phantoms)


def transactions(
    crew: Crew, chance: random.Random, extent: Extent, _: Sequence[EmbeddedKafka]
) -> None:
    """Workers are killed, stopped and paused while transactions come, half of them aborted."""
    for _strike in range(max(2, extent.strikes // 3)):
        crew.wait(chance.uniform(0.2, 2 * extent.seconds / extent.strikes))
        crew.strike(chance, (0.2, 2 * crew.settings.session_timeout_seconds))
