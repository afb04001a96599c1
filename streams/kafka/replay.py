"""Sending the records of dead letters back to their topics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection

from schemas.topics import NORMALISED, RAW
from streams.kafka.dead_letter_log import DeadLetter
from streams.kafka.event_time import TIME_HEADER, believable, parsed_time, time_header
from streams.kafka.headers import Headers, encode_headers
from streams.kafka.outgoing import Outgoing
from streams.kafka.publish import BatchPublisher
from streams.kafka.topics import TopicsError, topic_name
from streams.settings import Settings

_REPLAYED_AT_ONCE = 100
ATTEMPT = "dlt_attempt"


async def replay(
    settings: Settings,
    letters: Collection[DeadLetter],
    *,
    rate: float,
    progress: Callable[[int], None],
) -> int:
    """Send records again to the topic that each came from, at most `rate` a second; -> how many.

    Key, value, the producer's headers and the event's time are unchanged. A header counts the
    attempts, and the record's next dead letter continues the count. `progress` is
    called with the number confirmed so far.

    Raises TopicsError if a dead letter claims to come from anywhere but echowire's own inputs.
    """
    inputs = {topic_name(settings, name) for name in (RAW, NORMALISED)}
    for letter in letters:
        if letter.why.dlt_topic not in inputs:
            raise TopicsError(f"{letter.place}: came from {letter.why.dlt_topic}: not an input")
    publisher, done = BatchPublisher(settings), 0
    await publisher.start()
    try:
        batch, due = max(1, min(_REPLAYED_AT_ONCE, int(rate))), time.monotonic()
        waiting = list(letters)
        while waiting:
            part, waiting = waiting[:batch], waiting[batch:]
            await publisher.publish(_outgoing(part, time.time_ns() // 1_000_000))
            done += len(part)
            progress(done)
            due += len(part) / rate
            if waiting:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
    finally:
        await publisher.stop()
    return done


def _outgoing(letters: Collection[DeadLetter], now_milliseconds: int) -> list[Outgoing]:
    by_topic: dict[str, Outgoing] = {}
    for letter in letters:
        origin = by_topic.setdefault(letter.why.dlt_topic, Outgoing(letter.why.dlt_topic))
        headers = [*_with_time(letter), (ATTEMPT, letter.why.dlt_attempt.encode())]
        partition = int(letter.why.dlt_partition)
        origin.add(letter.key, letter.value, now_milliseconds, encode_headers(headers), partition)
    return list(by_topic.values())


def _with_time(letter: DeadLetter) -> Headers:
    """The record's headers with its event's time, as the new record's own time is now."""
    if letter.why.dlt_stage != "normalise":  # `ce_time` is among them
        return letter.headers
    stated = parsed_time(letter.why.dlt_time.encode())
    kept = [header for header in letter.headers if header[0] != TIME_HEADER]
    return kept if stated is None or not believable(stated) else [*kept, time_header(stated)]
