"""The records of one fetch as one event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import faust
from aiokafka.structs import ConsumerRecord
from faust.types import TP
from faust.types.tuples import ConsumerMessage

from streams.kafka.acks import Acks
from streams.kafka.unreadable import UnreadableRecord


class Chunk(ConsumerMessage):  # type: ignore[misc]
    """All records that one fetch returned: of one partition, or of a whole topic.

    `offset` is the last one of the first partition. `ends` has, per partition, the last offset that
    is done with this chunk: its last record's, or that of non-records behind it. `timestamp` is the
    time of the last record's event, in seconds since 1970. For a single partition, `epoch` is that
    of the leader that wrote the last record, or -1, and `cut` is where its log was cut since, or
    None. `published` means that the outputs are confirmed, and only the shard's log does not say so
    yet.
    """

    __slots__ = ("acks", "app", "cut", "ends", "epoch", "published", "records", "unreadable")

    acks: Acks
    app: faust.AppT
    records: list[ConsumerRecord]
    unreadable: list[UnreadableRecord]
    ends: list[tuple[TP, int]]
    epoch: int
    cut: int | None
    published: bool

    def is_current(self) -> bool:
        """Whether no rebalance has happened since: after one, everything not acked is read
        again."""
        same: bool = self.generation_id == self.app.consumer_generation_id
        return same and not self.acks.over

    def let_go(self) -> None:
        """It was stopped, and will not be acked."""
        self.app.consumer.let_go(self)


class ChunkSchema(faust.Schema):  # type: ignore[misc]
    """Makes a chunk's event. Keys and values are decoded by the stages."""

    def compile(self, app: faust.AppT, **_: object) -> Callable[..., Awaitable[faust.EventT]]:
        """-> what a topic calls."""

        async def event_of(chunk: Chunk, **_: object) -> faust.EventT:
            return app.create_event(chunk.key, chunk.value, chunk.headers, chunk)

        return event_of
