"""Records out: whole batches, every one confirmed by all in-sync replicas before we go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import InvalidTimestampError, KafkaTimeoutError, ProducerClosed

from streams.kafka.connection import client_options
from streams.kafka.outgoing import Counts, Encoded, Encoder, Outgoing
from streams.settings import Settings

# Handing over to a thread and back takes as long as encoding a dozen articles.
_THREAD_FROM = 32

# For all batches of a chunk: as long as Java's producer tries (`delivery.timeout.ms`). A broker
# that is away longer ends the worker, and its supervisor waits instead.
DELIVERY_SECONDS = 120.0


class StoppedError(Exception):
    """The worker is ending, or has given up a partition: what waits to be published must not go on,
    and is read again."""


class BatchPublisher:
    """An idempotent producer that sends record batches and waits for their confirmation.

    Once stopped, it raises StoppedError.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.encoder = Encoder(settings)
        self._producer: AIOKafkaProducer | None = None
        self._stopped = False

    async def start(self) -> None:
        """Connect. Must run in the event loop that will publish."""
        self._producer = AIOKafkaProducer(
            **client_options(self._settings),
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_request_size=2 * self.encoder.largest_bytes,
        )
        await self._producer.start()

    async def stop(self) -> None:
        """Disconnect."""
        self._stopped = True
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def partition_count(self, topic: str) -> int:
        """How many partitions a topic has."""
        return len(await self._started().partitions_for(topic))

    async def encode(
        self, topics: Sequence[str], records: int, make: Callable[[Counts], Sequence[Outgoing]]
    ) -> list[Encoded]:
        """What `make` makes, encoded; it is told how many partitions each of `topics` has.

        From some `records` on, both run in a thread, where most of it is done without the
        interpreter's lock: the event loop goes on with other chunks meanwhile.
        """
        counts = {topic: await self.partition_count(topic) for topic in topics}

        def encoded() -> list[Encoded]:
            return self.encoder.encode(make(counts), counts)

        return encoded() if records < _THREAD_FROM else await asyncio.to_thread(encoded)

    async def send(self, batches: Sequence[Encoded]) -> int:
        """Send all and return when the broker has confirmed every record; -> bytes sent.

        Raises the producer's error when one is not confirmed, and KafkaTimeoutError when that takes
        too long (an idempotent producer itself tries for ever): then nothing may be acknowledged.
        """
        producer = self._started()
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                confirmations = [
                    await producer.send_batch(e.batch, e.topic, partition=e.partition)
                    for e in batches
                ]
                await asyncio.gather(*confirmations)
        except TimeoutError:
            topics = ", ".join(sorted({e.topic for e in batches}))
            message = f"{topics}: not confirmed within {DELIVERY_SECONDS:.0f} s"
            raise KafkaTimeoutError(message) from None
        except InvalidTimestampError:
            topics = ", ".join(sorted({e.topic for e in batches}))
            message = (
                f"{topics}: refused for its time. Either this machine's clock is ahead of the"
                " broker's, or the topics keep producers' times and limit them, which"
                " `echowire topics alter` changes"
            )
            raise InvalidTimestampError(message) from None
        except ProducerClosed:
            if self._stopped:
                raise StoppedError from None
            raise
        return sum(encoded.batch.size() for encoded in batches)

    async def publish(self, outgoing: Sequence[Outgoing]) -> int:
        """Encode and send: for what does not come in chunks."""
        topics = [records.topic for records in outgoing]
        return await self.send(await self.encode(topics, 1, lambda _counts: outgoing))

    def _started(self) -> AIOKafkaProducer:
        if self._stopped:
            raise StoppedError
        if self._producer is None:
            raise RuntimeError("the publisher has not been started")
        return self._producer
