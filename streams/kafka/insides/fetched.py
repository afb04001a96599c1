"""What one fetch brings."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiokafka.structs import ConsumerRecord
from faust.types import TP

from streams.kafka.log_holes import Cut, Ended, Lost


@dataclass(slots=True)
class Fetched:
    """The result of one fetch, in one generation of the group."""

    records: dict[TP, list[ConsumerRecord]] = field(default_factory=dict)
    positions: dict[TP, int] = field(default_factory=dict)  # of the next records
    epochs: dict[TP, int] = field(default_factory=dict)  # of the leader that wrote the last of them
    generation: int = -1
    from_beginning: list[TP] = field(default_factory=list)
    holes: list[Lost | Ended | Cut] = field(default_factory=list)
