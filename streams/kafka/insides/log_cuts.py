"""Whether the logs that a consumer has read still hold what it has read.

A leader that is elected although it lacks records cuts its partition's log: everything from some
offset on is gone, and new records take the same offsets. A consumer that is ahead of them
would never read them. So each new leader is asked where the epochs read so far end (`epochs`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import IncompatibleBrokerVersion, KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition

from streams.kafka.insides.epochs import EpochEnd, ends_of_epochs
from streams.kafka.insides.fetching import read_epochs_of
from streams.kafka.read_epochs import Divergence, ReadEpochs

log = logging.getLogger("echowire.consumer")


def _states(consumer: AIOKafkaConsumer) -> dict[TopicPartition, Any]:
    subscription = consumer._subscription.subscription
    if subscription is None or subscription.assignment is None:
        return {}
    assignment = subscription.assignment
    return {tp: assignment.state_value(tp) for tp in assignment.tps}


async def find_cuts(
    consumer: AIOKafkaConsumer, leader_epochs: Mapping[TopicPartition, int]
) -> dict[TopicPartition, Divergence]:
    """Where the logs of these partitions may have been cut, given their leaders' present epochs.
    Leaves out partitions that were not cut and those whose leaders do not respond.
    """
    states = _states(consumer)
    await _with_committed(consumer, {tp: s for tp, s in states.items() if tp in leader_epochs})
    cuts: dict[TopicPartition, Divergence] = {}
    waiting = {
        tp: (known, due)
        for tp, epoch in leader_epochs.items()
        if (state := states.get(tp)) is not None
        and (due := (known := read_epochs_of(state)).due(epoch))
    }
    while waiting:
        answers = await _ask(consumer, {tp: due[0].epoch for tp, (_, due) in waiting.items()})
        rest: dict[TopicPartition, Any] = {}
        for tp, (known, due) in waiting.items():
            if (answer := answers.get(tp)) is None:
                continue  # retried at the next check
            if due[0] not in known.spans:
                continue  # a fetch has gone back or read on since: likewise
            cut = known.answered(leader_epochs[tp], due[0], answer)
            if cut is not None:
                cuts[tp] = cut
            elif due[1:]:
                rest[tp] = known, due[1:]
        waiting = rest
    return cuts


async def _ask(
    consumer: AIOKafkaConsumer, epochs: Mapping[TopicPartition, int]
) -> dict[TopicPartition, EpochEnd]:
    try:
        return await ends_of_epochs(consumer._client, epochs)
    except (NotImplementedError, IncompatibleBrokerVersion):
        log.warning("brokers older than Kafka 2.3 do not say when a log has lost its end")
    except KafkaError as error:
        log.debug("leaders could not be asked for their epochs: %r", error)
    return {}


async def with_epochs(
    consumer: AIOKafkaConsumer, offsets: Mapping[TopicPartition, OffsetAndMetadata]
) -> dict[TopicPartition, OffsetAndMetadata]:
    """Offsets to commit, with the epochs in which the records before them were read.

    Raises KafkaError.
    """
    states = {tp: s for tp, s in _states(consumer).items() if tp in offsets}
    await _with_committed(consumer, states)
    return {
        tp: OffsetAndMetadata(
            at.offset,
            read_epochs_of(states[tp]).metadata(at.offset, at.metadata)
            if tp in states
            else at.metadata,
        )
        for tp, at in offsets.items()
    }


async def _with_committed(consumer: AIOKafkaConsumer, states: Mapping[TopicPartition, Any]) -> None:
    """Add, once per assignment, the epochs that earlier workers committed."""
    new = [tp for tp, state in states.items() if not read_epochs_of(state).has_committed]
    if not new:
        return
    committed = await consumer._coordinator.fetch_committed_offsets(new)
    for tp in new:
        read_epochs_of(states[tp]).add_committed(committed.get(tp))


def forget_epochs(consumer: AIOKafkaConsumer, tp: TopicPartition) -> None:
    """A partition is read from its beginning: epochs read before no longer apply."""
    state = _states(consumer).get(tp)
    if state is not None:
        state.read_epochs = ReadEpochs()
        state.read_epochs.has_committed = True
