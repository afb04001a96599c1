"""Where a consumer begins to read its partitions."""

from __future__ import annotations

from collections.abc import Mapping

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IllegalStateError
from faust.types import TP


async def seek_to_committed(consumer: AIOKafkaConsumer) -> Mapping[TP, int]:
    """Go back to the committed offsets of our partitions, if any are left.

    aiokafka raises if there are none, or if one is lost during the query: in the middle of a
    rebalance, after which everything is read from the committed offsets anyway. And it leaves a
    partition without commits where it is: records fetched from it, and dropped
    because of the rebalance, would never be read.
    """
    if not consumer.assignment():
        return {}
    assignment = consumer._subscription.subscription.assignment
    try:
        offsets: Mapping[TP, int] = await consumer.seek_to_committed()
        if not assignment.active:  # the next one may have committed offsets
            return {}
        if from_beginning := [tp for tp, offset in offsets.items() if not offset]:
            await consumer.seek_to_beginning(*from_beginning)
    except (AssertionError, IllegalStateError):
        return {}
    return offsets


async def begin(consumer: AIOKafkaConsumer, tp: TP) -> None:
    """If nothing of a partition is committed."""
    try:
        await consumer.seek_to_beginning(tp)
    except IllegalStateError:
        return
