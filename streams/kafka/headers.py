"""CloudEvents 1.0 attributes as Kafka headers (binary content mode)."""

from __future__ import annotations

from streams.articles.times import format_milliseconds

Header = tuple[str, bytes]
Headers = list[Header]

# What detection needs of the article, in one fixed-size record: `streams.detection.entry`.
ENTRY_HEADER = "echowire-entry"
# A kill goes to every shard, since it has no text to tell its language by: one of them publishes
# its verdict, the others only take note.
NOTICE_HEADER = "echowire-notice"

_TYPE_PREFIX = "org.echowire."
_JSON = ("content-type", b"application/json")


class EventHeaders:
    """Headers of one type of event. `source` is the topic, as a relative URI."""

    def __init__(self, event_type: str, topic: str) -> None:
        self._constant: Headers = [
            ("ce_specversion", b"1.0"),
            ("ce_type", f"{_TYPE_PREFIX}{event_type}".encode()),
            ("ce_source", f"/{topic}".encode()),
            _JSON,
        ]

    def of(self, event_id: str, time_milliseconds: int) -> Headers:
        """`ce_id` and `ce_time` are derived from the event: a replay writes them again."""
        return [
            *self._constant,
            ("ce_id", event_id.encode()),
            ("ce_time", format_milliseconds(time_milliseconds).encode()),
        ]
