"""Kafka's topic settings: which ones echowire needs, and where existing topics differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemas.topics import Topic
from streams.settings import Settings

# Room in a record beside the article itself: headers, the verdict, JSON escapes of HTML in text.
RECORD_OVERHEAD_BYTES = 256 << 10
_DAY_MILLISECONDS = 86_400_000
_HOUR_MILLISECONDS = 3_600_000
_NO_LIMIT = 2**63 - 1

# Values of message.timestamp.type: whose time a record has; retention goes by it.
BY_BROKER, BY_PRODUCER = "LogAppendTime", "CreateTime"
_TYPE = "message.timestamp.type"
# How far a producer's time may be from the broker's, in milliseconds; brokers before 3.6 have one
# name for both directions.
_PAST = "message.timestamp.before.max.ms", "message.timestamp.difference.max.ms"


@dataclass(frozen=True, slots=True)
class Difference:
    """A topic setting that is wrong.

    topic: its full name. needed: the value that fixes it. endangers: whether a worker that
    continued would fail at once; otherwise it only loses what retention deletes too early, as
    before.
    """

    topic: str
    setting: str
    needed: str
    sentence: str
    endangers: bool = True

    def __str__(self) -> str:
        return self.sentence


def topic_configs(topic: Topic, settings: Settings, retention_hours: int) -> dict[str, str]:
    """Kafka's settings of a new topic; -1 hours keeps its records forever."""
    configs = {
        "cleanup.policy": topic.cleanup,
        "max.message.bytes": _record_bytes(settings),
        _TYPE: topic.timestamps,
    }
    if topic.cleanup == "compact":
        return configs
    if retention_hours < 0:
        if topic.timestamps == BY_PRODUCER:
            # Kafka would start a new file at every gap of a week between two producers' times.
            configs["segment.ms"] = str(10 * 365 * _DAY_MILLISECONDS)
        return {**configs, "retention.ms": "-1"}
    retention = retention_hours * _HOUR_MILLISECONDS
    if topic.outlives_window:
        retention = max(retention, _window_retention(settings))
    return {**configs, "retention.ms": str(retention)}


def differences(
    name: str, topic: Topic, settings: Settings, values: Mapping[str, str]
) -> Iterator[Difference]:
    """Where the topic with this full name and these settings differs from what is needed."""
    if values["cleanup.policy"] != topic.cleanup:
        said = f"{name} has cleanup.policy={values['cleanup.policy']}, expected {topic.cleanup}"
        yield Difference(name, "cleanup.policy", topic.cleanup, said)
    retention = int(values["retention.ms"])
    if topic.outlives_window and 0 <= retention < settings.window_seconds * 1000:
        said = (
            f"{name} has retention.ms={retention}, shorter than the window of"
            f" {settings.window_seconds} s"
        )
        yield Difference(name, "retention.ms", str(_window_retention(settings)), said)
    if int(values["max.message.bytes"]) < settings.record_bytes:
        said = (
            f"{name} has max.message.bytes={values['max.message.bytes']}, less than record_bytes"
            f" ({settings.record_bytes})"
        )
        yield Difference(name, "max.message.bytes", _record_bytes(settings), said)
    if values.get(_TYPE, topic.timestamps) == BY_PRODUCER != topic.timestamps:
        said = f"{name} has {_TYPE}={BY_PRODUCER}, expected {BY_BROKER}: {_harm(values)}"
        yield Difference(name, _TYPE, BY_BROKER, said, endangers=False)


def _harm(values: Mapping[str, str]) -> str:
    """What happens to articles whose raw records are dated by their producers."""
    taken = "articles whose raw records have old times are deleted at the next retention check"
    past = min(int(values.get(setting, _NO_LIMIT)) for setting in _PAST)
    if past == _NO_LIMIT:
        return taken
    hours = past / _HOUR_MILLISECONDS
    return f"{taken}, and those of over {hours:g} h ago are refused, which ends workers"


def _record_bytes(settings: Settings) -> str:
    return str(settings.record_bytes + RECORD_OVERHEAD_BYTES)


def _window_retention(settings: Settings) -> int:
    """Recovery reads back to the window's start."""
    return settings.window_seconds * 1000 + _DAY_MILLISECONDS
