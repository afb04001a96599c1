"""Creates the registry's topics on a cluster, checks them, and corrects their settings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, for_code

from schemas.topics import TOPICS, Topic
from streams.errors import UserError
from streams.json_object import Json
from streams.kafka.patience import answered
from streams.kafka.topic_settings import (
    Difference,
    differences,
    topic_configs,
)
from streams.settings import Settings

DEFAULT_RETENTION_HOURS = 7 * 24  # Kafka's own default
_ELECTION_SECONDS = 30.0  # for which brokers that have just started may name no leader
_SET_OF_THE_TOPIC = 1  # the source of a setting's value, as Kafka numbers it


class TopicsError(UserError):
    """Topics are missing or wrong; the message names them and the command that fixes them."""


def topic_name(settings: Settings, name: str) -> str:
    """A topic's full name on the cluster."""
    return settings.topic_prefix + name


async def create_topics(
    admin: AIOKafkaAdminClient,
    settings: Settings,
    partitions: int,
    replication: int,
    retention_hours: int = DEFAULT_RETENTION_HOURS,
) -> list[str]:
    """Create missing topics; -> their names. -1 hours keeps records forever."""
    existing = set(await answered(admin.list_topics, _ELECTION_SECONDS))
    wanted = [t for t in TOPICS if topic_name(settings, t.name) not in existing]
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
        answer = await answered(partial(admin.create_topics, new), _ELECTION_SECONDS)
        for name, code, *message in answer.topic_errors:
            if code == TopicAlreadyExistsError.errno:
                existing.add(name)  # just created: not in the list yet
            elif code:
                raise TopicsError(f"{name}: not created: {message[0] if message else code}")
        await _wait_until_led(admin, [topic.name for topic in new])
    return [topic.name for topic in new if topic.name not in existing]


async def _wait_until_led(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    """Kafka responds before a new topic is usable: wait until each partition has a leader."""
    for _ in range(100):
        described = await _describe(admin, names)
        partitions = [p for topic in described for p in topic["partitions"]]
        if len(described) == len(names) and all(p["leader"] >= 0 for p in partitions):
            return
        await asyncio.sleep(0.1)


async def _describe(admin: AIOKafkaAdminClient, names: list[str]) -> list[Json]:
    """Those of these topics that exist. Querying others would create them on some brokers."""
    existing = set(await admin.list_topics())
    wanted = [name for name in names if name in existing]
    described = await admin.describe_topics(wanted) if wanted else []
    return [topic for topic in described if not topic["error_code"]]


async def partitions_of(admin: AIOKafkaAdminClient, topic: str) -> list[int]:
    """A topic's partition numbers. Raises TopicsError if it is missing."""
    described = await _describe(admin, [topic])
    if not described:
        raise TopicsError(f"{topic} is missing. `echowire topics create` makes it.")
    return sorted(part["partition"] for part in described[0]["partitions"])


async def check_topics(
    admin: AIOKafkaAdminClient,
    settings: Settings,
    used: Collection[str] | None = None,
    tolerate: Callable[[str], None] | None = None,
) -> dict[str, int]:
    """-> partition count of each topic that is used, of all by default.

    Raises TopicsError, which names everything that is wrong. What a worker can live with is
    passed to `tolerate` instead, a sentence each. Kafka's topic settings are checked as far as we
    may see them: a worker needs no DescribeConfigs.
    """
    names = _names(settings, used)
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
    for difference in await topic_differences(admin, settings, used):
        if tolerate is None or difference.endangers:
            wrong.append(str(difference))
        else:
            tolerate(f"{difference}. `echowire topics alter` changes it.")
    if wrong:
        mend = (
            "`echowire topics create` makes missing topics, `echowire topics alter` brings settings"
            " of existing ones in line"
        )
        raise TopicsError("; ".join(wrong) + f". {mend}.")
    return {name.removeprefix(settings.topic_prefix): count for name, count in counts.items()}


async def topic_differences(
    admin: AIOKafkaAdminClient, settings: Settings, used: Collection[str] | None = None
) -> list[Difference]:
    """Where the Kafka settings of existing topics are wrong."""
    names = _names(settings, used)
    found: list[Difference] = []
    for name, values in (await _settings_of(admin, names)).items():
        found += differences(name, names[name], settings, {n: v for n, (v, _) in values.items()})
    return found


async def refuse_unseen(admin: AIOKafkaAdminClient, settings: Settings) -> None:
    """Raises TopicsError if the settings of a topic cannot be compared with what they should be."""
    names = _names(settings, None)
    seen = await _settings_of(admin, names)
    if unseen := [name for name in names if name not in seen]:
        raise TopicsError(
            f"not compared: {', '.join(unseen)}. A topic is missing, or the brokers do not allow us"
            " Describe and DescribeConfigs on it."
        )


async def alter_topics(admin: AIOKafkaAdminClient, found: Sequence[Difference]) -> None:
    """Change what differs. Raises TopicsError if the brokers refuse."""
    names = {difference.topic for difference in found}
    for name, values in (await _settings_of(admin, names)).items():
        # This request replaces everything ever set on the topic itself.
        kept = {n: value for n, (value, source) in values.items() if source == _SET_OF_THE_TOPIC}
        needed = {d.setting: d.needed for d in found if d.topic == name}
        resource = ConfigResource(ConfigResourceType.TOPIC, name, kept | needed)
        for answer in await admin.alter_configs([resource]):
            for code, message, *_ in answer.resources:
                if code:
                    raise TopicsError(f"{name}: not altered: {message or for_code(code).__name__}")
    for _ in range(100):  # brokers respond before the change is complete
        after = await _settings_of(admin, names)
        if all(after[d.topic][d.setting][0] == d.needed for d in found if d.topic in after):
            return
        await asyncio.sleep(0.1)


async def _settings_of(
    admin: AIOKafkaAdminClient, names: Iterable[str]
) -> dict[str, dict[str, tuple[str, int]]]:
    """Full name of each topic that exists and is visible -> its settings, each with its value's
    source."""
    existing = set(await admin.list_topics())
    wanted = [ConfigResource(ConfigResourceType.TOPIC, n) for n in names if n in existing]
    return {
        name: {entry[0]: (entry[1], entry[3]) for entry in entries}
        for answer in (await admin.describe_configs(wanted) if wanted else [])
        for code, _message, _kind, name, entries in answer.resources
        if not code
    }


def _names(settings: Settings, used: Collection[str] | None) -> dict[str, Topic]:
    return {topic_name(settings, t.name): t for t in TOPICS if used is None or t.name in used}
