"""The topics that echowire uses: one table, from which they are created and checked."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError

from streams.errors import UserError
from streams.settings import Settings

RAW = "articles.raw"
NORMALISED = "articles.normalised"
ENRICHED = "articles.enriched"
STORIES = "stories"
STORY_EVENTS = "story-events"
SEGMENTS = "detection.segments"
DEAD_LETTERS = "articles.raw-dlt"

# Room in a record beside the article itself: headers, the verdict, JSON escapes of HTML in text.
RECORD_OVERHEAD_BYTES = 256 << 10
DEFAULT_RETENTION_HOURS = 7 * 24  # Kafka's own default
_DAY_MILLISECONDS = 86_400_000
_FORBIDDEN = 29  # Kafka's error code: not authorised for the topic


class TopicsError(UserError):
    """Topics are missing or wrong; the message names them and the command that mends them."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One line of the table. `same_partitions_as`: records keep their partition number."""

    name: str
    cleanup: str
    same_partitions_as: str | None = None
    outlives_window: bool = False


TABLE = (
    Topic(RAW, "delete"),
    Topic(NORMALISED, "delete", outlives_window=True),
    Topic(ENRICHED, "delete"),
    Topic(STORIES, "compact"),
    Topic(STORY_EVENTS, "delete"),
    Topic(SEGMENTS, "delete", same_partitions_as=NORMALISED, outlives_window=True),
    Topic(DEAD_LETTERS, "delete", same_partitions_as=RAW),
)


def topic_name(settings: Settings, name: str) -> str:
    """A topic's full name on the cluster."""
    return settings.topic_prefix + name


def topic_configs(topic: Topic, settings: Settings, retention_hours: int) -> dict[str, str]:
    """Kafka's settings of one topic; -1 hours keeps its records for ever."""
    configs = {
        "cleanup.policy": topic.cleanup,
        "max.message.bytes": str(settings.record_bytes + RECORD_OVERHEAD_BYTES),
    }
    if topic.cleanup == "compact":
        return configs
    retention = retention_hours * 3_600_000
    if topic.outlives_window:  # recovery reads back to the window's start
        retention = max(retention, settings.window_seconds * 1000 + _DAY_MILLISECONDS)
    if retention_hours < 0:
        # Kept for ever, so likely filled with old articles: Kafka would begin a new file at every
        # gap of a week between two record times.
        return {**configs, "retention.ms": "-1", "segment.ms": str(10 * 365 * _DAY_MILLISECONDS)}
    return {**configs, "retention.ms": str(retention)}


async def create_topics(
    admin: AIOKafkaAdminClient,
    settings: Settings,
    partitions: int,
    replication: int,
    retention_hours: int = DEFAULT_RETENTION_HOURS,
) -> list[str]:
    """Create the topics that are missing; -> their names. -1 hours keeps records for ever."""
    existing = set(await admin.list_topics())
    wanted = [t for t in TABLE if topic_name(settings, t.name) not in existing]
    new = [
        NewTopic(
            topic_name(settings, t.name),
            partitions,
            replication,
            topic_configs=topic_configs(t, settings, retention_hours),
        )
        for t in wanted
    ]
    if new:
        answer = await admin.create_topics(new)
        for name, code, *message in answer.topic_errors:
            if code == TopicAlreadyExistsError.errno:
                existing.add(name)  # made a moment ago: the list did not have it yet
            elif code:
                raise TopicsError(f"{name}: not created: {message[0] if message else code}")
        await _wait_until_led(admin, [topic.name for topic in new])
    return [topic.name for topic in new if topic.name not in existing]


async def _wait_until_led(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    """Kafka answers before a new topic can be used: until each partition has a leader."""
    for _ in range(100):
        described = await _describe(admin, names)
        partitions = [p for topic in described for p in topic["partitions"]]
        if len(described) == len(names) and all(p["leader"] >= 0 for p in partitions):
            return
        await asyncio.sleep(0.1)


async def _describe(admin: AIOKafkaAdminClient, names: list[str]) -> list[dict[str, Any]]:
    """The topics of these that exist. To ask for others would create them on some brokers."""
    existing = set(await admin.list_topics())
    wanted = [name for name in names if name in existing]
    described = await admin.describe_topics(wanted) if wanted else []
    return [topic for topic in described if not topic["error_code"]]


async def partitions_of(admin: AIOKafkaAdminClient, topic: str) -> list[int]:
    """A topic's partition numbers. Raises TopicsError where it is missing."""
    described = await _describe(admin, [topic])
    if not described:
        raise TopicsError(f"{topic} is missing. `echowire topics create` makes it.")
    return sorted(part["partition"] for part in described[0]["partitions"])


async def check_topics(
    admin: AIOKafkaAdminClient, settings: Settings, used: Collection[str] | None = None
) -> dict[str, int]:
    """-> partition count of each topic that is used, of all by default.

    Raises TopicsError, which names all that is wrong. Kafka's settings of topics are looked at as
    far as we may see them: a worker needs no DescribeConfigs.
    """
    names = {topic_name(settings, t.name): t for t in TABLE if used is None or t.name in used}
    described = await _describe(admin, list(names))
    counts = {topic["topic"]: len(topic["partitions"]) for topic in described}
    wrong = [f"{name} is missing" for name in names if name not in counts]
    for name, topic in names.items():
        if topic.same_partitions_as and name in counts:
            other = topic_name(settings, topic.same_partitions_as)
            if other in counts and counts[other] != counts[name]:
                wrong.append(
                    f"{name} has {counts[name]} partitions, but must have as many as {other}:"
                    f" {counts[other]}"
                )
    present = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names if name in counts]
    for answer in await admin.describe_configs(present) if present else []:
        for code, _message, _kind, name, entries in answer.resources:
            if code == _FORBIDDEN:
                continue
            values = {entry[0]: entry[1] for entry in entries}
            wrong += _wrong_configs(name, names[name], settings, values)
    if wrong:
        mend = "`echowire topics create` makes missing topics; wrong ones must be altered"
        raise TopicsError("; ".join(wrong) + f". {mend}.")
    return {name.removeprefix(settings.topic_prefix): count for name, count in counts.items()}


def _wrong_configs(
    name: str, topic: Topic, settings: Settings, values: dict[str, str]
) -> list[str]:
    wrong = []
    if values["cleanup.policy"] != topic.cleanup:
        wrong.append(
            f"{name} has cleanup.policy={values['cleanup.policy']}, expected {topic.cleanup}"
        )
    retention = int(values["retention.ms"])
    if topic.outlives_window and 0 <= retention < settings.window_seconds * 1000:
        wrong.append(
            f"{name} has retention.ms={retention}, shorter than the window of"
            f" {settings.window_seconds} s"
        )
    if int(values["max.message.bytes"]) < settings.record_bytes:
        wrong.append(
            f"{name} has max.message.bytes={values['max.message.bytes']}, less than record_bytes"
            f" ({settings.record_bytes})"
        )
    return wrong
