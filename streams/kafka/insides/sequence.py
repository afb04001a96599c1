"""Sequence numbers of batches that a broker refuses for their size: they are used again.

A broker knows a producer's last batch in each partition by its sequence number, and has not counted
what it refused. aiokafka has: the partition's next batch would be out of order, or be taken where
the broker has not heard of the producer yet. Another producer would begin anew, but also with
a newer epoch, even if its worker was shut out in the meantime: the size is refused before the
epoch. Java's producer takes the numbers back, too (`adjustSequencesDueToFailedBatch`).
"""

from __future__ import annotations

from typing import Any

from aiokafka.errors import MessageSizeTooLargeError, RecordListTooLargeError
from aiokafka.producer import sender

from streams.kafka.batch import RecordBatch

TOO_LARGE = MessageSizeTooLargeError, RecordListTooLargeError


class SendHandler(sender.SendProduceReqHandler):  # type: ignore[misc]
    """As in aiokafka, but for the sequence. Until this returns, nothing else is sent to these
    partitions."""

    def handle_response(self, response: Any) -> None:
        """Take back the numbers of what was refused."""
        super().handle_response(response)
        for tp, batch in self._batches.items():
            answer, records = batch.future, batch._builder
            if (
                answer.done()
                and not answer.cancelled()
                and isinstance(answer.exception(), TOO_LARGE)
                and isinstance(records, RecordBatch)
            ):
                self._sender._txn_manager._sequence_numbers[tp] = records.sequence


sender.SendProduceReqHandler = SendHandler
