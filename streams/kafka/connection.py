"""Connecting to Kafka, and saying clearly why it did not work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError

from streams.kafka.diagnosis import diagnosis
from streams.kafka.security import security_options
from streams.settings import Settings

log = logging.getLogger("echowire.connection")

_CONNECT_SECONDS = 8.0
_REFRESH_AGAIN_SECONDS = 0.1


class BrokerUnreachableError(Exception):
    """No broker answered; the message names the address and what was wrong with it."""


def client_options(settings: Settings) -> dict[str, Any]:
    """Options that every client of the cluster takes: consumer, producers and admin alike."""
    return {
        "bootstrap_servers": settings.bootstrap_servers.split(","),
        "client_id": "echowire",
        **security_options(settings),
    }


def keep_refreshing(client: AIOKafkaClient) -> None:
    """Let a client that has not been started yet survive what ends its refresh of metadata.

    aiokafka's task for it dies, unsaid, of an error that it does not expect, such as uvloop's
    RuntimeError for a write on a closed connection (aiokafka #1038). Whoever waits for
    metadata then waits for ever: a producer after its broker came back.
    """
    refresh = client._md_synchronizer  # noqa: SLF001

    async def refreshing() -> None:
        while True:
            try:
                await refresh()
            except Exception as error:  # noqa: BLE001
                log.warning("metadata are asked for again after %r", error)
                await asyncio.sleep(_REFRESH_AGAIN_SECONDS)
                if not client._md_update_waiter.done():  # noqa: SLF001
                    client._md_update_waiter.set_result(None)  # noqa: SLF001

    client._md_synchronizer = refreshing  # noqa: SLF001


@asynccontextmanager
async def admin_client(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    """A started admin client. Raises BrokerUnreachableError within ten seconds."""
    admin = AIOKafkaAdminClient(**client_options(settings), request_timeout_ms=8000)
    # aiokafka logs each failed attempt with a traceback; the sentence below says it once.
    quiet = logging.getLogger("aiokafka")
    before = quiet.level
    quiet.setLevel(logging.CRITICAL)
    try:
        await asyncio.wait_for(admin.start(), _CONNECT_SECONDS)
    except (KafkaError, OSError, TimeoutError) as error:
        await admin.close()
        raise BrokerUnreachableError(await diagnosis(settings, error)) from None
    finally:
        quiet.setLevel(before)
    try:
        yield admin
    finally:
        await admin.close()
