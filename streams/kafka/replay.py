"""Sending the records of dead letters back to their topics."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from schemas.topics import NORMALISED, RAW
from streams.kafka.dead_letter_log import Choice, DeadLetter, LetterLog
from streams.kafka.event_time import TIME_HEADER, believable, parsed_time, time_header
from streams.kafka.headers import Headers, encode_headers
from streams.kafka.outgoing import Outgoing
from streams.kafka.publish import BatchPublisher
from streams.kafka.topics import TopicsError, topic_name
from streams.settings import Settings

_REPLAYED_AT_ONCE = 100
ATTEMPT = "dlt_attempt"


@dataclass(slots=True)
class Plan:
    """What a replay sends: the newest dead letter of each record that was chosen."""

    letters: int = 0
    cut: int = 0  # left out, as they do not hold the whole record
    failed_again: int = 0  # left out, as the record has another, newer dead letter
    attempts: dict[bytes, int] = field(default_factory=dict)  # by record, of those sent again

    def sends(self, letter: DeadLetter) -> bool:
        """Whether it sends this one, which was chosen."""
        return letter.whole and not self.has_newer(letter)

    def has_newer(self, letter: DeadLetter) -> bool:
        """Whether its record has failed again since."""
        return self.attempts.get(_record(letter), 0) > letter.attempt


def _record(letter: DeadLetter) -> bytes:
    """The same for all dead letters of one record: one sent again has another offset."""
    why = letter.why
    fields = (why.dlt_topic.encode(), why.dlt_partition.encode(), letter.key, letter.value)
    digest = blake2b(digest_size=16)
    for part in fields:
        digest.update(b"-" if part is None else b"%d:" % len(part) + part)
    return digest.digest()


async def plan(settings: Settings, log: LetterLog, choice: Choice) -> Plan:
    """Look through the dead letters for what a replay sends.

    Raises TopicsError if one claims to come from anywhere but echowire's own inputs.
    """
    inputs, made = {topic_name(settings, name) for name in (RAW, NORMALISED)}, Plan()
    async for letter in log.read(Choice()):
        if letter.attempt > 1:
            record = _record(letter)
            made.attempts[record] = max(letter.attempt, made.attempts.get(record, 0))
    async for letter in log.read(choice):
        if made.has_newer(letter):
            made.failed_again += 1
        elif not letter.whole:
            made.cut += 1
        elif letter.why.dlt_topic not in inputs:
            raise TopicsError(f"{letter.place}: came from {letter.why.dlt_topic}: not an input")
        else:
            made.letters += 1
    return made


async def replay(
    settings: Settings,
    letters: AsyncIterable[DeadLetter],
    *,
    rate: float,
    progress: Callable[[int], None],
) -> int:
    """Send records again to the topic that each came from, at most `rate` a second; -> how many.

    Key, value, the producer's headers and the event's time are unchanged. A header counts the
    attempts, and the record's next dead letter continues the count. `progress` is
    called with the number confirmed so far.
    """
    publisher, done = BatchPublisher(settings), 0
    await publisher.start()
    try:
        batch, due = max(1, min(_REPLAYED_AT_ONCE, int(rate))), time.monotonic()
        async for part in _parts(letters, batch):
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await publisher.publish(_outgoing(part, time.time_ns() // 1_000_000))
            done += len(part)
            progress(done)
            due += len(part) / rate
    finally:
        await publisher.stop()
    return done


async def _parts(
    letters: AsyncIterable[DeadLetter], most: int
) -> AsyncGenerator[Sequence[DeadLetter]]:
    part: list[DeadLetter] = []
    async for letter in letters:
        part.append(letter)
        if len(part) == most:
            yield part
            part = []
    if part:
        yield part


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
