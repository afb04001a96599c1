"""Publishing: whole batches, each confirmed by all in-sync replicas before we go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTimestampError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    ProducerClosed,
    RecordListTooLargeError,
)
from aiokafka.structs import RecordMetadata

from streams.kafka.connection import client_options
from streams.kafka.insides.producer import connection_of, send, wait_for_leaders
from streams.kafka.outgoing import Counts, Encoded, Encoder, Outgoing
from streams.settings import Settings

# A round trip to a thread takes as long as encoding a dozen articles.
_THREAD_FROM = 32

# For all batches of a chunk: as long as Java's producer tries (`delivery.timeout.ms`). A broker
# that is away longer ends the worker, and its supervisor does the waiting.
DELIVERY_SECONDS = 120.0


class StoppedError(Exception):
    """The worker is ending, or has given up a partition: whatever waits to be published must stop,
    and is read again."""


class RecordsRefusedError(KafkaError):  # type: ignore[misc]
    """Records that the broker rejects for their size even alone, each as a batch; everything else
    is confirmed."""

    def __init__(self, batches: Sequence[Encoded], sent_bytes: int) -> None:
        places = {f"{encoded.topic} ({encoded.batch.size()} bytes)" for encoded in batches}
        super().__init__(f"refused for their size by max.message.bytes: {', '.join(places)}")
        self.batches, self.sent_bytes = batches, sent_bytes


_TOO_LARGE = MessageSizeTooLargeError, RecordListTooLargeError


def _refused(batches: Sequence[Encoded], answers: Sequence[object]) -> list[Encoded]:
    """The batches that are too large, and those behind them that were out of order. Raises any
    other error among the responses."""
    refused: list[Encoded] = []
    for encoded, answer in zip(batches, answers, strict=True):
        if isinstance(answer, _TOO_LARGE) or (
            refused and isinstance(answer, OutOfOrderSequenceNumber)
        ):
            refused.append(encoded)
        elif isinstance(answer, BaseException):
            raise answer
    return refused


class _Turns:
    """Either any number of senders, or a single one that replaces the producer."""

    def __init__(self) -> None:
        self._sending = 0
        self._alone = asyncio.Lock()
        self._idle: asyncio.Future[None] | None = None  # for which the single one waits

    async def begin(self) -> None:
        """To send: waits while a single one replaces the producer. Call `end` afterwards."""
        while self._alone.locked():
            async with self._alone:
                pass
        self._sending += 1

    def end(self) -> None:
        """Sent, or failed."""
        self._sending -= 1
        if not self._sending and self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """To replace the producer: waits for all senders, and holds up later ones."""
        async with self._alone:
            if self._sending:
                self._idle = asyncio.get_running_loop().create_future()
                await self._idle
            yield


class BatchPublisher:
    """An idempotent producer that sends record batches and waits for their confirmation.

    Once stopped, it raises StoppedError.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.encoder = Encoder(settings)
        self._producer: AIOKafkaProducer | None = None
        self._stopped = False
        # A send that waits in a producer that is being replaced would wait forever.
        self._turns = _Turns()
        # So would a question for a topic's partitions.
        self._asking: set[asyncio.Future[Collection[int]]] = set()

    async def start(self) -> None:
        """Connect. Must run in the event loop that will publish."""
        self._producer = AIOKafkaProducer(
            **client_options(self._settings),
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_request_size=2 * self.encoder.largest_bytes,
        )
        # aiokafka gives up a batch whose partition has had no leader for 40 s.
        wait_for_leaders(self._producer, DELIVERY_SECONDS)
        await self._producer.start()

    async def stop(self) -> None:
        """Disconnect."""
        self._stopped = True
        self._ask_no_more()
        if self._producer is not None:
            await self._producer.stop()
            self._producer = None

    async def partition_count(self, topic: str) -> int:
        """A topic's number of partitions."""
        while True:
            producer = self._started()
            if known := producer.client.cluster.partitions_for_topic(topic):
                return len(known)
            asking = asyncio.ensure_future(producer.partitions_for(topic))
            self._asking.add(asking)
            try:
                await asyncio.wait([asking])
            finally:
                self._asking.discard(asking)
                asking.cancel()
            if not asking.cancelled():
                return len(asking.result())

    def _ask_no_more(self) -> None:
        """The producer is closed, and its questions would never be answered."""
        for asking in tuple(self._asking):
            asking.cancel()

    async def encode(
        self, topics: Sequence[str], records: int, make: Callable[[Counts], Sequence[Outgoing]]
    ) -> list[Encoded]:
        """The result of `make`, encoded; it is passed the number of partitions of each of `topics`.

        From some `records` on, both run in a thread, mostly without the GIL, so that the event loop
        can work on other chunks.
        """
        counts = {topic: await self.partition_count(topic) for topic in topics}

        def encoded() -> list[Encoded]:
            return self.encoder.encode(make(counts), counts)

        return encoded() if records < _THREAD_FROM else await asyncio.to_thread(encoded)

    async def send(self, batches: Sequence[Encoded]) -> int:
        """Send everything and return when the broker has confirmed every record; -> bytes sent.

        Raises the producer's error if one is not confirmed, and KafkaTimeoutError if that takes
        too long (an idempotent producer itself retries forever): then nothing may be acknowledged.
        Raises RecordsRefusedError if everything but some oversized records is confirmed.
        """
        await self._turns.begin()
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                answers = await send(
                    self._started(), [(e.topic, e.partition, e.batch) for e in batches]
                )
            again = _refused(batches, answers)
            for encoded, answer in zip(batches, answers, strict=True):
                if isinstance(answer, RecordMetadata):
                    appended = answer.timestamp if answer.timestamp_type else None
                    encoded.batch.confirmed(answer.offset, appended)
        except TimeoutError:
            if self._stopped:
                raise StoppedError from None
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
        finally:
            self._turns.end()
        sent = sum(e.batch.size() for e in batches) - sum(e.batch.size() for e in again)
        if not again:
            return sent
        async with self._turns.alone():
            return sent + await self._send_singly(again)

    async def _send_singly(self, batches: Sequence[Encoded]) -> int:
        """Send the records of batches one by one; -> bytes sent."""
        await self._renew()
        sent, refused = 0, list[Encoded]()
        for single in (single for encoded in batches for single in self.encoder.singly(encoded)):
            try:
                producer = self._started()
                async with asyncio.timeout(DELIVERY_SECONDS):
                    confirmation = await producer.send_batch(
                        single.batch, single.topic, partition=single.partition
                    )
                    await confirmation
                sent += single.batch.size()
            except _TOO_LARGE:
                refused.append(single)
                await self._renew()
        if refused:
            raise RecordsRefusedError(refused, sent)
        return sent

    async def _renew(self) -> None:
        """Continue with another producer: the broker has not counted what it rejected, and would
        take an idempotent producer's next batch for out of order."""
        before = self._started()
        try:
            await self.start()
        finally:
            self._ask_no_more()
            await before.stop()
        if self._stopped:
            await self.stop()
            raise StoppedError

    def connection(self, topic: str, partition: int) -> object | None:
        """The connection for this partition; it changes each time it is lost."""
        return connection_of(self._started(), topic, partition)

    async def publish(self, outgoing: Sequence[Outgoing]) -> int:
        """Encode and send, for records outside chunks."""
        topics = [records.topic for records in outgoing]
        return await self.send(await self.encode(topics, 1, lambda _counts: outgoing))

    def _started(self) -> AIOKafkaProducer:
        if self._stopped:
            raise StoppedError
        if self._producer is None:
            raise RuntimeError("the publisher has not been started")
        return self._producer
