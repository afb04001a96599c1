"""The beginning of a rebalance: what is in hand is finished and committed before partitions are
given up."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiokafka.errors import KafkaError
from faust.types import TP
from mode.utils.futures import notify

from streams.kafka.insides.chunk import Chunk
from streams.kafka.insides.fetch_loop import FetchLoop

log = logging.getLogger("echowire.consumer")


class Rebalancing(FetchLoop):
    """Faust's consumer, which forgets uncommitted acks at every rebalance."""

    transport: Any  # `ChunkTransport`

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Finish what is in hand and commit it, unless it waits for the rebalance itself.

        No other worker gets the partitions before we respond, and the whole group waits for that:
        after half the session timeout the chunk is read again.
        """
        with self.ending_the_process():
            self.stop_flow()
            self.app.flow_control.suspend()
            self.app.flow_control.clear()
            self.transport.on_rebalance()
            deadline = self.app.loop.time() + self.app.conf.broker_session_timeout / 2
            while self._unacked_messages and self.app.loop.time() < deadline:
                await self._wait_for_ack(timeout=1)
            try:
                # `commit` would leave it at one under way, which may lack the last acks.
                await self.maybe_wait_for_commit_to_finish()
                await self.commit()
            except KafkaError as error:
                log.warning("not committed before a rebalance, so done again: %s", error)
            await super().on_partitions_revoked(revoked)

    def let_go(self, chunk: Chunk) -> None:
        """A chunk was stopped: it is read again after the rebalance, which need not wait for it."""
        self._unacked_messages.discard(chunk)
        notify(self._waiting_for_ack)

    @contextmanager
    def ending_the_process(self) -> Iterator[None]:
        """Wraps callbacks: aiokafka logs their exceptions and carries on with half a rebalance."""
        try:
            yield
        except Exception as error:
            self.transport.on_failure(error, "at a rebalance")
            raise
