"""What brokers allow us to do with topics and groups: two requests in versions aiokafka lacks.

From version 8 on, a metadata response lists the operations allowed on each topic; from
version 3 on, a group's description lists those on the group. Both as bits, by Kafka's operation
codes.
"""

from __future__ import annotations

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import DescribeGroupsRequest_v3, DescribeGroupsResponse_v3
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

from streams.kafka.patience import answered

READ, WRITE, DESCRIBE = 3, 4, 8  # org.apache.kafka.common.acl.AclOperation
NAMES = {READ: "Read", WRITE: "Write", DESCRIBE: "Describe"}

_COORDINATOR_SECONDS = 20.0
_UNAUTHORIZED_TOPIC, _UNAUTHORIZED_GROUP = 29, 30


class _MetadataResponse(Response):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            Array(
                ("node_id", Int32),
                ("host", String("utf-8")),
                ("port", Int32),
                ("rack", String("utf-8")),
            ),
        ),
        ("cluster_id", String("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", String("utf-8")),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("authorized_operations", Int32),
            ),
        ),
        ("cluster_authorized_operations", Int32),
    )


class _MetadataStruct(RequestStruct):  # type: ignore[misc]
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _MetadataResponse
    SCHEMA = Schema(
        ("topics", Array(String("utf-8"))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class _MetadataRequest(Request[_MetadataStruct]):  # type: ignore[misc]
    API_KEY = 3

    def __init__(self, topics: list[str]) -> None:
        self._topics = topics

    def build(self, request_struct_class: type[_MetadataStruct]) -> _MetadataStruct:
        return request_struct_class(self._topics, False, False, True)


class _GroupStruct(DescribeGroupsRequest_v3):  # type: ignore[misc]
    RESPONSE_TYPE = DescribeGroupsResponse_v3  # aiokafka reads the response as version 2


class _GroupRequest(Request[_GroupStruct]):  # type: ignore[misc]
    API_KEY = 15

    def __init__(self, group: str) -> None:
        self._group = group

    def build(self, request_struct_class: type[_GroupStruct]) -> _GroupStruct:
        return request_struct_class([self._group], True)


async def topic_operations(admin: AIOKafkaAdminClient, topics: list[str]) -> dict[str, set[int]]:
    """Topic -> the operations of `NAMES` that are allowed. Topics that do not exist are left out.

    Without the right to Describe, Kafka does not say whether a topic exists: then it is empty.
    """
    answer = await admin._send_request(_MetadataRequest(topics))
    found = {}
    for code, topic, _internal, _partitions, bits in answer.topics:
        if code == _UNAUTHORIZED_TOPIC:
            found[topic] = set[int]()
        elif code == 0:
            found[topic] = _operations(bits)
    return found


async def group_operations(admin: AIOKafkaAdminClient, group: str) -> set[int]:
    """The same for a consumer group, whether it exists or not. Raises KafkaError."""

    async def ask() -> set[int]:
        coordinator = await admin.find_coordinator(group)
        answer = await admin._send_request(_GroupRequest(group), coordinator)
        code, *_, bits = answer.groups[0]
        if code == _UNAUTHORIZED_GROUP:
            return set()
        if code:
            raise for_code(code)(group)
        return _operations(bits)

    # A cluster's first group waits for the topic that is created for it.
    return await answered(ask, _COORDINATOR_SECONDS)


def _operations(bits: int) -> set[int]:
    return {operation for operation in NAMES if bits >> operation & 1}
