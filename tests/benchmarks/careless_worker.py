"""echowire without durability: no segments, and nothing waits for confirmations.

python -m tests.benchmarks.careless_worker worker, with settings as `echowire worker` takes them
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from schemas.topics import SEGMENTS
from streams.cli.main import run
from streams.detection.index.segment import Segment
from streams.kafka import outgoing
from streams.kafka.outgoing import Encoded
from streams.kafka.publish import BatchPublisher


async def send_and_forget(publisher: BatchPublisher, batches: Sequence[Encoded]) -> int:
    """In place of `BatchPublisher.send`."""
    producer = publisher._started()
    for encoded in batches:
        if not encoded.topic.endswith(SEGMENTS):
            confirmation = await producer.send_batch(
                encoded.batch, encoded.topic, partition=encoded.partition
            )
            confirmation.add_done_callback(asyncio.Future.exception)
    return 0


def no_segment(_segment: Segment) -> bytes:
    return b""


if __name__ == "__main__":
    vars(outgoing)["encode_segment"] = no_segment
    BatchPublisher.send = send_and_forget  # type: ignore[method-assign, assignment]
    run()
