"""The least privilege of each stage: the table from which ACLs are made and checked."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupAuthorizationFailedError

from schemas.topics import TOPICS, Stage
from streams.errors import UserError
from streams.kafka.insides.acl_queries import NAMES, READ, WRITE, group_operations, topic_operations
from streams.kafka.topics import topic_name
from streams.settings import Settings


class RightsError(UserError):
    """We lack rights on the brokers; the message names each one."""

    exit_code = 77  # sysexits.h: permission denied


@dataclass(frozen=True, slots=True)
class Right:
    """One ACL. Each implies Describe in Kafka."""

    kind: str  # topic, group, or transactional id: the latter a prefix `name`
    name: str
    operation: int

    def __str__(self) -> str:
        return f"{NAMES[self.operation]} on {self.kind} {self.name}"

    @property
    def is_prefix(self) -> bool:
        """Whether it applies to all resources whose names begin with `name`."""
        return self.kind == "transactional id"


def acl_command(principal: str, right: Right) -> str:
    """The kafka-acls.sh command that grants a right to a user, with or without `User:` before its
    name."""
    pattern = " --resource-pattern-type prefixed" if right.is_prefix else ""
    return (
        f"kafka-acls.sh --add --allow-principal User:{principal.removeprefix('User:')} --operation"
        f" {NAMES[right.operation]} --{right.kind.replace(' ', '-')} {right.name}{pattern}"
    )


def fence_name(settings: Settings, partition: int) -> str:
    """Transactional id of a shard's producers, without any transactions: see `fencing`."""
    return f"{_fences(settings)}{partition}"


def rights(settings: Settings, stages: Collection[str]) -> list[Right]:
    """All that a worker of these stages needs, and nothing more."""
    needed = [
        Right("topic", topic_name(settings, name), operation)
        for stage in stages
        for operation, names in ((READ, _read_by(stage)), (WRITE, _written_by(stage)))
        for name in names
    ]
    needed.append(Right("group", settings.group, READ))
    if Stage.DETECT in stages:
        needed.append(Right("transactional id", _fences(settings), WRITE))
    return list(dict.fromkeys(needed))


def topics_of(stages: Collection[str]) -> list[str]:
    """The topics that these stages touch, without prefix."""
    used = [name for stage in stages for name in (*_read_by(stage), *_written_by(stage))]
    return list(dict.fromkeys(used))


def _read_by(stage: str) -> list[str]:
    return [topic.name for topic in TOPICS if stage in topic.readers]


def _written_by(stage: str) -> list[str]:
    return [topic.name for topic in TOPICS if stage in topic.written_by]


async def check_rights(
    admin: AIOKafkaAdminClient, settings: Settings, stages: Collection[str]
) -> None:
    """Raise RightsError if a right on a topic or the group is missing.

    Brokers do not report rights on transactional ids: a missing one shows at the first recovery.
    """
    needed = rights(settings, stages)
    allowed = await topic_operations(admin, [r.name for r in needed if r.kind == "topic"])
    try:
        allowed_on_group = await group_operations(admin, settings.group)
    except GroupAuthorizationFailedError:
        allowed_on_group = set()
    missing = [
        right
        for right in needed
        if (right.kind == "topic" and right.operation not in allowed.get(right.name, set(NAMES)))
        or (right.kind == "group" and right.operation not in allowed_on_group)
    ]
    if missing:
        raise RightsError(rights_sentence(settings, [str(right) for right in missing]))


def rights_sentence(settings: Settings, missing: Collection[str]) -> str:
    """The message about missing rights."""
    who = settings.sasl_username or settings.ssl_certificate_file or "anonymous clients"
    return f"The brokers do not allow {who}: {'; '.join(missing)}. docs/security.md lists them all."


def _fences(settings: Settings) -> str:
    return f"{settings.topic_prefix}{settings.group}.shard-"
