"""The part of a Kafka record that normalising needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Record(Protocol):
    """The needed part of a Kafka record; aiokafka's ConsumerRecord has it."""

    @property
    def topic(self) -> str:
        """The topic's full name."""
        ...

    @property
    def partition(self) -> int:
        """Its number."""
        ...

    @property
    def offset(self) -> int:
        """Its position in the partition."""
        ...

    @property
    def timestamp(self) -> int:
        """The event's time, milliseconds since 1970."""
        ...

    @property
    def dropped(self) -> Sequence[str]:
        """What the record itself states besides its value but could not be used."""
        ...

    @property
    def value(self) -> bytes | None:
        """The raw event."""
        ...
