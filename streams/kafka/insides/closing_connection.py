"""Makes every client's connection report, under uvloop too, that its socket was closed; and sends
requests that are encoded already.

Import this module before connecting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from io import BytesIO
from typing import Any, NoReturn

from aiokafka import conn
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError, RequestTimedOutError


class EncodedRequest:
    """A request that is encoded already. To aiokafka's connection it is also the future of its
    answer; `set_result` gets the body's bytes, within `_handle_frame`. What it raises closes the
    connection, which calls `set_exception` with KafkaConnectionError."""

    correlation_id = -1  # that of the answer
    _timer: asyncio.TimerHandle | None = None
    _done = False

    @property
    def RESPONSE_TYPE(self) -> EncodedRequest:  # noqa: N802 - aiokafka's name
        """What decodes the answer."""
        return self

    def parse_response_header(self, answer: BytesIO) -> EncodedRequest:
        """Reads the correlation id."""
        self.correlation_id = int.from_bytes(answer.read(4), "big")
        return self

    def decode(self, answer: BytesIO) -> bytes:
        """The body."""
        return answer.read()

    def done(self) -> bool:
        """Whether it has been answered, or has failed."""
        return self._done

    def set_result(self, _body: bytes) -> None:
        """It has been answered."""
        self._end()

    def set_exception(self, _error: BaseException) -> None:
        """It has failed."""
        self._end()

    def must_be_answered_within(self, seconds: float, connection: ClosingConnection) -> None:
        """As with aiokafka's requests, the connection is closed otherwise."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(seconds, self._time_out, connection)

    def _time_out(self, connection: ClosingConnection) -> None:
        self.set_exception(RequestTimedOutError())
        connection.close(reason=CloseReason.CONNECTION_TIMEOUT)

    def _end(self) -> None:
        self._done = True
        if self._timer is not None:
            self._timer.cancel()


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
        request.must_be_answered_within(self._request_timeout, self)

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
