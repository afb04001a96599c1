"""`echowire topics`: names what existing topics need, and changes it on request."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from aiokafka.admin import NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import NodeNotReadyError
from typer.testing import CliRunner

from schemas.topics import ENRICHED, NORMALISED, RAW, TOPICS
from streams.cli.topics import app
from streams.kafka.connection import admin_client
from streams.kafka.topic_settings import differences
from streams.kafka.topics import create_topics
from streams.settings import Settings
from tests.kafka.service import Worker

pytestmark = pytest.mark.broker

DAY = 86_400_000


def topics(settings: Settings, *arguments: str) -> Any:
    where = ["-b", settings.bootstrap_servers, "--topic-prefix", settings.topic_prefix]
    return CliRunner().invoke(app, [*arguments, *where], env={"COLUMNS": "300"})


async def make(settings: Settings, name: str, **configs: str) -> None:
    dotted = {setting.replace("_", "."): value for setting, value in configs.items()}
    async with admin_client(settings) as admin:
        await admin.create_topics(
            [NewTopic(settings.topic_prefix + name, 4, 1, topic_configs=dotted)]
        )
        async with asyncio.timeout(30):
            while settings.topic_prefix + name not in await admin.list_topics():
                pass


async def configs_of(settings: Settings, name: str) -> dict[str, str]:
    async with admin_client(settings) as admin:
        resource = ConfigResource(ConfigResourceType.TOPIC, settings.topic_prefix + name)
        (answer,) = await admin.describe_configs([resource])
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}


@pytest.fixture
def older(settings: Settings) -> Settings:
    """Topics as earlier versions made them, one of them with a setting of its owner's."""
    for topic in TOPICS:
        own = {"segment_ms": "12345000"} if topic.name == NORMALISED else {}
        asyncio.run(
            make(
                settings, topic.name, cleanup_policy=topic.cleanup, max_message_bytes="3000000",
                retention_ms=str(7 * DAY), **own,
            )
        )  # fmt: skip
    return settings


def test_new_topics_have_the_brokers_time_and_the_raw_one_the_producers(settings: Settings) -> None:
    assert topics(settings, "create").exit_code == 0
    kinds = {
        topic.name: asyncio.run(configs_of(settings, topic.name))["message.timestamp.type"]
        for topic in TOPICS
    }
    assert kinds.pop(RAW) == "CreateTime"
    assert set(kinds.values()) == {"LogAppendTime"}
    assert topics(settings, "check").exit_code == 0
    assert "all settings are correct" in topics(settings, "alter", "--yes").stdout


def test_older_topics_are_named_by_check_with_the_remedy(older: Settings) -> None:
    said = str(topics(older, "check").exception)
    for topic in TOPICS:
        named = f"{older.topic_prefix}{topic.name} has message.timestamp.type=CreateTime" in said
        assert named == (topic.name != RAW)
    assert "`echowire topics alter` brings settings of existing ones in line" in said


def test_older_topics_are_altered_on_request_and_keep_what_their_owner_set(older: Settings) -> None:
    said = topics(older, "alter")
    assert "6 settings would be changed; --yes changes them" in said.stdout
    assert topics(older, "check").exit_code == 1
    assert "6 settings changed" in topics(older, "alter", "--yes").stdout
    assert topics(older, "check").exit_code == 0
    values = asyncio.run(configs_of(older, NORMALISED))
    assert values["message.timestamp.type"] == "LogAppendTime"
    assert values["segment.ms"] == "12345000"
    assert values["retention.ms"] == str(7 * DAY)


def test_a_worker_starts_on_older_topics_and_says_what_to_do(
    older: Settings, tmp_path: Path
) -> None:
    made = topics(older, "create")
    assert made.exit_code == 0
    assert "`echowire topics alter`" in made.output
    with Worker(older, tmp_path).start() as worker:
        name = older.topic_prefix + ENRICHED
        assert f"{name} has message.timestamp.type=CreateTime" in worker.log()
        assert "`echowire topics alter` changes it" in worker.log()


def test_topics_that_are_not_there_are_not_said_to_be_correct(settings: Settings) -> None:
    said = topics(settings, "alter")
    assert said.exit_code == 1
    assert "are correct" not in said.output
    assert f"not compared: {settings.topic_prefix}{RAW}, " in str(said.exception)


def test_every_setting_that_check_names_is_altered(settings: Settings) -> None:
    wrong = {"retention_ms": "3600000", "max_message_bytes": "1000", "cleanup_policy": "compact"}
    asyncio.run(make(settings, NORMALISED, **wrong, message_timestamp_type="CreateTime"))
    assert topics(settings, "create").exit_code == 1
    assert "4 settings changed" in topics(settings, "alter", "--yes").stdout
    assert topics(settings, "check").exit_code == 0


@pytest.mark.parametrize(
    "name", ["message.timestamp.before.max.ms", "message.timestamp.difference.max.ms"]
)
def test_a_limit_on_old_times_is_reported_under_either_of_its_names(name: str) -> None:
    (topic,) = (topic for topic in TOPICS if topic.name == NORMALISED)
    values = {
        "cleanup.policy": "delete", "retention.ms": "-1", "max.message.bytes": "9000000",
        "message.timestamp.type": "CreateTime", name: "86400000",
    }  # fmt: skip
    (found,) = differences("x", topic, Settings(), values)
    assert "those of over 24 h ago are refused" in str(found)
    assert not found.endangers
    assert not [
        *differences("x", topic, Settings(), values | {"message.timestamp.type": "LogAppendTime"})
    ]


async def test_brokers_that_have_just_started_are_asked_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until they have elected one that answers."""
    asked: list[str] = []

    def not_ready_at_first(admin: Any, name: str) -> None:
        ask = getattr(admin, name)

        async def answer(*given: Any) -> Any:
            asked.append(name)
            if asked.count(name) == 1:
                raise NodeNotReadyError
            return await ask(*given)

        monkeypatch.setattr(admin, name, answer)

    async with admin_client(settings) as admin:
        for name in ("list_topics", "create_topics"):
            not_ready_at_first(admin, name)
        created = await create_topics(admin, settings, partitions=1, replication=1)
    assert len(created) == len(TOPICS)
    assert asked[:4] == ["list_topics", "list_topics", "create_topics", "create_topics"]
