"""Where leader epochs end in a partition's log (KIP-101, KIP-320).

Every batch in a log carries the epoch of the leader that wrote it. A leader that was elected
although it lacks records, or that returns without its disk, ends earlier epochs at lower offsets
than readers saw: that distinguishes a log that was cut from one that grew.

aiokafka lacks this request.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Int16, Int32, Int64, Schema, String
from aiokafka.structs import TopicPartition

NO_OFFSET = -1
_CONSUMER = -1
_ANY_LEADER = -1


class EpochEnd(NamedTuple):
    """The last epoch up to the requested one, and the offset where it ends."""

    epoch: int
    end: int


class _Answer(Response):  # type: ignore[misc]
    API_KEY = 23
    API_VERSION = 3
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            Array(
                ("topic", String("utf-8")),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader_epoch", Int32),
                        ("end_offset", Int64),
                    ),
                ),
            ),
        ),
    )


class _Struct(RequestStruct):  # type: ignore[misc]
    API_KEY = 23
    API_VERSION = 3
    RESPONSE_TYPE = _Answer
    SCHEMA = Schema(
        ("replica_id", Int32),
        (
            "topics",
            Array(
                ("topic", String("utf-8")),
                (
                    "partitions",
                    Array(
                        ("partition", Int32), ("current_leader_epoch", Int32),
                        ("leader_epoch", Int32),
                    ),
                ),
            ),
        ),
    )  # fmt: skip


class _Question(Request[_Struct]):  # type: ignore[misc]
    API_KEY = 23

    def __init__(self, epochs: Mapping[TopicPartition, int]) -> None:
        self._topics: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for (topic, partition), epoch in epochs.items():
            self._topics[topic].append((partition, _ANY_LEADER, epoch))

    def build(self, request_struct_class: type[_Struct]) -> _Struct:
        return request_struct_class(_CONSUMER, list(self._topics.items()))


async def ends_of_epochs(
    client: AIOKafkaClient, epochs: Mapping[TopicPartition, int]
) -> dict[TopicPartition, EpochEnd]:
    """Ask each partition's leader where this epoch ends in its log.

    Leaves out partitions whose leader is unknown, has changed, or knows no such epoch. Raises
    KafkaError, and NotImplementedError if brokers are older than 2.3, which do not support it.
    """
    by_leader: defaultdict[int, dict[TopicPartition, int]] = defaultdict(dict)
    for tp, epoch in epochs.items():
        leader = client.cluster.leader_for_partition(tp)
        if leader is not None and leader >= 0:
            by_leader[leader][tp] = epoch
    found: dict[TopicPartition, EpochEnd] = {}
    for leader, asked in by_leader.items():
        answer: Any = await client.send(leader, _Question(asked))
        for topic, partitions in answer.topics:
            for code, partition, epoch, end in partitions:
                if not code and end != NO_OFFSET:
                    found[TopicPartition(topic, partition)] = EpochEnd(epoch, end)
    return found
