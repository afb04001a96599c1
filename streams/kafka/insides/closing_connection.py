"""Makes every client's connection report, under uvloop too, that its socket was closed.

Import this module before connecting.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiokafka import conn
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError


class ClosingConnection(AIOKafkaConnection):  # type: ignore[misc]
    """aiokafka's connection, which raises KafkaConnectionError once its socket is closed.

    Under uvloop, a write on a closed socket raises RuntimeError instead of OSError. aiokafka's
    retries do not expect that, nor does its metadata refresh, which fails silently: callers that
    wait for metadata then wait forever, even after the broker is back (aiokafka #1038).
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


conn.AIOKafkaConnection = ClosingConnection
