"""Only authorised clients get in: real brokers with TLS, passwords, certificates and ACLs."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import NewTopic
from aiokafka.errors import TopicAuthorizationFailedError, TransactionalIdAuthorizationFailed
from aiokafka.structs import TopicPartition
from typer.testing import CliRunner

from deploy.kafka.embedded import EmbeddedKafka
from schemas.topics import ENRICHED, RAW, STAGES, TOPICS
from streams.agents.running.exit import EXIT_FORBIDDEN, exit_code
from streams.cli.group import app
from streams.kafka.connection import BrokerUnreachableError, admin_client, client_options
from streams.kafka.fencing import ShardPublisher
from streams.kafka.insides.acl_queries import DESCRIBE
from streams.kafka.rights import Right, RightsError, acl_command, check_rights, fence_name, rights
from streams.kafka.topics import TopicsError, check_topics, refuse_unseen
from streams.settings import Settings, load_settings
from tests.kafka.service import make_topics, push, read
from tests.kafka.test_worker import article, run_until_committed
from tests.support.acls import allow, disallow
from tests.support.secured_broker import (
    Certificates,
    certificate_settings,
    make_certificates,
    password_settings,
)

pytestmark = pytest.mark.broker

WORDS = {"admin": "operators-word", "worker": "workers-word", "idle": "idlers-word"}
PLAIN = {"plain-worker": "plain-word"}
_DESCRIBE_CONFIGS = 10  # org.apache.kafka.common.acl.AclOperation
DOCUMENT = Path(__file__).parents[2] / "docs" / "security.md"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"), "worker")


@pytest.fixture(scope="module")
def secured(certificates: Certificates) -> Iterator[EmbeddedKafka]:
    settings = password_settings(certificates, PLAIN, ["admin"])
    with EmbeddedKafka(settings=settings, scram_users=WORDS) as broker:
        yield broker


@pytest.fixture
def us(
    secured: EmbeddedKafka, settings: Settings, certificates: Certificates, tmp_path: Path
) -> Settings:
    """The worker, who may do nothing yet; the topics are there."""
    made = person(secured.bootstrap, settings, certificates, tmp_path, "worker")
    asyncio.run(make_topics(operator(made, tmp_path), partitions=2))
    return made


def person(
    bootstrap: str, settings: Settings, certificates: Certificates, folder: Path, name: str
) -> Settings:
    word = folder / f"{name}.word"
    word.write_text({**WORDS, **PLAIN}[name])
    return settings.model_copy(
        update={
            "bootstrap_servers": bootstrap, "security_protocol": "sasl_ssl",
            "ssl_ca_file": certificates.signer, "sasl_username": name, "sasl_password_file": word,
            "sasl_mechanism": "PLAIN" if name in PLAIN else "SCRAM-SHA-512",
        }
    )  # fmt: skip


def operator(settings: Settings, folder: Path) -> Settings:
    word = folder / "admin.word"
    word.write_text(WORDS["admin"])
    update = {
        "sasl_username": "admin",
        "sasl_password_file": word,
        "sasl_mechanism": "SCRAM-SHA-512",
    }
    return settings.model_copy(update=update)


async def grant(settings: Settings, folder: Path, needed: list[Right]) -> None:
    async with admin_client(operator(settings, folder)) as admin:
        await allow(admin, str(settings.sasl_username), needed)


def test_a_worker_runs_with_the_listed_rights_alone(us: Settings, tmp_path: Path) -> None:
    """Consumer, producers and admin all come with password and certificate check."""
    asyncio.run(grant(us, tmp_path, rights(us, STAGES)))
    asyncio.run(push(operator(us, tmp_path), [article(1), article(1, text="x"), b"{"]))
    with run_until_committed(us, tmp_path):
        enriched = asyncio.run(read(operator(us, tmp_path), ENRICHED))
    assert len(enriched) == 2


def test_a_plain_password_may_be_sent_inside_tls(
    secured: EmbeddedKafka, us: Settings, certificates: Certificates, tmp_path: Path
) -> None:
    plain = person(secured.bootstrap, us, certificates, tmp_path, "plain-worker")
    asyncio.run(grant(plain, tmp_path, rights(plain, STAGES)))
    asyncio.run(_check(plain))


@pytest.mark.parametrize("stage", STAGES)
def test_each_missing_right_is_named(us: Settings, tmp_path: Path, stage: str) -> None:
    needed = rights(us, [stage])
    assert all(str(right) in _complaint(us, stage) for right in needed if _is_told(right))
    asyncio.run(grant(us, tmp_path, needed))
    asyncio.run(_check(us, stage))
    for right in filter(_is_told, needed):
        asyncio.run(_without(us, tmp_path, right, stage))


def _is_told(right: Right) -> bool:
    return right.kind != "transactional id"


async def _without(us: Settings, folder: Path, right: Right, stage: str) -> None:
    async with admin_client(operator(us, folder)) as admin:
        await disallow(admin, "worker", right)
        with pytest.raises(RightsError, match=re.escape(f"do not allow worker: {right}. docs/")):
            await _check(us, stage)
        await allow(admin, "worker", [right])


def test_a_missing_right_on_transactional_ids_is_named_when_a_shard_is_taken(
    us: Settings, tmp_path: Path
) -> None:
    asyncio.run(grant(us, tmp_path, list(filter(_is_told, rights(us, STAGES)))))

    async def take() -> None:
        await ShardPublisher(us, fence_name(us, 1)).start()

    with pytest.raises(TransactionalIdAuthorizationFailed) as error:
        asyncio.run(take())
    assert fence_name(us, 1) in str(error.value)
    assert exit_code(error.value) == EXIT_FORBIDDEN


def test_settings_that_we_may_not_read_are_not_said_to_be_correct(
    us: Settings, tmp_path: Path
) -> None:
    async def compare() -> None:
        async with admin_client(us) as admin:
            await check_topics(admin, us)
            await refuse_unseen(admin, us)

    names = [us.topic_prefix + topic.name for topic in TOPICS]
    asyncio.run(grant(us, tmp_path, [Right("topic", name, DESCRIBE) for name in names]))
    with pytest.raises(TopicsError, match=f"not compared: {re.escape(', '.join(names))}"):
        asyncio.run(compare())
    seen = [Right("topic", name, _DESCRIBE_CONFIGS) for name in names]
    asyncio.run(grant(us, tmp_path, seen))
    asyncio.run(compare())


def test_everything_else_is_denied(us: Settings, tmp_path: Path) -> None:
    asyncio.run(grant(us, tmp_path, rights(us, STAGES)))
    asyncio.run(_try_what_is_not_ours(us))


async def _try_what_is_not_ours(us: Settings) -> None:
    async with AIOKafkaProducer(**client_options(us)) as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(us.topic_prefix + RAW, b"forged")
    async with AIOKafkaConsumer(**client_options(us)) as consumer:
        tp = TopicPartition(us.topic_prefix + ENRICHED, 0)
        consumer.assign([tp])
        consumer.seek(tp, 0)
        with pytest.raises(TopicAuthorizationFailedError):
            await asyncio.wait_for(consumer.getone(), 10)
    async with admin_client(us) as admin:
        answer = await admin.create_topics([NewTopic(us.topic_prefix + "more", 1, 1)])
        assert [code for _name, code, *_ in answer.topic_errors] == [29]


async def _check(us: Settings, *stages: str) -> None:
    async with admin_client(us) as admin:
        await check_rights(admin, us, stages or STAGES)


def _complaint(us: Settings, stage: str) -> str:
    with pytest.raises(RightsError) as error:
        asyncio.run(_check(us, stage))
    return str(error.value)


def unreachable(settings: Settings) -> str:
    with pytest.raises(BrokerUnreachableError) as error:
        asyncio.run(_check(settings))
    return str(error.value)


def test_a_wrong_password_signer_or_protocol_has_an_error_of_its_own(
    us: Settings, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.word"
    wrong.write_text("a-guess")
    said = unreachable(us.model_copy(update={"sasl_password_file": wrong}))
    assert "it does not know the user 'worker' with this password (SCRAM-SHA-512)" in said
    assert "a-guess" not in said
    said = unreachable(us.model_copy(update={"sasl_mechanism": "SCRAM-SHA-256"}))
    assert "does not take sasl_mechanism=SCRAM-SHA-256" in said
    stranger = make_certificates(tmp_path, "worker")
    said = unreachable(us.model_copy(update={"ssl_ca_file": stranger.signer}))
    assert "its certificate is not to be trusted" in said
    open_line = load_settings(bootstrap_servers=us.bootstrap_servers)
    assert "does not speak plain Kafka" in unreachable(open_line)


def test_only_our_own_certificate_is_accepted(
    settings: Settings, certificates: Certificates, tmp_path: Path
) -> None:
    ours = {
        "security_protocol": "ssl", "ssl_ca_file": certificates.signer,
        "ssl_certificate_file": certificates.client, "ssl_key_file": certificates.client_key,
    }  # fmt: skip
    stranger = make_certificates(tmp_path, "worker")
    with EmbeddedKafka(settings=certificate_settings(certificates, ["worker"])) as broker:
        us = settings.model_copy(update={"bootstrap_servers": broker.bootstrap, **ours})
        asyncio.run(make_topics(us, partitions=2))
        asyncio.run(push(us, [article(1)]))
        with run_until_committed(us, tmp_path):
            assert len(asyncio.run(read(us, ENRICHED))) == 1
        nobody = us.model_copy(update={"ssl_certificate_file": None, "ssl_key_file": None})
        assert "it refuses our certificate (none, and" in unreachable(nobody)
        other = {"ssl_certificate_file": stranger.client, "ssl_key_file": stranger.client_key}
        assert "it refuses our certificate" in unreachable(us.model_copy(update=other))


def test_the_rights_in_the_documents_are_those_of_the_table() -> None:
    listed = re.findall(r"^ {4}(kafka-acls\.sh .*)$", DOCUMENT.read_text(), re.MULTILINE)
    commands = [
        acl_command(stage, right) for stage in STAGES for right in rights(load_settings(), [stage])
    ]
    assert listed == commands


def test_the_commands_for_rights_name_the_group_that_is_given() -> None:
    asked = ["topics", "acls", "User:detect", "detect", "--group", "ours", "--topic-prefix", "p."]
    printed = CliRunner().invoke(app, asked).stdout.splitlines()
    settings = load_settings(group="ours", topic_prefix="p.")
    assert printed == [acl_command("detect", right) for right in rights(settings, ["detect"])]
    assert "--group ours" in printed[-2]
    assert "ours.shard-" in printed[-1]
