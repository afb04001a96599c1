"""Connecting to Kafka, and saying clearly why it did not work."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, conn
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError, KafkaError

from streams.errors import UserError
from streams.kafka import fetching  # noqa: F401 - for every consumer
from streams.kafka.diagnosis import diagnosis
from streams.kafka.security import security_options
from streams.settings import Settings

_CONNECT_SECONDS = 8.0

# How old a client lets its knowledge of the topics become: partitions that are added, and topics
# that are deleted or made anew, are noticed within this time. (aiokafka's own: five minutes.)
METADATA_SECONDS = 10.0


class ClosingConnection(AIOKafkaConnection):  # type: ignore[misc]
    """aiokafka's connection, which says so under uvloop, too, when its socket has been closed.

    There a write on it is a RuntimeError instead of an OSError, and neither aiokafka's retries
    expect that (a producer's end) nor its refresh of metadata, which dies of it unsaid: whoever
    waits for metadata then waits for ever, though the broker is back (aiokafka #1038).
    """

    def send(self, request: Any, expect_response: bool = True) -> Any:
        """As in aiokafka. Raises KafkaConnectionError."""
        with self._closing():
            return super().send(request, expect_response)

    def _send_sasl_token(self, payload: bytes, expect_response: bool = True) -> Any:
        with self._closing():
            return super()._send_sasl_token(payload, expect_response)

    @contextmanager
    def _closing(self) -> Iterator[None]:
        try:
            yield
        except RuntimeError as error:
            self.close(reason=CloseReason.CONNECTION_BROKEN)
            message = f"Connection at {self.host}:{self.port} broken: {error}"
            raise KafkaConnectionError(message) from error


conn.AIOKafkaConnection = ClosingConnection  # of every client: whoever connects imports this module


class BrokerUnreachableError(UserError):
    """No broker answered; the message names the address and what was wrong with it."""


def client_options(settings: Settings) -> dict[str, Any]:
    """Options that every client of the cluster takes: consumer, producers and admin alike."""
    return {
        "bootstrap_servers": settings.bootstrap_servers.split(","),
        "client_id": "echowire",
        "metadata_max_age_ms": int(METADATA_SECONDS * 1000),
        **security_options(settings),
    }


def reader(settings: Settings, **options: Any) -> AIOKafkaConsumer:
    """A consumer outside of any group, not started yet. Every one but the worker's is made here, so
    that none reads what a transaction has not committed, unless the settings say so.
    """
    return AIOKafkaConsumer(
        **client_options(settings),
        enable_auto_commit=False,
        isolation_level=settings.isolation_level,
        **options,
    )


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
