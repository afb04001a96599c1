"""Dead letters: listed, shown, exported, and replayed, but never endlessly."""

from __future__ import annotations

import asyncio
import base64
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiokafka.structs import ConsumerRecord
from typer.testing import CliRunner

from schemas.topics import DEAD_LETTERS, RAW
from streams.articles.decode import decode
from streams.articles.rejection import Rejection
from streams.cli.dead_letters import app
from streams.kafka.dead_letters import dead_letters as given_up_letters
from streams.kafka.event_time import raw_time
from streams.kafka.publish import BatchPublisher
from streams.kafka.raw_record import raw_records
from streams.settings import Settings
from tests.kafka.service import make_topics, push, read
from tests.kafka.test_worker import NOON, run_until_committed

pytestmark = pytest.mark.broker

BAD = [b"{", b"[1]", b'{"text": 5}', b"\xff\xfe"]


def dead_letters(settings: Settings, *arguments: str) -> Any:
    where = ["-b", settings.bootstrap_servers, "--topic-prefix", settings.topic_prefix]
    return CliRunner().invoke(app, [*arguments, *where], env={"COLUMNS": "300"})


@pytest.fixture
def rejected(settings: Settings) -> Settings:
    """Topics with four dead letters, as a worker writes them."""
    asyncio.run(make_topics(settings))
    asyncio.run(_give_up(settings))
    return settings


async def _give_up(settings: Settings) -> None:
    raw = settings.topic_prefix + RAW
    given_up = []
    for n, value in enumerate(BAD):
        record = ConsumerRecord(raw, 1, n, NOON + n * 1000, 0, b"k", value, None, 1, 1, ())
        why = decode(value, settings.record_bytes)
        assert isinstance(why, Rejection)
        given_up.append((*raw_records([record]), why))
    publisher = BatchPublisher(settings)
    await publisher.start()
    try:
        topic = settings.topic_prefix + DEAD_LETTERS
        await publisher.publish([given_up_letters(topic, 4, "normalise", given_up, 1 << 20)])
    finally:
        await publisher.stop()


def by(reason: str) -> list[str]:
    return ["--reason", reason]


def tries(settings: Settings) -> list[tuple[bytes, str]]:
    return [(r.value, _header(r, "dlt_attempt")) for r in asyncio.run(read(settings, DEAD_LETTERS))]


def _header(record: ConsumerRecord, name: str) -> str:
    return dict(record.headers)[name].decode()


def test_they_are_listed_by_reason_and_time(rejected: Settings) -> None:
    listed = dead_letters(rejected, "list")
    assert listed.exit_code == 0, listed.output
    counted = "4 dead letters: 1 not_utf8, 1 not_json, 1 not_object, 1 invalid_field"
    *lines, last = listed.stdout.splitlines()
    assert last == counted
    heads = [line for line in lines if not line.startswith(" ")]
    assert {head.split()[1] for head in heads} == {
        "not_utf8", "not_json", "not_object", "invalid_field"
    }  # fmt: skip
    text = " ".join(line.strip() for line in lines)  # reasons are folded
    assert "value: expected JSON, got '{'" in text
    assert "text: expected string, got number 5" in text
    by_reason = dead_letters(
        rejected, "list", "--reason", "not_object", "--reason", "invalid_field"
    )
    assert by_reason.stdout.splitlines()[-1].startswith("2 dead letters")
    since, until = "2026-03-02T12:00:01Z", "2026-03-02T12:00:03Z"
    by_time = dead_letters(rejected, "list", "--since", since, "--until", until)
    assert by_time.stdout.splitlines()[-1] == "2 dead letters: 1 not_object, 1 invalid_field"
    wrong = dead_letters(rejected, "list", "--since", "yesterday")
    assert "expected a time such as" in str(wrong.exception)


def test_one_is_shown_without_what_a_terminal_would_obey(rejected: Settings) -> None:
    shown = dead_letters(rejected, "show", "1:3")
    assert "reason     not_utf8" in shown.stdout
    assert "\\xff\\xfe" in shown.stdout
    absent = dead_letters(rejected, "show", "3:7")
    assert "no dead letter there" in str(absent.exception)


def test_they_are_exported_byte_for_byte(rejected: Settings, tmp_path: Path) -> None:
    path = tmp_path / "letters.jsonl"
    assert dead_letters(rejected, "export", str(path)).exit_code == 0
    lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    assert [base64.b64decode(line["value_base64"]) for line in lines] == BAD
    assert {base64.b64decode(line["key_base64"]) for line in lines} == {b"k"}


def test_nothing_is_sent_again_unasked(rejected: Settings) -> None:
    said = dead_letters(rejected, "replay").stdout
    assert said.startswith("4 records would be sent again; --yes")
    assert asyncio.run(read(rejected, RAW)) == []


def test_what_fails_again_counts_its_attempts_and_is_not_retried_forever(
    rejected: Settings, tmp_path: Path
) -> None:
    sent = dead_letters(rejected, "replay", "--yes")
    assert sent.stdout.strip() == "4 records sent again"
    with run_until_committed(rejected, tmp_path):
        found = tries(rejected)
    assert found == [(value, "1") for value in BAD] + [(value, "2") for value in BAD]
    raw = asyncio.run(read(rejected, RAW))
    assert [(r.key, r.value) for r in raw] == [(b"k", value) for value in BAD]
    assert dead_letters(rejected, "replay").stdout.splitlines() == [
        "4 left out, which have failed again: see --tries",
        "0 records would be sent again; --yes sends them",
    ]
    assert "\n4 records would be" in dead_letters(rejected, "replay", "--tries", "2").stdout
    again = dead_letters(rejected, "replay", "--tries", "2", "--yes", *by("not_json"))
    assert again.stdout.splitlines()[-1] == "1 records sent again"
    [last] = asyncio.run(read(rejected, RAW))[len(raw) :]
    assert (last.value, _header(last, "dlt_attempt")) == (BAD[0], "2")


def test_what_is_sent_again_has_its_events_time_and_is_not_old_to_retention(
    rejected: Settings,
) -> None:
    before = time.time_ns() // 1_000_000
    assert dead_letters(rejected, "replay", "--yes").exit_code == 0
    raw = asyncio.run(read(rejected, RAW))
    assert [raw_time(record) for record in raw] == [NOON + n * 1000 for n in range(len(BAD))]
    assert min(record.timestamp for record in raw) >= before


def test_records_are_sent_again_no_faster_than_asked(rejected: Settings) -> None:
    started = time.monotonic()
    assert dead_letters(rejected, "replay", "--yes", "--rate", "1").exit_code == 0
    assert time.monotonic() - started >= 3


def test_a_letter_from_elsewhere_is_not_sent_anywhere(rejected: Settings) -> None:
    headers = [(n, v.replace(b"articles.raw", b"payments")) for n, v in asyncio.run(
        read(rejected, DEAD_LETTERS))[0].headers]  # fmt: skip
    asyncio.run(push(rejected, [b"{"], topic=DEAD_LETTERS, headers=headers))
    refused = dead_letters(rejected, "replay", "--yes")
    assert "not an input" in str(refused.exception)
    assert asyncio.run(read(rejected, RAW)) == []
