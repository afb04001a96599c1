"""One writer per shard: whoever takes over a shard fences off its predecessor.

A worker that was suspended until it lost its partitions may resume in the middle of a chunk.
Its writes are then repetitions, but late ones: a story's third version after its fifth, on
a compacted topic. No check beforehand can rule that out, as the worker may be suspended again
right after the check; so the brokers must reject the write. They do if the producer's epoch
is older than one that has written to the partition. A transactional id provides epochs,
without any transaction.

What the old worker writes to partitions that the new one has not yet written to precedes all of
the new one's records, and the new one writes it again. The exception is segments, which it would
not know: so it first writes an empty one to `detection.segments`, and reads up to that
(`shards.Shard.recover`).
"""

from __future__ import annotations

from collections.abc import Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    ProducerFenced,
    TransactionalIdAuthorizationFailed,
)

from streams.kafka.insides.producer import take_epoch
from streams.kafka.outgoing import Encoded
from streams.kafka.publish import BatchPublisher, StoppedError
from streams.settings import Settings


class ShutOutError(Exception):
    """Another worker has taken the shard over."""

    def __init__(self, instance_id: str) -> None:
        reason = "while this one stood still"
        if instance_id:
            reason += (
                f", or another worker has instance_id {instance_id!r} too: give each a name of its"
                " own, or none"
            )
        super().__init__(f"another worker has taken its partition over, {reason}")


class ShardGoneError(StoppedError):
    """The partition now belongs to another worker: whatever waits for its shard must stop."""


class ShardPublisher(BatchPublisher):
    """A publisher that fences off all earlier ones of the same name where it writes."""

    def __init__(self, settings: Settings, name: str) -> None:
        super().__init__(settings)
        self._name, self._instance_id = name, settings.instance_id

    async def start(self) -> None:
        """Connect and take over. Raises KafkaError, also if the name may not be used."""
        await super().start()
        try:
            await take_epoch(self._started(), self._name)
        except TransactionalIdAuthorizationFailed:
            await self.stop()
            raise TransactionalIdAuthorizationFailed(self._name) from None  # which aiokafka omits
        except BaseException:
            await self.stop()
            raise

    async def send(self, batches: Sequence[Encoded]) -> int:
        """Like any publisher's. Raises ShutOutError once another worker has the shard."""
        try:
            return await super().send(batches)
        except ProducerFenced:
            if self._stopped:  # this worker's next publisher has written there
                raise ShardGoneError from None
            raise ShutOutError(self._instance_id) from None

    def _started(self) -> AIOKafkaProducer:
        if self._stopped:
            raise ShardGoneError
        return super()._started()
