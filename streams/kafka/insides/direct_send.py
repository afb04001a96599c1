"""Sends batches at once, in one request to each broker, past aiokafka's queue and tasks.

aiokafka's producer puts a batch into a queue, wakes a task that makes another one for the request,
and is woken by it in turn: at 50 articles a second, with two requests each, that was 6 % of a
worker's CPU time. Here the caller writes the request on aiokafka's connection and waits for the
answer.

Only what goes well goes this way. Where anything waits in the queue or is unknown, and as soon as
any batch was not plainly accepted, aiokafka takes over, with the same producer id, epoch and
sequence: it knows what to repeat, what to refresh, and what is an error.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Generator, Mapping
from functools import partial
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.client import ConnectionGroup
from aiokafka.errors import KafkaConnectionError
from aiokafka.producer.message_accumulator import MessageBatch
from aiokafka.protocol import produce
from aiokafka.structs import RecordMetadata, TopicPartition

from streams.kafka.batch import RecordBatch
from streams.kafka.insides.closing_connection import ClosingConnection
from streams.kafka.insides.encoded_request import EncodedRequest
from streams.kafka.insides.produce_request import (
    API_KEY,
    NO_TIME,
    VERSIONS,
    decode_answer,
    encode_request,
)
from streams.kafka.insides.sequence import SendHandler

log = logging.getLogger("echowire.producer")

_RESPONSES: Final = {
    version: getattr(produce, f"ProduceResponse_v{version}") for version in VERSIONS
}
# The repetitions of requests that failed: kept here, as a loop keeps only weak references.
_REPEATING: set[asyncio.Task[None]] = set()

Batches = Mapping[TopicPartition, RecordBatch]


def send_directly(producer: AIOKafkaProducer, batches: Batches) -> list[Flight] | None:
    """Send these now; -> the requests in flight. None if that has to be left to aiokafka."""
    accumulator, sender = producer._message_accumulator, producer._sender
    if (
        accumulator._batches
        or accumulator._closed
        or accumulator._exception is not None
        or not producer._txn_manager.has_pid()
        or not sender._muted_partitions.isdisjoint(batches)
    ):
        return None
    leader_of, connections = producer.client.cluster.leader_for_partition, producer.client._conns
    nodes: dict[int, dict[TopicPartition, RecordBatch]] = {}
    for tp, batch in batches.items():
        nodes.setdefault(leader_of(tp), {})[tp] = batch
    ready: list[tuple[int, ClosingConnection, int]] = []
    for node in nodes:
        connection = connections.get((node, ConnectionGroup.DEFAULT))
        version = _version(connection)
        if version is None:
            return None
        ready.append((node, connection, version))
    return [
        Flight(producer, node, connection, version, nodes[node])
        for node, connection, version in ready
    ]


def _version(connection: ClosingConnection | None) -> int | None:
    """The newest version of the request that both sides know."""
    if connection is None or not connection.connected() or API_KEY not in connection._versions:
        return None
    least, most = connection._versions[API_KEY]
    version = min(most, VERSIONS[-1])
    return version if version in VERSIONS and version >= least else None


class Flight(EncodedRequest):
    """A request in flight. It is awaited for the answers, by partition: what aiokafka knows of a
    batch, or an error.

    To aiokafka's accumulator it is a batch, and `future` says that it is done: stopping the
    producer waits for it.
    """

    def __init__(
        self,
        producer: AIOKafkaProducer,
        node: int,
        connection: ClosingConnection,
        version: int,
        batches: Batches,
    ) -> None:
        super().__init__()
        loop = asyncio.get_running_loop()
        self.future: asyncio.Future[dict[TopicPartition, Any]] = loop.create_future()
        self._answers: asyncio.Future[dict[TopicPartition, Any]] = loop.create_future()
        self._producer, self._node, self._version = producer, node, version
        self._batches, self._sent = batches, time.monotonic()
        numbers, milliseconds = producer._txn_manager, producer._sender._request_timeout_ms
        octets = {}
        for tp, batch in batches.items():
            sequence = numbers.sequence_number(tp)
            numbers.increment_sequence_number(tp, batch.count)
            batch._set_producer_state(numbers.producer_id, numbers.producer_epoch, sequence)
            octets[tp] = batch._build()
        producer._sender._muted_partitions.update(batches)
        producer._message_accumulator._pending_batches.add(self)
        try:
            connection.send_encoded(
                self, lambda id_, client: encode_request(version, id_, client, milliseconds, octets)
            )
        except KafkaConnectionError as error:
            self.set_exception(error)

    def set_result(self, body: bytes) -> None:
        """The connection has the answer."""
        answers = decode_answer(self._version, body)
        plain = answers.keys() == self._batches.keys() and not any(
            answer.error_code for answer in answers.values()
        )
        outcome = None if plain else _RESPONSES[self._version].decode(body)
        super().set_result(body)  # from here on it is no longer the connection's
        if outcome is not None:
            self._repeat(outcome)
            return
        self._let_others()
        self._finish(
            {
                tp: RecordMetadata(
                    tp.topic, tp.partition, tp, answer.offset, answer.time,
                    int(answer.time != NO_TIME), None,
                )
                for tp, answer in answers.items()
            }
        )  # fmt: skip

    def set_exception(self, error: BaseException) -> None:
        """The connection has been lost."""
        super().set_exception(error)
        self._repeat(error)

    def __await__(self) -> Generator[Any, None, dict[TopicPartition, Any]]:
        """The answers, for one caller: if it is cancelled, the request still has its way."""
        return self._answers.__await__()

    def failure(self, exception: BaseException) -> None:
        """The producer has failed for good."""
        for future in (self.future, self._answers):
            if not future.done():
                future.set_exception(exception)
                future.exception()  # whose caller may be gone

    def _let_others(self) -> None:
        """Whatever waits for these partitions may be sent."""
        accumulator = self._producer._message_accumulator
        self._producer._sender._muted_partitions.difference_update(self._batches)
        if accumulator._batches:
            accumulator._wakeup(accumulator.waiter())

    def _finish(self, answers: dict[TopicPartition, Any]) -> None:
        self._producer._message_accumulator._pending_batches.discard(self)
        for future in (self.future, self._answers):
            if not future.done():
                future.set_result(answers)

    def _repeat(self, outcome: Any) -> None:
        task = asyncio.get_running_loop().create_task(self._by_aiokafka(outcome))
        _REPEATING.add(task)
        task.add_done_callback(_REPEATING.discard)

    async def _by_aiokafka(self, outcome: Any) -> None:
        """Treat an outcome as aiokafka does that of its own request. An error in that fails the
        producer, as it fails aiokafka's sender: nobody knows the sequence then."""
        try:
            await self._repeated(outcome)
        except Exception as error:
            log.exception("a request could not be repeated")
            self._let_others()
            self._producer._message_accumulator.fail_all(error)
            self._producer._message_accumulator._pending_batches.discard(self)

    async def _repeated(self, outcome: Any) -> None:
        accumulator = self._producer._message_accumulator
        if accumulator._exception is not None:  # and `failure` has been called
            self._let_others()
            accumulator._pending_batches.discard(self)
            return
        pending = accumulator._pending_batches
        batches = {}
        for tp, batch in self._batches.items():
            batches[tp] = mine = MessageBatch(tp, batch, accumulator._batch_ttl, 0)
            mine._ctime = self._sent
            mine.drain_ready()  # that is: sent once
            pending.add(mine)
            mine.future.add_done_callback(partial(_forget, pending, mine))
        handler = SendHandler(self._producer._sender, batches)
        handler._client = _Answered(self._producer.client, outcome)
        await handler.do(self._node)
        self._let_others()  # from here on, aiokafka holds these partitions when it sends
        futures = [mine.future for mine in batches.values()]
        answers = await asyncio.gather(*futures, return_exceptions=True)
        self._finish(dict(zip(batches, answers, strict=True)))


def _forget(pending: set[Any], batch: Any, future: asyncio.Future[Any]) -> None:
    pending.discard(batch)
    if not future.cancelled():
        future.exception()  # or it is reported as never retrieved if nobody waits by then


class _Answered:
    """A client that has sent a request, and has its outcome."""

    def __init__(self, client: Any, outcome: Any) -> None:
        self._client, self._outcome = client, outcome

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    async def send(self, *_: object) -> Any:
        if isinstance(self._outcome, BaseException):
            raise self._outcome
        return self._outcome
