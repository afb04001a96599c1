"""Publishing: whole batches, each confirmed by all in-sync replicas before we go on."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTimestampError,
    KafkaError,
    KafkaTimeoutError,
    ProducerClosed,
)

from streams.kafka.connection import client_options
from streams.kafka.insides.producer import connection_of, send, wait_for_leaders
from streams.kafka.insides.sequence import TOO_LARGE
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


def _in_turn(batches: Sequence[Encoded]) -> list[list[Encoded]]:
    """One batch for each partition, then the next ones: what follows a refused batch must not
    precede its records."""
    turns: list[list[Encoded]] = []
    earlier: Counter[tuple[str, int]] = Counter()
    for encoded in batches:
        place = encoded.topic, encoded.partition
        if earlier[place] == len(turns):
            turns.append([])
        turns[earlier[place]].append(encoded)
        earlier[place] += 1
    return turns


def _topics_of(batches: Sequence[Encoded]) -> str:
    return ", ".join(sorted({e.topic for e in batches}))


class BatchPublisher:
    """An idempotent producer that sends record batches and waits for their confirmation.

    Once stopped, it raises StoppedError.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.encoder = Encoder(settings)
        self._producer: AIOKafkaProducer | None = None
        self._stopped = self._starting = False
        # A question for a topic's partitions to a closed producer would wait forever.
        self._asking: set[asyncio.Future[Collection[int]]] = set()

    async def start(self) -> None:
        """Connect. Must run in the event loop that will publish."""
        self._producer = producer = AIOKafkaProducer(
            **client_options(self._settings),
            acks="all",
            enable_idempotence=True,
            linger_ms=0,
            max_request_size=2 * self.encoder.largest_bytes,
        )
        # aiokafka gives up a batch whose partition has had no leader for 40 s.
        wait_for_leaders(producer, DELIVERY_SECONDS)
        self._starting = True  # and whoever has something to send may wait for that
        try:
            await producer.start()
        except BaseException:
            await producer.stop()
            raise
        finally:
            self._starting = False
        if self._stopped:
            await self.stop()
        self._started()

    async def stop(self) -> None:
        """Disconnect."""
        self._stopped = True
        for asking in tuple(self._asking):
            asking.cancel()
        # One that was closed while it started would go on starting: `start` closes it.
        if self._producer is not None and not self._starting:
            await self._producer.stop()
            self._producer = None

    async def partition_count(self, topic: str) -> int:
        """A topic's number of partitions."""
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
        if asking.cancelled():
            raise StoppedError
        return len(asking.result())

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
        refused: list[Encoded] = []
        async with self._delivering(batches):
            for turn in _in_turn(batches):
                behind = {(e.topic, e.partition) for e in refused}
                ready = [e for e in turn if (e.topic, e.partition) not in behind]
                refused += [e for e in turn if (e.topic, e.partition) in behind]
                refused += await self._send(ready)
        sent = sum(e.batch.size() for e in batches) - sum(e.batch.size() for e in refused)
        return sent + await self._send_singly(refused) if refused else sent

    async def _send(self, batches: Sequence[Encoded]) -> list[Encoded]:
        """Send at most one batch to each partition; -> those that are too large."""
        answers = await send(self._started(), [(e.topic, e.partition, e.batch) for e in batches])
        refused: list[Encoded] = []
        for encoded, answer in zip(batches, answers, strict=True):
            if isinstance(answer, TOO_LARGE):
                refused.append(encoded)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                appended = answer.timestamp if answer.timestamp_type else None
                encoded.batch.confirmed(answer.offset, appended)
        return refused

    async def _send_singly(self, batches: Sequence[Encoded]) -> int:
        """Send the records of batches one by one; -> bytes sent."""
        sent, refused = 0, list[Encoded]()
        for single in (single for encoded in batches for single in self.encoder.singly(encoded)):
            async with self._delivering([single]):
                if too_large := await self._send([single]):
                    refused += too_large
                else:
                    sent += single.batch.size()
        if refused:
            raise RecordsRefusedError(refused, sent)
        return sent

    @asynccontextmanager
    async def _delivering(self, batches: Sequence[Encoded]) -> AsyncIterator[None]:
        """A delivery's time, and its errors."""
        try:
            async with asyncio.timeout(DELIVERY_SECONDS):
                yield
        except TimeoutError:
            if self._stopped:
                raise StoppedError from None
            message = f"{_topics_of(batches)}: not confirmed within {DELIVERY_SECONDS:.0f} s"
            raise KafkaTimeoutError(message) from None
        except InvalidTimestampError:
            message = (
                f"{_topics_of(batches)}: refused for its time. Either this machine's clock is ahead"
                " of the broker's, or the topics keep producers' times and limit them, which"
                " `echowire topics alter` changes"
            )
            raise InvalidTimestampError(message) from None
        except ProducerClosed:
            if self._stopped:
                raise StoppedError from None
            raise

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
