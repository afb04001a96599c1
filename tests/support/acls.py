"""Grants and takes back the rights that echowire's stages need, on a running cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import (
    CreateAclsRequest,
    DeleteAclsRequest,
    DescribeAclsRequest,
)

from streams.kafka.rights import Right

_KINDS = {"topic": 2, "group": 3, "transactional id": 5}  # org.apache.kafka.common.resource
_LITERAL, _PREFIXED, _ALLOW = 3, 4, 3
_HEARD_SECONDS = 30.0


async def allow(admin: AIOKafkaAdminClient, principal: str, needed: Iterable[Right]) -> None:
    """Grant rights; returns when brokers go by them. Raises KafkaError."""
    rights = list(needed)
    for right in rights:
        answer = await _ask(admin, CreateAclsRequest(*_binding(principal, right)))
        _raise_first(answer.creation_responses)
    for right in rights:
        await _until_listed(admin, principal, right, listed=True)


async def disallow(admin: AIOKafkaAdminClient, principal: str, right: Right) -> None:
    """Take a right back; returns when brokers go by that. Raises KafkaError."""
    answer = await _ask(admin, DeleteAclsRequest(*_binding(principal, right)))
    _raise_first(answer.filter_responses)
    await _until_listed(admin, principal, right, listed=False)


async def _until_listed(
    admin: AIOKafkaAdminClient, principal: str, right: Right, *, listed: bool
) -> None:
    """A controller's answer comes before its brokers have heard of the change."""
    async with asyncio.timeout(_HEARD_SECONDS):
        while True:
            answer = await _ask(admin, DescribeAclsRequest(*_binding(principal, right)))
            if bool(answer.resources) is listed:
                return
            await asyncio.sleep(0.05)


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
