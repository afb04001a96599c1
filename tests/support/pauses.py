"""Pauses a broker for so long that its leaders are elected again."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

from deploy.kafka.embedded import EmbeddedKafka

_SECONDS = 12.0  # longer than a broker's session with its controller, 9 s


def pause_until_fenced(broker: EmbeddedKafka, wait: Callable[[float], None] = time.sleep) -> None:
    """No connection is lost by it; `wait` lets the time pass."""
    broker.process.send_signal(signal.SIGSTOP)
    try:
        wait(_SECONDS)
    finally:
        broker.process.send_signal(signal.SIGCONT)
