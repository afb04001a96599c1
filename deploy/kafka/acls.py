"""ACLs for the rights that echowire's stages need: on a running cluster, or as Kafka's commands.

python -m deploy.kafka.acls PRINCIPAL STAGE...   print the kafka-acls.sh commands
"""

import argparse
from collections.abc import Iterable
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest

from streams.app import STAGES
from streams.kafka.acl_queries import NAMES
from streams.kafka.rights import Right, rights
from streams.settings import load_settings

_KINDS = {"topic": 2, "group": 3, "transactional id": 5}  # org.apache.kafka.common.resource
_OPTIONS = {"topic": "--topic", "group": "--group", "transactional id": "--transactional-id"}
_LITERAL, _PREFIXED, _ALLOW = 3, 4, 3


async def allow(admin: AIOKafkaAdminClient, principal: str, needed: Iterable[Right]) -> None:
    """Grant rights. Raises KafkaError."""
    for right in needed:
        answer = await _ask(admin, CreateAclsRequest(*_binding(principal, right)))
        _raise_first(answer.creation_responses)


async def disallow(admin: AIOKafkaAdminClient, principal: str, right: Right) -> None:
    """Take a right back. Raises KafkaError."""
    answer = await _ask(admin, DeleteAclsRequest(*_binding(principal, right)))
    _raise_first(answer.filter_responses)


def command(principal: str, right: Right) -> str:
    """The arguments of kafka-acls.sh that grant a right."""
    pattern = " --resource-pattern-type prefixed" if _pattern(right) == _PREFIXED else ""
    return (
        f"kafka-acls.sh --add --allow-principal User:{principal} --operation"
        f" {NAMES[right.operation]} {_OPTIONS[right.kind]} {right.name}{pattern}"
    )


def _binding(principal: str, right: Right) -> tuple[int, str, int, str, str, int, int]:
    user = f"User:{principal}"
    return (
        _KINDS[right.kind], right.name, _pattern(right), user, "*", right.operation, _ALLOW,
    )  # fmt: skip


def _pattern(right: Right) -> int:
    return _PREFIXED if right.kind == "transactional id" else _LITERAL


async def _ask(admin: AIOKafkaAdminClient, request: Any) -> Any:
    return await admin._send_request(request)  # noqa: SLF001 - aiokafka has no method for it


def _raise_first(responses: Iterable[tuple[Any, ...]]) -> None:
    for code, *_ in responses:
        if code:
            raise for_code(code)


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m deploy.kafka.acls")
    parser.add_argument("principal", help="who the workers are, as the brokers know them")
    parser.add_argument("stage", nargs="+", choices=STAGES, help="what they do")
    chosen = parser.parse_args()
    for right in rights(load_settings(), chosen.stage):
        print(command(chosen.principal, right))  # noqa: T201


if __name__ == "__main__":
    main()
