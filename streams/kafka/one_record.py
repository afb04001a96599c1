"""Reading one record of a topic by its position."""

from __future__ import annotations

import asyncio

from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from streams.errors import UserError
from streams.kafka.connection import reader
from streams.kafka.event_time import raw_time
from streams.kafka.unreadable import UnreadableRecord
from streams.settings import Settings
from streams.sources.raw_events import FileRecord

_SECONDS = 8.0


class RecordGoneError(UserError):
    """The record is no longer there, or no broker could be asked; the message says which."""


async def raw_record_at(settings: Settings, topic: str, partition: int, offset: int) -> FileRecord:
    """Read one raw record within eight seconds. Raises RecordGoneError."""
    place, name = TopicPartition(topic, partition), f"{topic}[{partition}]@{offset}"
    consumer = reader(settings)
    try:
        async with asyncio.timeout(_SECONDS):
            await consumer.start()
            consumer.assign([place])
            first = (await consumer.beginning_offsets([place]))[place]
            end = (await consumer.end_offsets([place]))[place]
            if not first <= offset < end:
                raise RecordGoneError(f"{name} is no longer on its topic")
            consumer.seek(place, offset)
            record = await consumer.getone(place)
    except TimeoutError:
        raise RecordGoneError(f"{name} did not arrive within {_SECONDS:.0f} s") from None
    except (KafkaError, OSError) as error:
        raise RecordGoneError(f"{name} cannot be read: {error!r}") from None
    finally:
        await consumer.stop()
    if record.offset != offset:
        raise RecordGoneError(f"{name} is no longer on its topic")
    if isinstance(record, UnreadableRecord):
        raise RecordGoneError(f"{name} cannot be read: {record}")
    return FileRecord(record.offset, raw_time(record), record.value or b"")
