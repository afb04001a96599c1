"""Grants and takes back the rights that echowire's stages need, on a running cluster."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest

from streams.kafka.rights import Right

_KINDS = {"topic": 2, "group": 3, "transactional id": 5}  # org.apache.kafka.common.resource
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


def _binding(principal: str, right: Right) -> tuple[int, str, int, str, str, int, int]:
    pattern = _PREFIXED if right.is_prefix else _LITERAL
    user = f"User:{principal}"
    return _KINDS[right.kind], right.name, pattern, user, "*", right.operation, _ALLOW


async def _ask(admin: AIOKafkaAdminClient, request: Any) -> Any:
    return await admin._send_request(request)


def _raise_first(responses: Iterable[tuple[Any, ...]]) -> None:
    for code, *_ in responses:
        if code:
            raise for_code(code)
