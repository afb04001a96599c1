"""Producers: how they send, how long they keep a batch, and epochs for those without
transactions."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.client import ConnectionGroup, CoordinationType
from aiokafka.errors import ConcurrentTransactions, KafkaError, for_code
from aiokafka.producer.transaction_manager import PidAndEpoch
from aiokafka.protocol.transaction import InitProducerIdRequest
from aiokafka.structs import RecordMetadata, TopicPartition

from streams.kafka.batch import RecordBatch
from streams.kafka.insides.direct_send import send_directly

_RETRY_SECONDS = 0.1
_TIMEOUT_MILLISECONDS = 60_000  # of transactions, which are never begun


def wait_for_leaders(producer: AIOKafkaProducer, seconds: float) -> None:
    """Keep a batch for this long while its partition has no leader: aiokafka gives up after
    40 s. Call this before the producer is started."""
    producer._message_accumulator._batch_ttl = seconds


async def send(
    producer: AIOKafkaProducer, batches: Sequence[tuple[str, int, RecordBatch]]
) -> list[RecordMetadata | BaseException]:
    """Send at most one batch to each partition of some topics; -> what the brokers answered, or
    each one's error.

    A caller that is cancelled does not take back what it has sent.
    """
    by_place = {TopicPartition(topic, partition): batch for topic, partition, batch in batches}
    flights = send_directly(producer, by_place)
    if flights is not None:
        answers: dict[TopicPartition, RecordMetadata | BaseException] = {}
        for flight in flights:
            answers |= await flight
        return [answers[tp] for tp in by_place]
    confirmations = [
        await producer.send_batch(batch, topic, partition=partition)
        for topic, partition, batch in batches
    ]
    return await asyncio.gather(*confirmations, return_exceptions=True)


def connection_of(producer: AIOKafkaProducer, topic: str, partition: int) -> object | None:
    """The connection for a producer's batches to a partition; None if there is none now."""
    leader = producer.client.cluster.leader_for_partition(TopicPartition(topic, partition))
    found: object | None = producer.client._conns.get((leader, ConnectionGroup.DEFAULT))
    return found


async def take_epoch(producer: AIOKafkaProducer, transactional_id: str) -> None:
    """Give a started producer, which has sent nothing yet, the next epoch of this id.

    Raises KafkaError, also where the id may not be used.
    """
    request = InitProducerIdRequest(
        transactional_id=transactional_id, transaction_timeout_ms=_TIMEOUT_MILLISECONDS
    )
    while True:
        node = await producer._sender._find_coordinator(
            CoordinationType.TRANSACTION, transactional_id
        )
        try:
            answer = await producer.client.send(node, request)
            if not answer.error_code:
                break
            raise for_code(answer.error_code)(transactional_id)
        except KafkaError as error:
            # The coordinator is moving or loading, or still handing out the previous epoch.
            if not (error.retriable or isinstance(error, ConcurrentTransactions)):
                raise
        producer._sender._coordinator_dead(CoordinationType.TRANSACTION)
        await asyncio.sleep(_RETRY_SECONDS)
    # The producer has sent nothing yet, so its sequence starts with this epoch.
    producer._txn_manager._pid_and_epoch = PidAndEpoch(answer.producer_id, answer.producer_epoch)
