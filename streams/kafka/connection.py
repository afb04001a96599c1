"""Connecting to Kafka, with clear errors when that fails."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.errors import UserError
from streams.json_object import Json
from streams.kafka.diagnosis import diagnosis
from streams.kafka.insides import (  # noqa: F401 - for every client
    closing_connection,
    fetch_request,
    fetching,
)
from streams.kafka.security import security_options
from streams.settings import Settings

_CONNECT_SECONDS = 8.0

# The maximum age of a client's metadata: added partitions, and topics that are deleted or
# recreated, are noticed within this time. (aiokafka's default: five minutes.)
METADATA_SECONDS = 10.0

# The level of aiokafka's logger before, for each client that is starting.
_levels: list[int] = []
_levels_lock = threading.Lock()


class BrokerUnreachableError(UserError):
    """No broker responded; the message has the address and the cause."""

    exit_code = 69  # sysexits.h: unavailable


def client_options(settings: Settings) -> Json:
    """Options shared by all clients of the cluster: consumer, producers and admin."""
    return {
        "bootstrap_servers": settings.bootstrap_servers.split(","),
        "client_id": "echowire",
        "metadata_max_age_ms": int(METADATA_SECONDS * 1000),
        **security_options(settings),
    }


def reader(settings: Settings, **options: Any) -> AIOKafkaConsumer:
    """A consumer outside any group, not started yet. All but the worker's are made here, so
    that none reads uncommitted transactions unless the settings say so.
    """
    return AIOKafkaConsumer(
        **client_options(settings),
        enable_auto_commit=False,
        isolation_level=settings.isolation_level,
        **options,
    )


@contextmanager
def unsaid_by_aiokafka() -> Iterator[None]:
    """It logs each failed attempt, thousands a second, where the sentence that we raise says it
    once.

    Several clients may start at the same time: the last one restores the level."""
    logger = logging.getLogger("aiokafka")
    with _levels_lock:
        _levels.append(_levels[0] if _levels else logger.level)
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        with _levels_lock:
            level = _levels.pop()
            if not _levels:
                logger.setLevel(level)


@asynccontextmanager
async def admin_client(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """A started admin client. Raises BrokerUnreachableError within ten seconds."""
    admin = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=8000)
    try:
        with unsaid_by_aiokafka():
            async with asyncio.timeout(_CONNECT_SECONDS):
                await admin.start()
    except (KafkaError, OSError, TimeoutError) as error:
        await admin.close()
        raise BrokerUnreachableError(await diagnosis(settings, error)) from None
    except asyncio.CancelledError:
        await admin.close()
        raise
    try:
        yield admin
    finally:
        await admin.close()
