"""A request that was not made of aiokafka's classes, and its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from io import BytesIO

from aiokafka.errors import RequestTimedOutError


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

    def must_be_answered_within(self, seconds: float, give_up: Callable[[], object]) -> None:
        """Otherwise it fails, and `give_up` closes the connection, as with aiokafka's requests."""
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(seconds, self._time_out, give_up)

    def _time_out(self, give_up: Callable[[], object]) -> None:
        self.set_exception(RequestTimedOutError())
        give_up()

    def _end(self) -> None:
        self._done = True
        if self._timer is not None:
            self._timer.cancel()
