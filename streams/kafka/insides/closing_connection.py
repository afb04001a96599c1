"""Makes every client's connection report, under uvloop too, that its socket was closed; and sends
requests that are encoded already.

Import this module before connecting.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from aiokafka import conn
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError

from streams.kafka.insides.encoded_request import EncodedRequest


class ClosingConnection(AIOKafkaConnection):  # type: ignore[misc]
    """aiokafka's connection, which raises KafkaConnectionError once its socket is closed.

    Under uvloop, a write on a closed socket raises RuntimeError instead of OSError. aiokafka's
    retries do not expect that, nor does its metadata refresh, which fails silently: callers that
    wait for metadata then wait forever, even after the broker is back (aiokafka #1038).
    """

    def send(self, request: Any, expect_response: bool = True) -> Any:
        """As in aiokafka. Raises KafkaConnectionError."""
        try:
            return super().send(request, expect_response)
        except RuntimeError as error:
            self._broken(error)

    def send_encoded(self, request: EncodedRequest, encode: Callable[[int, str], bytes]) -> None:
        """Send what `encode` makes of a correlation id and the client's. Raises
        KafkaConnectionError."""
        if self._writer is None:
            raise KafkaConnectionError(f"No connection to broker at {self.host}:{self.port}")
        number = self._next_correlation_id()
        octets = encode(number, self._client_id)
        try:
            self._writer.write(octets)
        except (RuntimeError, OSError) as error:
            self._broken(error)
        self._requests.append((number, request, request))
        give_up = partial(self.close, CloseReason.CONNECTION_TIMEOUT)
        request.must_be_answered_within(self._request_timeout, give_up)

    def _send_sasl_token(self, payload: bytes, expect_response: bool = True) -> Any:
        try:
            return super()._send_sasl_token(payload, expect_response)
        except RuntimeError as error:
            self._broken(error)

    def _broken(self, error: Exception) -> NoReturn:
        self.close(reason=CloseReason.CONNECTION_BROKEN)
        message = f"Connection at {self.host}:{self.port} broken: {error}"
        raise KafkaConnectionError(message) from error


conn.AIOKafkaConnection = ClosingConnection
