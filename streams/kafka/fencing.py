"""One writer a shard: whoever takes a shard over shuts out the one before.

A worker that stood still until its partitions were another's may go on in the middle of a chunk.
What it then writes is a repetition, but it comes late: a story's third version after its fifth, on
a topic that keeps the last. Nothing that it could look at beforehand rules that out, as it may
stand still again after the look; so the brokers must refuse it. They do for a producer whose epoch
is older than one that has written to the partition. An epoch is handed out by a transactional id,
and no transaction is needed for that.

What the old worker writes where the new one has not written yet comes before all that the new one
writes, and the new one writes it again. All but segments, of which it would not know: so it writes
one to `detection.segments` first, an empty one, and reads up to there (`shards.Shard.recover`).
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
    """The partition is no longer this worker's: what waits for its shard must not go on."""


class ShardPublisher(BatchPublisher):
    """A publisher that shuts out all earlier ones of the same name from where it writes."""

    def __init__(self, settings: Settings, name: str) -> None:
        super().__init__(settings)
        self._name, self._instance_id = name, settings.instance_id

    async def start(self) -> None:
        """Connect and take over. Raises KafkaError, also where the name may not be used."""
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
        """As every publisher does. Raises ShutOutError once another worker has the shard."""
        try:
            return await super().send(batches)
        except ProducerFenced:
            raise ShutOutError(self._instance_id) from None

    def _started(self) -> AIOKafkaProducer:
        if self._stopped:
            raise ShardGoneError
        return super()._started()
